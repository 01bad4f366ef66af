"""Is the site's embedding model the one that made Machine A's vectors? Some of A's own rows tell, before anything is mirrored."""

from collections.abc import Awaitable, Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mirror import statements
from mirror.contract_shapes import Contract, Finding
from mirror.origin import Source
from mirror.reader import Reader

SAMPLE = 5
SAME, ALIKE = 0.95, 0.5
"""Cosine of A's vector with ours of the same text. The same model gives 1, less rounding; a framework that embeds a title or
metadata before the text gives somewhat less; another model gives about 0."""

Embed = Callable[[Sequence[str]], Awaitable[NDArray[np.float32]]]
"""Texts to float32[texts, dimensions], each of length 1."""


async def same_model(reader: Reader, source: Source, contract: Contract, embed: Embed) -> Finding:
    """SourceError; what `embed` raises."""
    keys, _ = await reader.read(statements.keys_page(source, contract.versions, None, SAMPLE))
    found, _ = await reader.read(statements.rows_by_key(source, contract.versions, [key for key, _ in keys]))
    sample = [(row[3], statements.numbers(row[7])) for row in found if row[3] and row[7] is not None]
    if not sample:
        return Finding(what="model", fits="with_limits", detail="none of the first rows has both text and vector to compare")
    ours = await embed([text for text, _ in sample])
    theirs = np.stack([vector / (np.linalg.norm(vector) or 1.0) for _, vector in sample])
    cosine = float(np.median((ours * theirs).sum(axis=1)))
    if cosine >= SAME:
        return Finding(what="model", fits="yes", detail=f"the site's model makes the same vectors (cosine {cosine:.3f})")
    if cosine >= ALIKE:
        detail = f"the site's model makes vectors alike (cosine {cosine:.2f}): A embeds more than the text, a title perhaps"
        return Finding(what="model", fits="with_limits", detail=detail)
    detail = f"the site's model is another than A's (cosine {cosine:.2f}): set the site's `embedding` to the model that A uses"
    return Finding(what="model", fits="no", detail=detail)

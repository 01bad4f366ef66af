"""Documents that came through the API, as a folder's Markdown: put together from their pieces, for the upload is not kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from brain.knowledge.generation import HERE, Generation
from core.db import Rows

_PIECES = f"""
select d.doc_id, d.key, d.title, d.url, c.heading, c.body, c.starts, c.ends
from kb_doc d join kb_document k using (site_id, doc_id) join kb_chunk c using (site_id, doc_id)
where d.kind = 'document' and d.origin = 'api' and k.status = 'ready' and {HERE.replace("site_id", "d.site_id", 1)}
order by d.doc_id, c.position
"""


@dataclass(frozen=True, slots=True)
class WrittenOut:
    title: str
    url: str
    text: str


async def written_out(rows: Rows, generation: Generation) -> Mapping[str, WrittenOut]:
    """Those that are ready, by their ids."""
    found = await (await rows.execute(_PIECES.encode(), generation.place)).fetchall()
    pieces: dict[str, list[tuple[str, str, int, int]]] = {}
    about: dict[str, tuple[str, str]] = {}
    for _, key, title, url, *piece in found:
        about[key] = title, url
        pieces.setdefault(key, []).append((piece[0], piece[1], piece[2], piece[3]))
    return {key: WrittenOut(*about[key], text_of(of_one)) for key, of_one in pieces.items()}


def text_of(pieces: Iterable[tuple[str, str, int, int]]) -> str:
    """(heading, body, where it starts, where it ends) in their order; what two of them have in common stands there once."""
    parts: list[str] = []
    under, told_until = "", 0
    for heading, body, starts, ends in pieces:
        if heading and heading != under:
            parts.append(f"\n\n## {heading}\n\n")
        elif parts and starts >= told_until:
            parts.append("\n\n")
        parts.append(body[max(0, told_until - starts) :])
        under, told_until = heading, max(told_until, ends)
    return "".join(parts).replace("\r\n", "\n").replace("\r", "\n").strip() + "\n"

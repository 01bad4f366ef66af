"""A site's lexicon in the database, for the API and for folders. All take `rows` of core.db's as_site(site)."""

from collections.abc import Iterable
from typing import Literal

from core.db import Rows
from core.ids import SiteId
from core.lexicon import MOST_WORDS, LexiconError, Saying, Tongue

Origin = Literal["api", "folder"]

_PUT = """
insert into lexicon (site_id, word, language, say, origin) values (%s, %s, %s, %s, %s)
on conflict (site_id, word, language) do update set say = excluded.say, origin = excluded.origin, updated_at = now()
"""


async def read(rows: Rows, site: SiteId) -> dict[Saying, Origin]:
    """All lines, and whence each came."""
    query = "select word, language, say, origin from lexicon where site_id = %s order by word, language"
    found = await (await rows.execute(query, [site])).fetchall()
    return {Saying(word=word, say=say, language=language or None): origin for word, language, say, origin in found}


async def put(rows: Rows, site: SiteId, saying: Saying, origin: Origin) -> None:
    await rows.execute(_PUT, [site, saying.word, saying.language or "", saying.say, origin])


async def drop(rows: Rows, site: SiteId, word: str, language: Tongue | None) -> None:
    """The line of this word for this language; None: its line for all."""
    query = "delete from lexicon where site_id = %s and word = %s and language = %s"
    await rows.execute(query, [site, word, language or ""])


async def replace(rows: Rows, site: SiteId, wanted: Iterable[Saying], origin: Origin) -> int:
    """`wanted` becomes what there is of this origin, and lines of `api` all that there is; how many lines that changed.

    A line that is there already stays as it is, wherever it came from. LexiconError, with nothing changed, if these would be more
    than a site may have.
    """
    have = await read(rows, site)
    lines = dict.fromkeys(wanted)
    written = [saying for saying in lines if saying not in have]
    places = {(saying.word, saying.language) for saying in lines}
    ours = [saying for saying in have if origin == "api" or have[saying] == origin]
    gone = [saying for saying in ours if (saying.word, saying.language) not in places]
    staying = {(saying.word, saying.language) for saying in have.keys() - set(gone)} - places
    if len(places) + len(staying) > MOST_WORDS:
        raise LexiconError(
            f"{len(places)} lines and {len(staying)} others that came through the API and stay: a site may have {MOST_WORDS}."
            " Leave some out, or delete some of those (DELETE /v1/sites/{site_id}/lexicon/{word})"
        )
    for saying in written:
        await put(rows, site, saying, origin)
    for saying in gone:
        await drop(rows, site, saying.word, saying.language)
    return len(written) + len(gone)

"""/v1/sites/{site_id}/lexicon: how the site's own words are said, names and brands above all. Heard from the next call on."""

import functools
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from core.db import Rows
from core.http.auth import Managed
from core.http.bodies import Body, answer, invalid, nothing
from core.http.description import gives, gives_nothing, refuses, takes
from core.http.doors import Db
from core.http.idempotency import Once
from core.http.pages import Cursor, LongLimit
from core.http.problems import Problem
from core.ids import SiteId
from core.lexicon import MOST_WORDS, WORD, LexiconError, Saying, Tongue, as_compared, each_once, parse, saying
from kb_api import lexicon_rows
from kb_api.lexicon_shapes import LexiconWritten, NewSaying, SayingDetails, SayingList, WholeLexicon
from kb_api.sites import existing

router = APIRouter(prefix="/v1/sites/{site_id}/lexicon", tags=["sites"])

WordPath = Annotated[str, Path(description="The word, capitals or not", pattern=WORD)]
Only = Annotated[Tongue | None, Query(description="Only the word's line for this language; left out: all of its lines")]
_COLUMNS = "select word, say, language, origin, updated_at from lexicon where site_id = %s"


@router.get("", responses=gives(SayingList) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def list_words(site: Managed, db: Db, limit: LongLimit = 50, cursor: Cursor = "") -> Response:
    """The site's words, by the alphabet."""
    query = f"{_COLUMNS} and word || chr(9) || language > %s order by word || chr(9) || language limit %s"
    async with db.as_site(site) as rows:
        await existing(rows, site)
        found = await (await rows.execute(query.encode(), [site, cursor.replace("\0", ""), limit + 1])).fetchall()
    words = [
        SayingDetails(word=word, say=say, language=language or None, origin=origin, updated_at=at)
        for word, say, language, origin, at in found[:limit]
    ]
    last = f"{words[-1].word}\t{words[-1].language or ''}" if len(found) > limit else None
    return answer(SayingList(data=words, next_cursor=last))


@router.put(
    "",
    openapi_extra=takes(WholeLexicon),
    responses=gives(LexiconWritten) | refuses(401, 403, 404, 413, 415, 422, 503),
    response_class=Response,
)
async def put_lexicon(site: Managed, once: Once, whole: Annotated[WholeLexicon, Body(WholeLexicon)]) -> Response:
    """The whole lexicon at once, in place of all that is there."""
    return await once.write(site, functools.partial(_replace, site, _lines(whole)))


@router.put(
    "/{word}",
    openapi_extra=takes(NewSaying),
    responses=gives_nothing() | refuses(401, 403, 404, 409, 415, 422, 503),
    response_class=Response,
    status_code=204,
)
async def put_word(site: Managed, once: Once, word: WordPath, new: Annotated[NewSaying, Body(NewSaying)]) -> Response:
    """Say a word so: in one language, or in all that have no line of their own."""
    return await once.write(site, functools.partial(_put, site, _line(word, new)))


@router.delete("/{word}", responses=gives_nothing() | refuses(401, 403, 404, 422, 503), response_class=Response, status_code=204)
async def delete_word(site: Managed, once: Once, word: WordPath, language: Only = None) -> Response:
    """Forget how a word is said."""
    return await once.write(site, functools.partial(_delete, site, as_compared(word), language))


def _lines(whole: WholeLexicon) -> tuple[Saying, ...]:
    """Problem 422 for both or neither of its two forms, and for lines that can't be used."""
    if (whole.words is None) == (whole.table is None):
        raise invalid("", "give `words` or `table`, one of the two")
    try:
        if whole.table is not None:
            return parse(whole.table)
        given = enumerate(whole.words or ())
        return each_once((f"words[{at}]", saying(each.word, each.say, each.language)) for at, each in given)
    except LexiconError as error:
        raise invalid("words" if whole.table is None else "table", str(error)) from error


def _line(word: str, new: NewSaying) -> Saying:
    """Problem 422."""
    if new.word is not None and as_compared(new.word) != as_compared(word):
        raise invalid("word", "is not the one in the path")
    try:
        return saying(word, new.say, new.language)
    except LexiconError as error:
        raise invalid("say", str(error)) from error


async def _replace(site: SiteId, lines: tuple[Saying, ...], rows: Rows) -> Response:
    await existing(rows, site, to_change=True)
    changed = await lexicon_rows.replace(rows, site, lines, "api")
    return answer(LexiconWritten(words=len(lines), changed=changed))


async def _put(site: SiteId, line: Saying, rows: Rows) -> Response:
    await existing(rows, site, to_change=True)
    there = await lexicon_rows.read(rows, site)
    new = (line.word, line.language) not in {(each.word, each.language) for each in there}
    if new and len(there) >= MOST_WORDS:
        raise Problem(409, f"the lexicon has {MOST_WORDS} lines, as many as a site may have: delete one first", "lexicon-full")
    await lexicon_rows.put(rows, site, line, "api")
    return nothing()


async def _delete(site: SiteId, word: str, language: Tongue | None, rows: Rows) -> Response:
    await existing(rows, site, to_change=True)
    there = [each for each in await lexicon_rows.read(rows, site) if each.word == word and language in (None, each.language)]
    if not there:
        raise Problem(404, "the lexicon has no such word", "no-such-word")
    for line in there:
        await lexicon_rows.drop(rows, site, line.word, line.language)
    return nothing()

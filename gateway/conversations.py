"""/v1/conversations: what was said with whom, over every channel, for the site's own systems. DELETE deletes."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from msgspec import Meta

from core.commands import Channel, Citation
from core.contacts import Contacts, Kind
from core.db import Rows
from core.http import bodies
from core.http.description import gives, gives_nothing, refuses
from core.http.doors import ChatSite, Db
from core.http.pages import Cursor, Limit, from_cursor, to_cursor
from core.http.problems import Problem
from core.http.shapes import Instant, Next
from core.ids import SiteId
from core.numbers import e164
from core.sites import Language
from core.vault import Sealed
from gateway.brain_link import Chats
from gateway.chat import the_brain
from gateway.shapes import Shape

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])

State = Literal["open", "handed_over"]
NO_NUL = r"^[^\x00]+$"
ConversationPath = Annotated[str, Path(description="The conversation's id", max_length=256, pattern=NO_NUL)]


class Contact(Shape, frozen=True, kw_only=True):
    """With whom. null: not known."""

    phone: str | None
    user: Annotated[str | None, Meta(description="Your own name for them, as your chat gave it")]


class Conversation(Shape, frozen=True, kw_only=True):
    """Everything said with one contact, over calls and chats, until they have been silent for three days."""

    id: str
    contact: Contact
    channels: list[Channel]
    language: Language
    state: Annotated[State, Meta(description="handed_over: a person was asked for")]
    handover: Annotated[str, Meta(description="What the person who took over was told; empty: nobody was asked for")]
    summary: Annotated[str, Meta(description="What was asked before the last turns")]
    opened_at: Instant
    last_at: Instant
    turn_count: int


class ConversationList(Shape, frozen=True, kw_only=True):
    data: list[Conversation]
    next_cursor: Next


class ConversationTurn(Shape, frozen=True, kw_only=True):
    """A question and our answer to it."""

    session_id: Annotated[str, Meta(description="The call's id (GET /v1/calls/{id}), or the chat connection's")]
    turn: int
    channel: Channel
    via: Literal["voice", "keypad", "text"]
    at: Instant
    language: Language
    asked: str
    answered: str
    heard: Annotated[
        str | None, Meta(description="How much of it was heard, where it was interrupted or read to its end on a call")
    ]
    answer_source: Annotated[str | None, Meta(description="null: interrupted before the answer was complete")]
    score: float | None
    citations: list[Citation]
    model: Annotated[str, Meta(description="The language model that wrote it; empty: none did")]


class ConversationWithTurns(Conversation, frozen=True, kw_only=True):
    """The last turns, the oldest first."""

    turns: list[ConversationTurn]


TURNS_LIMIT = 500

_CONVERSATIONS = """
select c.conversation_id, c.language, c.state, c.handover, c.summary, c.opened_at, c.last_at,
  (extract(epoch from c.last_at) * 1000000)::bigint,
  (select coalesce(json_agg(distinct s.channel order by s.channel), '[]') from conversation_session s
   where (s.site_id, s.conversation_id) = (c.site_id, c.conversation_id)),
  (select count(*) from conversation_turn t where (t.site_id, t.conversation_id) = (c.site_id, c.conversation_id)),
  (select coalesce(json_object_agg(k.kind, json_build_array(k.kek_id, encode(k.wrapped, 'hex'), encode(k.sealed, 'hex'))), '{}')
   from contact_key k where (k.site_id, k.contact_id) = (c.site_id, c.contact_id))
from conversation c where c.site_id = %s
"""
_TURNS = """
select * from (
  select t.session_id, t.turn, s.channel, t.via, t.at, t.language, t.asked, t.answered, t.heard, t.answer_source, t.score,
    t.citations, t.model
  from conversation_turn t join conversation_session s using (site_id, session_id)
  where t.site_id = %s and t.conversation_id = %s order by t.at desc, t.turn desc limit %s
) latest order by at, turn
"""
# The contact goes with their last conversation: what is left would be a number that nobody talks with.
_FORGET = """
with gone as (delete from conversation where site_id = %s and conversation_id = %s returning site_id, contact_id),
  alone as (
    delete from contact c using gone g where (c.site_id, c.contact_id) = (g.site_id, g.contact_id) and not exists (
      select from conversation o where (o.site_id, o.contact_id) = (g.site_id, g.contact_id) and o.conversation_id <> %s))
select 1 from gone
"""


async def _contacts(request: Request) -> Contacts:
    contacts = request.app.state.contacts
    assert isinstance(contacts, Contacts)
    return contacts


Known = Annotated[Contacts, Depends(_contacts)]


@router.get("", responses=gives(ConversationList) | refuses(401, 403, 422, 503), response_class=Response)
async def list_conversations(
    site: ChatSite,
    db: Db,
    contacts: Known,
    limit: Limit = 20,
    cursor: Cursor = "",
    phone: Annotated[str | None, Query(description="With this number", max_length=64, pattern=NO_NUL)] = None,
    user: Annotated[str | None, Query(description="With whom your chat calls so", max_length=256, pattern=NO_NUL)] = None,
    state: Annotated[State | None, Query()] = None,
) -> Response:
    """The site's conversations, the latest first."""
    query, values = _CONVERSATIONS, list[Any]([site])
    wanted: list[tuple[Kind, str | None]] = [
        ("phone", None if phone is None else e164(phone.replace(" ", "+", 1))),
        ("user", user),
    ]
    for kind, value in wanted:
        if value is not None:
            query += " and contact_id in (select contact_id from contact_key where site_id = %s and kind = %s and mac = %s)"
            values += [site, kind, contacts.mac(site, kind, value)]
    if state is not None:
        query += " and state = %s"
        values.append(state)
    if cursor:
        query += " and (last_at, conversation_id) < ('epoch'::timestamptz + %s * interval '1 microsecond', %s)"
        values += from_cursor(cursor)
    query += " order by last_at desc, conversation_id desc limit %s"
    async with db.as_site(site) as rows:
        found = await (await rows.execute(query.encode(), [*values, limit + 1])).fetchall()
    data = [Conversation(**_conversation(site, row, contacts)) for row in found[:limit]]
    more = to_cursor(found[limit - 1][7], found[limit - 1][0]) if len(found) > limit else None
    return bodies.answer(ConversationList(data=data, next_cursor=more))


@router.get(
    "/{conversation_id}", responses=gives(ConversationWithTurns) | refuses(401, 403, 404, 422, 503), response_class=Response
)
async def get_conversation(site: ChatSite, db: Db, contacts: Known, conversation_id: ConversationPath) -> Response:
    """One conversation, with what was said: over which channel, where the answer came from, how much of it was heard."""
    async with db.as_site(site) as rows:
        row = await _row(rows, site, conversation_id)
        turns = await (await rows.execute(_TURNS, [site, conversation_id, TURNS_LIMIT])).fetchall()
    return bodies.answer(ConversationWithTurns(**_conversation(site, row, contacts), turns=[_turn(turn) for turn in turns]))


@router.delete(
    "/{conversation_id}", responses=gives_nothing() | refuses(401, 403, 404, 422, 503), response_class=Response, status_code=204
)
async def delete_conversation(
    site: ChatSite, db: Db, chats: Annotated[Chats, Depends(the_brain)], conversation_id: ConversationPath
) -> Response:
    """Delete it for good, with its turns; and the contact, if this was all there was with them. Calls have records of their own
    (/v1/calls), which this leaves alone."""
    async with db.as_site(site) as rows:
        gone = await (await rows.execute(_FORGET, [site, conversation_id, conversation_id])).fetchone()
    if gone is None:
        raise _nobody()
    await chats.forget(site, conversation_id)  # what the brain knew of it by heart
    return bodies.nothing()


async def _row(rows: Rows, site: SiteId, conversation_id: str) -> Sequence[Any]:
    found = await rows.execute(f"{_CONVERSATIONS} and conversation_id = %s".encode(), [site, conversation_id])
    row = await found.fetchone()
    if row is None:
        raise _nobody()
    return row


def _nobody() -> Problem:
    return Problem(404, "this site has no such conversation", "no-such-conversation")


def _conversation(site: SiteId, row: Sequence[Any], contacts: Contacts) -> dict[str, Any]:
    conversation_id, language, state, handover, summary, opened_at, last_at, _, channels, turns, keys = row
    return {
        "id": conversation_id,
        "contact": _contact(site, keys, contacts),
        "channels": channels,
        "language": language,
        "state": state,
        "handover": handover,
        "summary": summary,
        "opened_at": opened_at.astimezone(UTC),
        "last_at": last_at.astimezone(UTC),
        "turn_count": turns,
    }


def _contact(site: SiteId, keys: Mapping[Kind, tuple[str, str, str]], contacts: Contacts) -> Contact:
    def known(kind: Kind) -> str | None:
        if kind not in keys:
            return None
        kek_id, wrapped, sealed = keys[kind]
        return contacts.reveal(site, kind, Sealed(kek_id, bytes.fromhex(wrapped), bytes.fromhex(sealed)))

    return Contact(phone=known("phone"), user=known("user"))


def _turn(row: Sequence[Any]) -> ConversationTurn:
    session, turn, channel, via, at, language, asked, answered, heard, source, score, citations, model = row
    return ConversationTurn(
        session_id=session,
        turn=turn,
        channel=channel,
        via=via,
        at=at.astimezone(UTC),
        language=language,
        asked=asked,
        answered=answered,
        heard=heard,
        answer_source=source,
        score=score,
        citations=msgspec.convert(citations, list[Citation]),
        model=model,
    )

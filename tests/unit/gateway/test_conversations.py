"""/v1/conversations: one per contact over every channel, read by the site, deleted for good, never seen by another."""

import json
from typing import Any

import psycopg

from core import commands as msg
from core.bus import connect
from core.ids import CallId, SiteId
from tests.unit.gateway.conftest import Town
from tests.unit.gateway.talking import Talk, talk

PHONE = "+919800000001"


async def chat(talk: Talk, text: str, **who: Any) -> dict[str, Any]:
    body = {"model": "x", "messages": [{"role": "user", "content": text}]} | who
    answer = await talk.http.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def call(talk: Talk, text: str, caller: str, heard: str | None = None, call_id: str = "call-1") -> str:
    """One turn of a telephone call, as media_server has it with the brain."""
    async with await connect(talk.town.settings.socket("brain"), msg.FromBrain) as link:
        link.send(
            msg.OpenConversation(
                call_id=CallId(call_id), site_id=SiteId("shop"), channel="call", caller=caller, language="hi-Latn"
            )
        )
        link.send(msg.Ask(turn=1, revision=0, text=text, language="hi-Latn", confidence=0.9))
        link.send(msg.Commit(turn=1, revision=0))
        said = ""
        while not isinstance(message := await link.receive(), msg.AnswerDone):
            said += message.text if isinstance(message, msg.Sentence) else ""
        if heard is not None:
            link.send(msg.Heard(turn=1, text=heard, complete=False))
    return said


async def conversations(talk: Talk, **query: str) -> list[dict[str, Any]]:
    answer = await talk.http.get("/v1/conversations", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def test_a_chat_goes_on_as_a_call_and_the_call_as_a_chat(town: Town) -> None:
    async def story(talk: Talk) -> None:
        first = await chat(talk, "pehla sawal kya hai", user="asha", metadata={"phone": "98000 00001"})
        assert await call(talk, "doosra sawal", PHONE, heard="call hi-Latn") == "call hi-Latn after [pehla sawal kya hai]"
        await talk.chats.forget(SiteId("shop"), first["haazir"]["conversation_id"])  # as after two silent minutes
        third = await chat(talk, "teesra sawal kya hai", user="asha")
        assert third["choices"][0]["message"]["content"] == "chat hi-Latn after [pehla sawal kya hai; doosra sawal]"
        assert talk.heard.memories[-1].recent[-1].answered == "call hi-Latn"

        [conversation] = await conversations(talk)
        assert conversation["id"] == third["haazir"]["conversation_id"]
        assert conversation["channels"] == ["call", "chat"] and conversation["turn_count"] == 3
        assert conversation["contact"] == {"phone": PHONE, "user": "asha"}
        whole = (await talk.http.get(f"/v1/conversations/{conversation['id']}")).json()
        assert [(turn["channel"], turn["via"], turn["asked"], turn["heard"]) for turn in whole["turns"]] == [
            ("chat", "text", "pehla sawal kya hai", None),
            ("call", "voice", "doosra sawal", "call hi-Latn"),
            ("chat", "text", "teesra sawal kya hai", None),
        ]

    talk(town, story)


def test_what_waited_for_a_reply_in_the_chat_does_not_wait_on_the_telephone(town: Town) -> None:
    async def story(talk: Talk) -> None:
        await chat(talk, "pehla sawal kya hai", metadata={"phone": PHONE})
        assert talk.heard.memories[-1].expects == "anything"
        await call(talk, "doosra sawal", PHONE)
        memory = talk.heard.memories[-1]
        assert (memory.topic, memory.told, memory.proven, memory.offered_person) == ("pehla sawal kya hai", None, (), False)

    talk(town, story)


def test_two_people_who_share_a_telephone_stay_two(town: Town) -> None:
    async def story(talk: Talk) -> None:
        await chat(talk, "asha ka sawal kya hai", user="asha", metadata={"phone": PHONE})
        await chat(talk, "ravi ka sawal kya hai", user="ravi", metadata={"phone": PHONE})
        again = await chat(talk, "kya hai", user="ravi", metadata={"phone": PHONE})
        assert again["choices"][0]["message"]["content"] == "chat hi-Latn after [ravi ka sawal kya hai]"
        assert len(await conversations(talk)) == 2

    talk(town, story)


def test_a_call_of_somebody_known_by_number_joins_their_chat_once_it_says_the_number(town: Town) -> None:
    async def story(talk: Talk) -> None:
        await call(talk, "pehla sawal", PHONE)
        await chat(talk, "doosra sawal kya hai", user="asha")
        assert len(await conversations(talk)) == 2
        await chat(talk, "teesra sawal kya hai", user="asha", metadata={"phone": PHONE})
        [one] = {found["contact"]["phone"] for found in await conversations(talk, user="asha")}
        assert one == PHONE and len(await conversations(talk, phone=PHONE)) == 2

    talk(town, story)


def test_extensions_and_withheld_numbers_are_nobody(town: Town) -> None:
    async def story(talk: Talk) -> None:
        for number, caller in enumerate(("1000", "anonymous", "")):
            assert await call(talk, f"sawal {number}", caller, call_id=f"call-{number}") == "call hi-Latn after []"
        assert len(await conversations(talk)) == 3

    talk(town, story)


def test_numbers_and_names_do_not_lie_in_the_open(town: Town) -> None:
    async def story(talk: Talk) -> None:
        await chat(talk, "kya hai", user="asha-the-customer", metadata={"phone": PHONE})
        await conversations(talk)

    talk(town, story)
    with psycopg.connect(town.server.settings.database_admin_url()) as admin:
        for table in ("contact", "contact_key", "conversation", "conversation_session", "conversation_turn"):
            dumped = repr(admin.execute(f"select t::text from {table} t".encode()).fetchall())
            assert "9800000001" not in dumped and "asha-the-customer" not in dumped
            assert b"asha-the-customer".hex() not in dumped and b"9800000001".hex() not in dumped


def test_deleting_leaves_nothing_and_the_brain_forgets(town: Town) -> None:
    async def story(talk: Talk) -> None:
        first = await chat(talk, "pehla sawal kya hai", user="asha", metadata={"phone": PHONE})
        where = f"/v1/conversations/{first['haazir']['conversation_id']}"
        assert (await talk.http.delete(where, headers={"Authorization": "Bearer hz_bank_key"})).status_code == 404
        assert (await talk.http.get(where, headers={"Authorization": "Bearer hz_bank_key"})).status_code == 404
        assert (await talk.http.delete(where)).status_code == 204
        assert (await talk.http.get(where)).status_code == 404 and (await talk.http.delete(where)).status_code == 404
        with psycopg.connect(talk.town.server.settings.database_admin_url()) as admin:
            for table in ("contact", "contact_key", "conversation", "conversation_session", "conversation_turn"):
                query = f"select count(*) from {table} where site_id = 'shop'".encode()
                assert admin.execute(query).fetchone() == (0,), table
        again = await chat(talk, "doosra sawal kya hai", user="asha")
        assert again["choices"][0]["message"]["content"] == "chat hi-Latn after []"

    talk(town, story)


def test_a_conversation_that_was_handed_over_says_so(town: Town) -> None:
    async def story(talk: Talk) -> None:
        await chat(talk, "person please", user="asha")
        await chat(talk, "kya hai", user="ravi")
        [one] = await conversations(talk, state="handed_over")
        assert (one["contact"]["user"], one["state"], one["handover"]) == ("asha", "handed_over", "Wants a refund.")

    talk(town, story)


def test_lists_page_and_foreign_cursors_are_refused(town: Town) -> None:
    async def story(talk: Talk) -> None:
        for name in ("asha", "ravi", "jas"):
            await chat(talk, "kya hai", user=name)
        first = (await talk.http.get("/v1/conversations", params={"limit": "2"})).json()
        rest = (await talk.http.get("/v1/conversations", params={"limit": "2", "cursor": first["next_cursor"]})).json()
        assert [found["contact"]["user"] for found in first["data"] + rest["data"]] == ["jas", "ravi", "asha"]
        assert rest["next_cursor"] is None
        assert (await talk.http.get("/v1/conversations", params={"cursor": "nonsense"})).status_code == 422
        assert json.loads((await talk.http.get("/v1/conversations", params={"phone": "100"})).text)["data"] == []

    talk(town, story)

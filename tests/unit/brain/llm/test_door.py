"""The way to a model against a cloud over real HTTP: its words, its illnesses, and who hears that a caller has gone."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import msgspec
import pytest

from brain.llm.breaker import FAILURES
from brain.llm.door import Llms
from brain.llm.llm import Call, Delta, LlmFailed, Message, Prompt, Text, ToolSpec, Used
from core.db import DatabaseAway
from core.ids import SiteId
from core.public_address import networks
from core.sites import Llm, Phrases, Site
from tests.standins.llm import Cloud, Reply, serving

PROMPT = Prompt((Message("system", "Be kind."), Message("user", "Namaste")))
LOOPBACK = networks(["127.0.0.0/8"])
HASTY = {"timeout_s": 2.0, "first_token_s": 0.5}
"""Where a deadline is what is looked at. All others are far away: they must not do what something else has to."""


class Vault:
    """Keys, or none while `away`."""

    def __init__(self) -> None:
        self.away = False
        self.asked = 0

    async def __call__(self, site: SiteId, name: str) -> str:
        self.asked += 1
        if self.away:
            raise DatabaseAway("restarting")
        return {"openai": "sk-told"}[name]


def site(cloud: Cloud, **llm: object) -> Site:
    about = {"model": "m", "base_url": cloud.base_url, "timeout_s": 60.0, "first_token_s": 60.0} | llm
    phrases = Phrases(greeting="", hold=("One moment.",), reminder="", again="", apology="", goodbye="", transfer="")
    return Site(site_id=SiteId("told"), name="", phrases={"en": phrases}, llm=msgspec.convert(about, Llm))


def talk(story: Callable[[Cloud, Llms], Awaitable[None]], vault: Vault | None = None) -> None:
    async def run() -> None:
        async with asyncio.timeout(20), serving() as cloud, Llms(vault or Vault(), LOOPBACK) as llms:
            await story(cloud, llms)

    asyncio.run(run())


async def hear(llms: Llms, at: Site, prompt: Prompt = PROMPT) -> list[Delta]:
    llm = llms.of(at)
    assert llm is not None
    return [delta async for delta in llm.stream(prompt)]


async def fails(llms: Llms, at: Site) -> LlmFailed:
    with pytest.raises(LlmFailed) as failed:
        await hear(llms, at)
    return failed.value


def test_words_tool_calls_and_tokens_come_through_with_the_sites_key_and_settings() -> None:
    async def story(cloud: Cloud, llms: Llms) -> None:
        cloud.reply = Reply(("Namaste", " ji."), calls=[("end_call", "{}")])
        tool = ToolSpec("end_call", "Ends the call.", {"type": "object", "properties": {}})
        said = await hear(llms, site(cloud, secret="openai"), Prompt(PROMPT.messages, (tool,)))
        assert said[:2] == [Text("Namaste"), Text(" ji.")] and Call("end_call", "{}") in said
        assert any(isinstance(delta, Used) and delta.tokens_out == 2 for delta in said)
        assert cloud.keys == ["Bearer sk-told"]
        (request,) = cloud.requests
        assert request["messages"][0] == {"role": "system", "content": "Be kind."}
        assert request["tools"][0]["function"]["name"] == "end_call" and request["max_tokens"] == 300

    talk(story)


def test_a_site_without_a_model_has_none() -> None:
    async def story(cloud: Cloud, llms: Llms) -> None:
        assert llms.of(site(cloud, model="")) is None

    talk(story)


@pytest.mark.parametrize(
    ("reply", "why", "requests"),
    [
        (Reply(status=503), "away", 2),
        (Reply(status=400), "refused", 1),
        (Reply(status=401), "refused", 1),
        (Reply(status=429, headers={"Retry-After": "9"}), "limited", 1),
        (Reply(first_s=5.0), "slow", 1),
        (Reply(("Ek ",), then="stall"), "slow", 1),
        (Reply(("Ek ",), then="garbage"), "garbage", 1),
        (Reply((), then="garbage"), "garbage", 1),
        (Reply((), then="cut"), "cut off", 2),
        (Reply(("Ek ",), then="cut"), "cut off", 1),
        (Reply(("Ek ",), then="silent end"), "cut off", 1),
        (Reply(("Ek ",), then="error"), "cut off", 1),
        (Reply(("Ek ",), then="babble"), "garbage", 1),
    ],
    ids=str,
)
def test_every_illness_has_its_name_and_only_a_silent_one_is_tried_again(reply: Reply, why: str, requests: int) -> None:
    async def story(cloud: Cloud, llms: Llms) -> None:
        cloud.reply = reply
        began = time.monotonic()
        failed = await fails(llms, site(cloud, **(HASTY if why == "slow" else {})))
        assert failed.why == why and time.monotonic() - began < 3.5
        assert len(cloud.requests) == requests

    talk(story)


def test_one_failure_before_the_first_word_is_not_noticed() -> None:
    async def story(cloud: Cloud, llms: Llms) -> None:
        cloud.reply_in_turn(Reply(status=502), Reply(("Namaste.",)))
        assert Text("Namaste.") in await hear(llms, site(cloud))

    talk(story)


def test_a_caller_who_leaves_closes_the_stream_at_the_server() -> None:
    async def story(cloud: Cloud, llms: Llms) -> None:
        cloud.reply = Reply(("Ek ", "do "), then="stall")
        llm = llms.of(site(cloud))
        assert llm is not None
        async with aclosing(llm.stream(PROMPT)) as deltas:
            assert await anext(deltas) == Text("Ek ")
        await asyncio.wait_for(cloud.disconnected.wait(), 10)

    talk(story)


def test_a_cancelled_turn_closes_the_stream_at_the_server_while_it_waits() -> None:
    async def story(cloud: Cloud, llms: Llms) -> None:
        cloud.reply = Reply(first_s=30.0)
        turn = asyncio.create_task(hear(llms, site(cloud)))
        await cloud.asked.wait()
        turn.cancel()
        await asyncio.wait_for(cloud.disconnected.wait(), 10)

    talk(story)


def test_a_model_that_fails_again_and_again_is_left_alone_and_other_sites_are_not_affected() -> None:
    async def story(cloud: Cloud, llms: Llms) -> None:
        cloud.reply = Reply(status=400)
        for _ in range(FAILURES):
            assert (await fails(llms, site(cloud))).why == "refused"
        asked = len(cloud.requests)
        assert (await fails(llms, site(cloud))).why == "resting" and len(cloud.requests) == asked
        cloud.reply = Reply(("Hello.",))
        other = msgspec.structs.replace(site(cloud), site_id=SiteId("other"))
        assert Text("Hello.") in await hear(llms, other)

    talk(story)


def test_retry_after_is_heeded_at_once() -> None:
    async def story(cloud: Cloud, llms: Llms) -> None:
        cloud.reply = Reply(status=429, headers={"Retry-After": "30"})
        assert (await fails(llms, site(cloud))).why == "limited"
        assert (await fails(llms, site(cloud))).why == "resting"

    talk(story)


def test_a_site_asks_no_more_at_once_than_it_may_and_who_waits_too_long_is_told() -> None:
    async def story(cloud: Cloud, llms: Llms) -> None:
        cloud.reply = Reply(("Ek.",), first_s=0.2)
        at = site(cloud, at_once=2)
        said = await asyncio.gather(*(hear(llms, at) for _ in range(4)))
        assert all(Text("Ek.") in each for each in said) and cloud.most_at_once == 2
        cloud.reply = Reply(("Ek.", "Do."))
        llm, hasty = llms.of(at), site(cloud, at_once=2, first_token_s=0.2)
        assert llm is not None
        async with aclosing(llm.stream(PROMPT)) as one, aclosing(llm.stream(PROMPT)) as other:
            assert [await anext(one), await anext(other)] == [Text("Ek."), Text("Ek.")], (
                "both slots are taken until they are read"
            )
            late = await asyncio.gather(fails(llms, hasty), fails(llms, hasty))
            assert [failed.why for failed in late] == ["busy", "busy"]
            for stream in (one, other):
                assert Text("Do.") in [delta async for delta in stream]

    talk(story)


def test_a_key_that_the_vault_lacks_is_a_failure_and_a_known_one_outlives_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault()

    async def story(cloud: Cloud, llms: Llms) -> None:
        assert (await fails(llms, site(cloud, secret="none"))).why == "no key"
        await hear(llms, site(cloud, secret="openai"))
        await hear(llms, site(cloud, secret="openai"))
        assert vault.asked == 2, "the key is remembered"
        vault.away = True
        monkeypatch.setattr("brain.llm.door.KEY_FRESH_S", 0.0)
        await hear(llms, site(cloud, secret="openai"))
        assert cloud.keys[-1] == "Bearer sk-told"

    talk(story, vault)


def test_a_site_may_not_make_us_talk_to_a_private_network() -> None:
    async def run() -> None:
        async with serving() as cloud, Llms(Vault()) as llms:
            assert (await fails(llms, site(cloud))).why == "away"
            assert cloud.requests == []

    asyncio.run(run())


def test_nobody_imports_litellm_for_a_server_that_speaks_openais_protocol() -> None:
    loaded = "litellm" in sys.modules

    async def story(cloud: Cloud, llms: Llms) -> None:
        await hear(llms, site(cloud))
        assert loaded or "litellm" not in sys.modules

    talk(story)

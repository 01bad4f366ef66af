"""A chat whose answer a language model writes: the real dialogue and driver, a cloud over HTTP, OpenAI's client in front."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from brain import dialogue
from brain.dialogue import Mind
from brain.llm.door import Llms
from brain.turn import Asked, Memory, Piece
from core.ids import SiteId
from core.public_address import networks
from core.sites import Llm, Phrases, Site
from tests.standins.llm import Cloud, Reply, serving
from tests.unit.brain.by_model.talk import Books, no_secret, passage
from tests.unit.gateway.conftest import Town
from tests.unit.gateway.talking import Talk, talking
from tests.unit.gateway.test_chat import says, streamed, words

PHRASES = Phrases(greeting="a", hold=("b",), reminder="c", again="d", apology="e", goodbye="f", transfer="g")


def with_model(town: Town, story: Callable[[Talk, Cloud], Awaitable[None]], *, has_model: bool = True) -> None:
    async def run() -> None:
        async with serving() as cloud, Llms(no_secret, networks(["127.0.0.0/8"])) as llms:
            model = Llm(model="stand-in", base_url=cloud.base_url)
            site = Site(site_id=SiteId("shop"), name="Shop", phrases={"hi-Latn": PHRASES}, llm=model)
            mind = Mind(site, {}, Books(passage()), 0.45, 2, llms.of(site) if has_model else None)

            async def answer(asked: Asked, memory: Memory) -> AsyncIterator[Piece]:
                async for piece in dialogue.answer(asked, memory, mind):
                    yield piece

            await talking(town, lambda talk: story(talk, cloud), script=answer)

    asyncio.run(run())


def test_a_client_who_goes_away_stops_the_model(town: Town) -> None:
    async def story(talk: Talk, cloud: Cloud) -> None:
        cloud.reply = Reply(("Televisions have a warranty of two years. ", "On the panel. ") * 3, then="stall")
        stream = await talk.openai.chat.completions.create(model="x", messages=says("what is the warranty"), stream=True)
        async for chunk in stream:
            if chunk.choices[0].delta.content:
                break
        assert cloud.disconnects == 0
        await stream.close()
        async with asyncio.timeout(5):
            await cloud.disconnected.wait()

    with_model(town, story)


def test_a_model_s_answer_has_its_source_and_what_it_cost(town: Town) -> None:
    async def story(talk: Talk, cloud: Cloud) -> None:
        cloud.reply = Reply(("Televisions have a warranty", " of **two years** on the panel."))
        chunks = await streamed(talk, "what is the warranty on the panel", stream_options={"include_usage": True})
        assert words(chunks).startswith("Televisions have a warranty of **two years** on the panel.")
        assert words(chunks).endswith("Source: [Warranty](https://shop.example/w)")
        assert chunks[-1].usage.total_tokens > 0

    with_model(town, story)

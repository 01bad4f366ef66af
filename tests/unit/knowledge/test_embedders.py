"""Who makes a site's vectors: our model, or a server that speaks OpenAI's protocol (a stand-in, over a real socket)."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np
import pytest

from brain.knowledge import embedders as embedders_module
from brain.knowledge.embedders import Embedders, EmbeddingAway, Served, wording
from brain.knowledge.normal import normalise
from core.db import Rows
from core.ids import SiteId
from core.sites import Embedding
from tests.standins.embeddings import LOOPBACK, Fault, embeddings_server

NO_ROWS: Rows = None  # type: ignore[assignment]  # no secret is asked for


def served(story: Callable[[Served], Coroutine[Any, Any, None]], dimensions: int = 48, fault: Fault = None) -> None:
    async def opened() -> None:
        async with embeddings_server(dimensions, fault) as server, Embedders(allowed=LOOPBACK) as embedders:
            embedding = Embedding(model="stand-in", base_url=server.base_url, dimensions=48)
            embedder = await embedders.of(NO_ROWS, SiteId("shop"), embedding)
            assert isinstance(embedder, Served)
            await story(embedder)

    asyncio.run(opened())


def test_a_server_gives_vectors_of_length_one_in_the_order_asked() -> None:
    async def story(embedder: Served) -> None:
        vectors = await embedder.passages(["refund in ten days", "parking", "refund in ten days"])
        assert vectors.shape == (3, 48) and np.allclose(np.linalg.norm(vectors, axis=1), 1)
        assert (vectors[0] == vectors[2]).all() and not (vectors[0] == vectors[1]).all()
        assert np.allclose(await embedder.query("parking"), vectors[1])

    served(story)


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [("503", "answered 503"), ("garbage", "gave no vectors"), ("short", "vectors of"), ("nan", "gave no vectors|no number")],
)
def test_a_server_that_fails_is_away_and_says_how(fault: Fault, complaint: str) -> None:
    async def story(embedder: Served) -> None:
        with pytest.raises(EmbeddingAway, match=complaint):
            await embedder.query("parking")

    served(story, fault=fault)


def test_the_same_question_is_asked_once_also_after_the_site_was_looked_at_again() -> None:
    async def story() -> None:
        async with embeddings_server(48) as server, Embedders(allowed=LOOPBACK) as embedders:
            embedding = Embedding(model="stand-in", base_url=server.base_url, dimensions=48)
            first = await (await embedders.of(NO_ROWS, SiteId("shop"), embedding)).query("parking")
            again = await (await embedders.of(NO_ROWS, SiteId("shop"), embedding)).query("parking")
            assert (first == again).all() and len(server.asked) == 1
            await (await embedders.of(NO_ROWS, SiteId("bank"), embedding)).query("parking")
            assert len(server.asked) == 2

    asyncio.run(story())


def test_nobody_waits_for_a_server_that_has_failed_again_and_again() -> None:
    async def story() -> None:
        async with embeddings_server(48) as server, Embedders(allowed=LOOPBACK) as embedders:
            embedding = Embedding(model="stand-in", base_url=server.base_url, dimensions=48)
            embedder = await embedders.of(NO_ROWS, SiteId("shop"), embedding)
            known = await embedder.query("parking")
            server.fault = "503"
            for number in range(embedders_module.FAILURES):
                with pytest.raises(EmbeddingAway, match="answered 503"):
                    await embedder.query(f"question {number}")
            with pytest.raises(EmbeddingAway, match="several times in a row"):
                await embedder.query("one more")
            assert len(server.asked) == 1 + embedders_module.FAILURES
            assert (await embedder.query("parking") == known).all()

    asyncio.run(story())


def test_a_server_of_other_dimensions_is_refused_before_its_vectors_mix_with_ours() -> None:
    async def story(embedder: Served) -> None:
        with pytest.raises(EmbeddingAway, match="1 vectors of 48 dimensions were expected, 1 vectors of \\[64\\]"):
            await embedder.query("parking")

    served(story, dimensions=64)


def test_a_server_that_is_not_there_is_away() -> None:
    async def story() -> None:
        async with Embedders(allowed=LOOPBACK) as embedders:
            embedding = Embedding(model="m", base_url="http://127.0.0.1:9", dimensions=48)
            with pytest.raises(EmbeddingAway, match="ClientConnectorError"):
                await (await embedders.of(NO_ROWS, SiteId("shop"), embedding)).query("parking")

    asyncio.run(story())


def test_a_server_in_a_private_network_is_not_even_connected_to_unless_the_admin_allows_it() -> None:
    async def story() -> None:
        async with embeddings_server(48) as server, Embedders() as embedders:
            for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
                embedding = Embedding(model="m", base_url=server.base_url.replace("127.0.0.1", host), dimensions=48)
                embedder = await embedders.of(NO_ROWS, SiteId("shop"), embedding)
                with pytest.raises(EmbeddingAway, match="private network"):
                    await embedder.query("words of a customer")
            assert server.asked == []

    asyncio.run(story())


def test_a_server_whose_answer_does_not_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedders_module, "ANSWER_LIMIT", 100)

    async def story(served: Served) -> None:
        with pytest.raises(EmbeddingAway, match="does not end"):
            await served.query("words")

    served(story)


def test_our_model_is_given_english_and_others_the_words_as_they_are() -> None:
    hinglish = "mera order kahan hai"
    other = Embedding(model="other", base_url="http://127.0.0.1:9", dimensions=48)
    assert wording(Embedding(), hinglish, normalise(hinglish)) == normalise(hinglish).english != hinglish
    assert wording(other, hinglish, normalise(hinglish)) == hinglish
    plain = "Refunds within 10 days."
    assert wording(Embedding(), plain, normalise(plain), english=True) == plain


def test_our_model_is_not_believed_to_have_other_dimensions_than_it_has() -> None:
    async def story() -> None:
        async with Embedders(allowed=LOOPBACK) as embedders:
            with pytest.raises(EmbeddingAway, match="makes 384 dimensions, not 512"):
                await embedders.of(NO_ROWS, SiteId("shop"), Embedding(dimensions=512))

    asyncio.run(story())

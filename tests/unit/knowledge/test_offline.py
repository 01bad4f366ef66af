"""Our own model: who waits on a line goes first, and others lose nothing by it."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from brain.knowledge.embed import MiniLM
from brain.knowledge.embedding_process import EmbeddingProcess
from brain.knowledge.offline import AT_ONCE, Offline, patient


@pytest.fixture
def beside() -> Iterator[EmbeddingProcess]:
    process = EmbeddingProcess()
    yield process
    process.close()


def test_questions_that_come_together_go_through_the_model_together(model: MiniLM) -> None:
    async def story() -> None:
        offline = Offline(model)
        asked = [f"question number {word}" for word in ("a", "b", "c", "a")]
        gone = asyncio.create_task(offline.query(asked[0]))
        together = asyncio.gather(*(offline.query(text) for text in asked))
        await asyncio.sleep(0)
        gone.cancel()
        first, second, third, again = await together
        assert (first == again).all() and not (first == second).all() and len(third) == 384
        assert (await offline.query(asked[1]) == second).all()
        await offline.close()

    asyncio.run(story())


def test_passages_come_back_in_their_own_order_whatever_their_length(model: MiniLM) -> None:
    texts = [f"the warehouse in street {number} " + "opens early " * (number % 7) for number in range(40)]

    async def story() -> None:
        offline = Offline(model)
        vectors = await offline.passages(texts)
        assert vectors.shape == (40, 384)
        assert float(vectors[3] @ model.embed([texts[3]])[0]) == pytest.approx(1.0, abs=1e-4)
        assert float(vectors[39] @ model.embed([texts[39]])[0]) == pytest.approx(1.0, abs=1e-4)
        await offline.close()

    asyncio.run(story())


def test_a_caller_s_question_overtakes_documents_and_chats(model: MiniLM) -> None:
    long = [f"the warehouse in street {number} " + "opens early in the morning " * 12 for number in range(4 * AT_ONCE)]

    async def story() -> None:
        offline, order = Offline(model), list[str]()

        async def chat() -> None:
            patient.set(True)
            await offline.query("when does the warehouse open")
            order.append("chat")

        async def documents() -> None:
            await offline.passages(long)
            order.append("documents")

        others = asyncio.gather(documents(), chat())
        await asyncio.sleep(0)
        await offline.query("where is my order")
        order.append("caller")
        await others
        assert order[0] == "caller"
        await offline.close()

    asyncio.run(story())


def test_the_process_beside_gives_the_same_vectors(model: MiniLM, beside: EmbeddingProcess) -> None:
    texts = ["where is my order", "mera order\nkahan hai", "ਮੇਰਾ ਆਰਡਰ"]
    assert beside.embed(texts) == pytest.approx(model.embed(texts), abs=1e-6)
    assert beside.embed([]).shape == (0, 384)


def test_chats_are_answered_while_the_process_beside_is_dead_and_it_comes_back(model: MiniLM, beside: EmbeddingProcess) -> None:
    async def story() -> None:
        offline = Offline(model, beside)
        patient.set(True)
        first = await offline.query("where is my order")
        assert beside._process is not None
        os.killpg(beside._process.pid, signal.SIGKILL)
        assert float(first @ await offline.query("where is my order please")) > 0.8
        assert float(first @ await offline.query("where are my orders")) > 0.8
        assert beside._process.poll() is None
        await offline.close()

    asyncio.run(story())


def test_a_process_whose_pipes_are_gone_is_asked_once_whether_or_not_it_counts_as_dead(beside: EmbeddingProcess) -> None:
    beside._process = lingering = subprocess.Popen(
        ["sh", "-c", "exec >&-; exec sleep 60"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with pytest.raises(OSError):
        beside.embed(["where is my order"])
    assert lingering.poll() is not None, "it was left behind"
    assert beside.embed(["where is my order"]).shape == (1, 384)

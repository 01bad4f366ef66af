"""A GPU whose memory others have taken: what is a nicety is left out, and no more calls fail than do not fit."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nemo", reason="the engine's packages are installed when the settings name it")

import torch

from core.engines import Hearing
from core.settings import Settings
from core.speech import EndUtterance, Expect, HearingFailed
from media_server.device import DeviceFull
from media_server.stt.nemo.boosting import Boost, grow
from media_server.stt.nemo.engine import Nemo
from media_server.stt.nemo.slots import computer
from media_server.stt.nemo.ticker import Call
from media_server.stt.nemo.trees import SharedTrees
from tests.standins.edge import until
from tests.unit.media_server.stt.nemo.hall import SOUND, Hall, Play, phrases


def no_memory(*of: Any, **more: Any) -> Any:
    raise torch.OutOfMemoryError("a neighbour has all of it")


def trees_of(stage: Hall) -> Any:
    """NeMo's own, in the decoder."""
    assert stage.engine._model is not None
    return computer(stage.engine._model).biasing_multi_model


def heard_by(stage: Hall) -> Call:
    (call,) = stage.engine._ticker._calls.values()
    return call


def test_names_that_find_no_memory_are_left_out_and_nobody_is_cut_off(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(stage: Hall) -> None:
        async with stage.call() as call:
            await call.says(SOUND[:6400])
            before = heard_by(stage).tree
            call.link.send(EndUtterance(utterance=0))
            call.link.send(Expect(phrases=("golden scooter",)))
            await until(lambda: heard_by(stage).likely is not before)
            with monkeypatch.context() as full:
                full.setattr(trees_of(stage), "add_model", no_memory)
                assert (await call.says(SOUND, start=50_000, utterance=1)).text
            assert heard_by(stage).tree is heard_by(stage).likely is before, "its site's names are still likelier"
        await until(lambda: len(stage.engine._free) == 4)
        async with stage.call() as other:
            assert (await other.says(SOUND)).text

    play(story)


def test_a_call_whose_row_finds_no_memory_fails_alone(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(stage: Hall) -> None:
        async with stage.call() as one, stage.call() as two:
            assert (await two.says(SOUND[:6400])).utterance == 0
            with monkeypatch.context() as full:
                full.setattr(torch.Tensor, "index_copy_", no_memory)
                one.speak(SOUND[:6400])
                answers = [answer async for answer in one.link]
            assert answers == [HearingFailed(detail="out of memory"), HearingFailed(detail="the recogniser died")]
            assert (await two.says(SOUND[6400:], start=6400, revision=1)).text
        await until(lambda: len(stage.engine._free) == 4)

    play(story)


def test_a_tree_for_which_memory_did_not_suffice_leaves_the_decoder_whole(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """NeMo enlarges one of its tables after the other: what has become of the first is to be told even if the second fails."""

    async def story(stage: Hall) -> None:
        model, trees = stage.engine._model, trees_of(stage)
        assert model is not None
        first = Boost(model, grow(model, ["payment"]))
        told: list[str] = []
        with monkeypatch.context() as full:
            full.setattr(trees, "reallocation_callbacks", [lambda: told.append("CUDA graphs are made anew")])
            full.setattr(trees, "_maybe_extend_arcs_and_states", no_memory)
            with pytest.raises(torch.OutOfMemoryError):
                Boost(model, grow(model, ["golden scooter"]))
        assert told == ["CUDA graphs are made anew"]
        second = Boost(model, grow(model, ["golden scooter"]))
        assert second.number == first.number + 1, "the number of the one that failed is used again"
        second.close()
        first.close()

    play(story)


def test_a_tree_that_cannot_be_taken_out_for_want_of_memory_stays_until_it_can(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(stage: Hall) -> None:
        model, trees = stage.engine._model, trees_of(stage)
        assert model is not None
        shared = SharedTrees(model)
        grown = [grow(model, [f"golden scooter {letter * 4}"]) for letter in "abcdefghij"]
        states = trees.num_states_total
        for tree in grown:
            shared.take(tree)
        with monkeypatch.context() as full:
            full.setattr(torch, "empty", no_memory)
            for tree in grown:
                shared.give_back(tree)
        assert len(shared._idle) == 10
        shared.take(grown[-1])
        shared.give_back(grown[-1])
        assert len(shared._idle) == SharedTrees.KEPT
        for boost in shared._idle.values():
            boost.close()
        assert trees.num_states_total == states

    play(story)


@pytest.mark.parametrize(
    "what",
    [
        pytest.param("nemo.collections.asr.models.ASRModel.restore_from", id="checkpoint"),
        pytest.param("torch.Tensor.index_select", id="rows"),
    ],
)
def test_no_memory_at_the_start_is_told_as_such_and_not_as_a_damaged_checkpoint(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(what, no_memory)

    async def story() -> None:
        gone = asyncio.Event()
        settings = Settings(home=tmp_path, hearing=Hearing(model=str(file), device="cpu", max_streams=2))
        async with Nemo(settings, phrases(), gone.set) as engine:
            await gone.wait()
            assert engine.missing == "the engine has failed"

    with pytest.raises(DeviceFull, match=r"memory.*a neighbour has all of it.*doctor --gpu.*hearing\.max_streams"):
        asyncio.run(story())

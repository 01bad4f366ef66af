"""The real NeMo code with a tiny random model: calls in one forward hear what each would alone, and nothing of each other."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from media_server.stt.nemo.loading import WINDOW, Model, load, ready
from media_server.stt.nemo.slots import PRE_ENCODE, Slots, State
from media_server.stt.nemo.step import Emitted, Row, Sound, Stepper
from media_server.stt.nemo.ticker import measured
from tests.standins.random_nemo import build

CALLS = 15
CHUNK = 2
"""Frames of 80 ms."""
STEPS = 10
TOLERANCE = 2e-5
"""Between sums of float32 that were added in another order."""


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return build(tmp_path_factory.mktemp("tokens"))


@pytest.fixture(scope="module")
def file(net: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Saved before it was made ready to step: as it would come."""
    path = tmp_path_factory.mktemp("checkpoint") / "random.nemo"
    net.save_to(str(path))
    return path


@pytest.fixture(scope="module")
def model(net: Any, file: Path) -> Model:
    return ready(net, torch.device("cpu"), torch.float32)


def sounds(seconds: float = 0.08 * CHUNK * STEPS) -> Sound:
    """[CALLS, samples]: hums and murmurs, each call another."""
    dice = np.random.default_rng(3)
    time = np.arange(int(seconds * 16_000)) / 16_000
    hum = [
        0.3 * np.sin(2 * np.pi * (200 + 150 * call) * time) * (np.sin(2 * np.pi * (1 + call / 5) * time) > 0)
        for call in range(CALLS)
    ]
    loud = dice.random((CALLS, time.size // 800 + 1)).repeat(800, axis=1)[:, : time.size]
    return (hum + loud * dice.standard_normal((CALLS, time.size)) / 10).astype(np.float32)


SOUNDS = sounds()


def prompted(row: int) -> Row:
    return Row(row, prompt=row % 4)


def chunk_of(step: int, frames: int = CHUNK) -> slice:
    return slice(step * frames * 1280, (step + 1) * frames * 1280)


Heard = list[tuple[int, int]]


def plain(tokens: Sequence[Emitted]) -> Heard:
    return [(one.token, one.frame) for one in tokens]


@pytest.fixture(scope="module")
def alone(model: Model) -> list[list[Heard]]:
    """What each call hears by itself: [call][step]."""
    slots = Slots(model, 1)
    stepper = Stepper(model, slots)
    heard = []
    for call in range(CALLS):
        slots.begin(0)
        row = [Row(0, prompt=call % 4)]
        heard.append([plain(stepper.step(row, SOUNDS[call : call + 1, chunk_of(step)])[0]) for step in range(STEPS)])
    return heard


def test_the_model_says_enough_to_be_told_apart(alone: list[list[Heard]]) -> None:
    """Else the tests below could not fail."""
    said = [tuple(token for step in call for token, _ in step) for call in alone]
    assert len(set(said)) == CALLS
    assert all(said)


def test_calls_in_one_forward_hear_what_each_hears_alone(model: Model, alone: list[list[Heard]]) -> None:
    slots = Slots(model, CALLS)
    stepper = Stepper(model, slots)
    rows = [prompted(call) for call in range(CALLS)]
    heard = [stepper.step(rows, SOUNDS[:, chunk_of(step)]) for step in range(STEPS)]
    assert [[plain(step[call]) for step in heard] for call in range(CALLS)] == alone
    single = Slots(model, 1)
    for step in range(STEPS):
        Stepper(model, single).step([Row(0, prompt=3)], SOUNDS[7:8, chunk_of(step)])
    assert far_apart(kept(slots, 7), kept(single, 0)) < TOLERANCE


def kept(slots: Slots, row: int) -> State:
    """What is remembered of one call."""
    return slots.state.rows(slots.index([row]))


def far_apart(one: State, other: State) -> float:
    return max(
        float((getattr(one, field.name).float() - getattr(other, field.name).float()).abs().max()) for field in fields(State)
    )


def test_calls_join_and_leave_at_every_step(model: Model, alone: list[list[Heard]]) -> None:
    """Call n begins with step n, in a row that another call has just left, and is gone after six steps."""
    slots = Slots(model, 6)
    stepper = Stepper(model, slots)
    heard: dict[int, list[Heard]] = {call: [] for call in range(CALLS)}
    for now in range(CALLS + 5):
        here = [call for call in range(CALLS) if call <= now < call + 6]
        if now < CALLS:
            slots.begin(now % 6)
        sound = np.stack([SOUNDS[call, chunk_of(now - call)] for call in here])
        tokens = stepper.step([Row(call % 6, prompt=call % 4) for call in here], sound)
        for call, one in zip(here, tokens, strict=True):
            heard[call].append(plain(one))
    assert heard == {call: alone[call][:6] for call in range(CALLS)}


def test_a_call_that_is_cut_off_at_any_step_leaves_nothing_for_the_next(model: Model, alone: list[list[Heard]]) -> None:
    slots = Slots(model, 2)
    stepper = Stepper(model, slots)
    for cut in range(1, 6):
        slots.begin(1)
        for step in range(cut):
            stepper.step([Row(1, prompt=2)], SOUNDS[10:11, chunk_of(step)])
        slots.begin(1)
        heard = [plain(stepper.step([Row(1, prompt=0)], SOUNDS[4:5, chunk_of(step)])[0]) for step in range(3)]
        assert heard == alone[4][:3]


def test_a_look_ahead_leaves_every_row_as_it_was(model: Model) -> None:
    slots = Slots(model, 3)
    stepper = Stepper(model, slots)
    rows = [prompted(call) for call in range(3)]
    stepper.step(rows, SOUNDS[:3, chunk_of(0)])
    before = [kept(slots, row) for row in range(3)]
    looked = stepper.step(rows[1:], np.zeros((2, 4 * 1280), np.float32), keep=False)
    assert all(far_apart(kept(slots, row), before[row]) == 0 for row in range(3))
    again = stepper.step(rows[1:], np.zeros((2, 4 * 1280), np.float32))
    assert [plain(one) for one in again] == [plain(one) for one in looked]


def test_a_row_that_was_put_aside_goes_on_where_it_was_even_in_another_place(model: Model, alone: list[list[Heard]]) -> None:
    slots = Slots(model, 3)
    stepper = Stepper(model, slots)
    for step in range(4):
        stepper.step([prompted(1)], SOUNDS[1:2, chunk_of(step)])
    aside = kept(slots, 1)
    stepper.step([prompted(1)], SOUNDS[9:10, chunk_of(4)])
    slots.state.put(slots.index([2]), aside)
    assert plain(stepper.step([Row(2, prompt=1)], SOUNDS[1:2, chunk_of(4)])[0]) == alone[1][4]


def test_a_language_prompt_reaches_its_own_call_and_no_other(model: Model) -> None:
    def heard(prompts: Sequence[int]) -> list[Heard]:
        slots = Slots(model, len(prompts))
        stepper = Stepper(model, slots)
        rows = [Row(row, prompt=prompt) for row, prompt in enumerate(prompts)]
        same = SOUNDS[5:6].repeat(len(prompts), axis=0)
        return [
            [token for step in call for token in plain(step)]
            for call in zip(*(stepper.step(rows, same[:, chunk_of(step)]) for step in range(6)), strict=True)
        ]

    each = [heard([prompt])[0] for prompt in range(4)]
    assert heard([0, 1, 2, 3]) == each
    assert len({tuple(tokens) for tokens in each}) == 4


def test_chunk_by_chunk_is_the_same_as_all_at_once(model: Model) -> None:
    """Against NeMo's own front end and encoder over the whole sound, masked in the same chunks."""
    slots = Slots(model, 1)
    stepper = Stepper(model, slots)
    for step in range(STEPS):
        stepper.step([Row(0, prompt=0)], SOUNDS[3:4, chunk_of(step)])
    net = model.net
    whole = torch.cat([torch.zeros(1, WINDOW), torch.from_numpy(SOUNDS[3:4])], dim=1)
    with torch.inference_mode():
        mel, _ = net.preprocessor(input_signal=whole, length=torch.tensor([whole.shape[1]]))
        mel = torch.cat([Slots(model, 1).state.mel, mel[:, :, 2 : 2 + STEPS * CHUNK * 8]], dim=2)
        net.encoder.set_default_att_context_size([model.left, CHUNK - 1])
        channel, time, known = net.encoder.get_initial_cache_state(batch_size=1)
        _, _, channel, time, known = net.encoder.cache_aware_stream_step(
            mel, torch.tensor([mel.shape[2]]), cache_last_channel=channel, cache_last_time=time, cache_last_channel_len=known
        )
    row = kept(slots, 0)
    assert int(row.known) == int(known) == STEPS * CHUNK
    heard = slice(-STEPS * CHUNK, None)
    assert float((row.channel[:, :, heard] - channel[:, :, heard]).abs().max()) < TOLERANCE
    assert float((row.time - time).abs().max()) < TOLERANCE
    assert float((row.mel - mel[:, :, -PRE_ENCODE:]).abs().max()) < 1e-4


def test_trimmed_decoder_state_hears_what_nemos_growing_hypotheses_hear(model: Model, alone: list[list[Heard]]) -> None:
    net = model.net
    net.set_inference_prompt("pa-IN")  # 2, as call 6 has it
    sound = torch.cat([torch.zeros(1, WINDOW), torch.from_numpy(SOUNDS[6:7])], dim=1)
    with torch.inference_mode():
        mel, _ = net.preprocessor(input_signal=sound, length=torch.tensor([sound.shape[1]]))
        mel = torch.cat([Slots(model, 1).state.mel, mel[:, :, 2:]], dim=2)
        net.encoder.set_default_att_context_size([model.left, CHUNK - 1])
        channel, time, known = net.encoder.get_initial_cache_state(batch_size=1)
        hypotheses = None
        for step in range(STEPS):
            part = mel[:, :, step * CHUNK * 8 : (step + 1) * CHUNK * 8 + PRE_ENCODE]
            _, _, channel, time, known, hypotheses = net.conformer_stream_step(
                processed_signal=part, processed_signal_length=torch.tensor([part.shape[2]]), cache_last_channel=channel,
                cache_last_time=time, cache_last_channel_len=known, previous_hypotheses=hypotheses, drop_extra_pre_encoded=2,
            )  # fmt: skip
    assert [int(token) for token in hypotheses[0].y_sequence] == [token for step in alone[6] for token, _ in step]


def test_chunks_may_change_while_calls_go_on(model: Model) -> None:
    """Each call still hears what it hears alone, whatever the chunk is."""
    plan = (1, 2, 4, 1, 7, 2)

    def heard(calls: Sequence[int]) -> list[list[Heard]]:
        slots = Slots(model, CALLS)
        stepper = Stepper(model, slots)
        at, steps = 0, []
        for frames in plan:
            sound = SOUNDS[calls, at * 1280 : (at + frames) * 1280]
            steps.append([plain(one) for one in stepper.step([prompted(call) for call in calls], sound)])
            at += frames
        return [list(call) for call in zip(*steps, strict=True)]

    together = heard(range(CALLS))
    assert [heard([call])[0] for call in (0, 6, 11)] == [together[call] for call in (0, 6, 11)]


def test_speech_beyond_the_left_context_takes_no_more_memory_than_its_start(model: Model) -> None:
    slots = Slots(model, 2)
    stepper = Stepper(model, slots)
    shapes = [getattr(slots.state, field.name).shape for field in fields(State)]
    for step in range(12):
        sound = np.roll(SOUNDS[2:3], 1777 * step, axis=1)[:, : 7 * 1280]
        tokens = stepper.step([Row(1, prompt=0)], sound)
    assert tokens[0], "it still hears"
    assert [getattr(slots.state, field.name).shape for field in fields(State)] == shapes
    assert int(kept(slots, 1).known) == model.left


@pytest.mark.parametrize(
    "sound",
    [np.zeros(10_240), np.full(10_240, 0.4), np.sign(np.sin(np.arange(10_240) / 7)), np.tile([1.0, -1.0], 5_120)],
    ids=["silence", "direct current", "clipped", "at the edge of the band"],
)
def test_no_sound_brings_the_numbers_out_of_bounds(model: Model, sound: Any) -> None:
    slots = Slots(model, 1)
    stepper = Stepper(model, slots)
    for _ in range(2):
        tokens = stepper.step([Row(0, prompt=0)], sound[None, : 7 * 1280].astype(np.float32))
    assert all(bool(torch.isfinite(getattr(slots.state, field.name).float()).all()) for field in fields(State))
    assert all(0 <= one.probability <= 1 for one in tokens[0])


def test_decoding_as_cuda_graphs_do_it_gives_the_same(
    model: Model, alone: list[list[Heard]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """NeMo's implementation for graphs, run without them: its state is as large as the largest batch it has seen."""
    slots = Slots(model, CALLS)
    stepper = Stepper(model, slots)
    computer = model.net.decoding.decoding.decoding_computer

    def graphs(self: Any, x: Any, out_len: Any, **rest: Any) -> Any:
        return self.cuda_graphs_impl(encoder_output=x, encoder_output_length=out_len, **rest)

    monkeypatch.setattr(type(computer), "__call__", graphs)
    computer.force_cuda_graphs_mode("no_graphs")
    try:
        stepper.step([prompted(call) for call in range(CALLS)], SOUNDS[:, chunk_of(0)])
        for calls in ([3, 9], [14], [0, 1, 2, 4]):
            for call in calls:
                slots.begin(call)
            rows = [prompted(call) for call in calls]
            heard = [stepper.step(rows, SOUNDS[calls, chunk_of(step)]) for step in range(3)]
            assert [[plain(step[place]) for step in heard] for place in range(len(calls))] == [alone[call][:3] for call in calls]
    finally:
        computer.force_cuda_graphs_mode(None)


def test_half_precision_hears_nearly_the_same(file: Path, model: Model) -> None:
    half = load(file, "cpu", "bfloat16")
    slots, full = Slots(half, 2), Slots(model, 2)
    for step in range(4):
        for one, stepper in ((slots, Stepper(half, slots)), (full, Stepper(model, full))):
            stepper.step([Row(0, 0), Row(1, 1)], SOUNDS[:2, chunk_of(step)])
            assert one.state.channel.isfinite().all()
    assert slots.state.channel.dtype == torch.bfloat16
    apart = (slots.state.channel.float() - full.state.channel).abs().mean() / full.state.channel.abs().mean()
    assert apart < 0.05


def test_steps_are_timed_for_every_chunk(model: Model) -> None:
    times = measured(model, Slots(model, 4))
    assert sorted(times) == [1280, 2560, 5120, 8960]
    assert all(base > 0 and each > 0 for base, each in times.values())


def test_a_checkpoint_hears_the_same_after_it_was_saved_and_restored(file: Path, alone: list[list[Heard]]) -> None:
    restored = load(file, "cpu")
    assert restored.prompts == {"en-US": 0, "hi-IN": 1, "pa-IN": 2, "auto": 3}
    assert (restored.chunks, restored.left, restored.frame) == ((1, 2, 4, 7), 56, 1280)
    slots = Slots(restored, CALLS)
    stepper = Stepper(restored, slots)
    rows = [prompted(call) for call in range(CALLS)]
    heard = [stepper.step(rows, SOUNDS[:, chunk_of(step)]) for step in range(4)]
    assert [[plain(step[call]) for step in heard] for call in range(CALLS)] == [steps[:4] for steps in alone]

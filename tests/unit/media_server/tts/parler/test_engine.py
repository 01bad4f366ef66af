"""Parler behind the worker's protocol: what a call hears does not depend on other calls, and faults stay where they are."""

import json
import logging
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from torch import Tensor

from core.engines import Speaking
from core.resample import Pcm
from core.settings import Settings
from media_server.tts import main
from media_server.tts.engine import Ended, EngineError, EngineLost, Job, SlotEngine
from media_server.tts.parler import weights
from media_server.tts.parler.dac import Dac
from media_server.tts.parler.decoder import Decoder
from media_server.tts.parler.engine import Parler, load
from media_server.tts.parler.opening import Opened
from media_server.tts.parler.slots import Slots
from media_server.tts.parler.speakers import described
from media_server.tts.parler.voices import Voices
from media_server.tts.text.indian_english import cmu_sounds
from tests.unit.media_server.tts.parler.conftest import CPU, REFERENCE

CLAUSES = (("namaste ji", 0), ("theek hai ji", 7), ("kal shaam", 9), ("ek second", 5))
"""Texts and seeds with which the tiny model babbles for 0.2 to 1.7 s."""
CONTEXT = 256


class Desktop:
    """Jobs in an engine, and what was heard of each."""

    def __init__(self, engine: Parler) -> None:
        self.engine = engine
        self.heard: dict[Job, list[Pcm]] = {}
        self.ended: dict[Job, Ended] = {}
        self.steps = 0

    def begin(self, text: str, seed: int, voice: str = "", rate: int = 8000) -> Job:
        sound: list[Pcm] = []
        job = Job(text, "hi", voice, rate, seed, sound.append)
        self.heard[job] = sound
        self.engine.begin(job)
        return job

    def step(self) -> None:
        self.steps += 1
        for ended in self.engine.step(dict.fromkeys(self.heard, 0.0)):
            self.ended[ended.job] = ended

    def finish(self, *jobs: Job) -> None:
        while not self.ended.keys() >= set(jobs):
            assert self.steps < 1000
            self.step()

    def sound(self, job: Job) -> Pcm:
        return np.concatenate(self.heard[job])


@pytest.fixture(scope="module")
def engine(decoder: Decoder, dac: Dac, voices: Voices) -> Parler:
    made = Parler(Opened(Slots(decoder, 4, CONTEXT, description=200), dac, voices, "tiny"))
    made.prepare()
    return made


@pytest.fixture
def desk(engine: Parler) -> Iterator[Desktop]:
    desk = Desktop(engine)
    yield desk
    for job in desk.heard:
        engine.cancel(job)
    assert engine.free == 4


@pytest.fixture(scope="module")
def alone(engine: Parler) -> dict[tuple[str, int], Pcm]:
    """What each clause sounds like when nothing else is said."""
    sounds = {}
    for clause in CLAUSES:
        desk = Desktop(engine)
        job = desk.begin(*clause)
        desk.finish(job)
        sounds[clause] = desk.sound(job)
    assert all(len(sound) > 1000 for sound in sounds.values())
    return sounds


@pytest.fixture
def endless(checkpoint: weights.Checkpoint) -> Decoder:
    """One that never draws an end."""
    made = weights.decoder(checkpoint, CPU, torch.float32)
    sampling = msgspec.structs.replace(made.configuration.sampling, least_columns=1 << 30)
    made.configuration = msgspec.structs.replace(made.configuration, sampling=sampling)
    return made


def test_it_is_an_engine_with_slots_at_the_call_s_own_rate(desk: Desktop) -> None:
    engine: SlotEngine = desk.engine
    assert (engine.rate(8000), engine.rate(16000), engine.free, engine.english) == (8000, 16000, 4, "devanagari")
    assert [engine.gender(voice) for voice in ("", "male", "Divya", "rohit", "nobody")] == [
        "female",
        "male",
        "female",
        "male",
        "female",
    ]


@pytest.mark.parametrize("rate", [8000, 16000])
def test_first_sound_comes_with_the_nineteenth_step(desk: Desktop, rate: int) -> None:
    job = desk.begin(*CLAUSES[1], rate=rate)
    while not desk.heard[job]:
        desk.step()
    assert desk.steps == 19
    assert len(desk.sound(job)) == pytest.approx(7 * 512 * rate / 44100, abs=2)


def test_whoever_joins_leaves_or_is_cancelled_at_any_step_no_other_call_hears_a_different_sound(
    desk: Desktop, alone: dict[tuple[str, int], Pcm]
) -> None:
    steady, others = CLAUSES[1], [CLAUSES[0], CLAUSES[3], CLAUSES[3]]
    for when in range(0, 50, 7):
        job = desk.begin(*steady)
        for _ in range(when % 17):
            desk.step()
        other = desk.begin(*others[when % 3])
        passing = desk.begin("cancelled soon", when)
        for _ in range(when):
            desk.step()
        desk.engine.cancel(passing)
        heard = len(desk.heard[passing])
        desk.finish(job, other)
        assert np.array_equal(desk.sound(job), alone[steady])
        assert np.array_equal(desk.sound(other), alone[others[when % 3]])
        assert len(desk.heard[passing]) == heard
        desk.steps = 0


def test_cancelling_frees_the_slot_for_the_next_step(desk: Desktop) -> None:
    jobs = [desk.begin("kal shaam", seed) for seed in range(4)]
    desk.step()
    assert desk.engine.free == 0
    desk.engine.cancel(jobs[2])
    desk.engine.cancel(jobs[2])
    assert desk.engine.free == 1
    late = desk.begin(*CLAUSES[0])
    desk.finish(late)
    assert not desk.heard[jobs[2]] and jobs[2] not in desk.ended


def test_a_clause_that_is_over_before_anything_was_heard_fails_and_another_engine_may_say_it(desk: Desktop) -> None:
    job = desk.begin("y" * 60, 2)
    desk.finish(job)
    assert desk.ended[job].failure.startswith("it was over after") and not desk.heard[job]


def test_a_clause_that_lasts_less_than_its_words_could_is_doubtful(desk: Desktop) -> None:
    job = desk.begin("z" * 140, 0)
    desk.finish(job)
    assert desk.ended[job] == Ended(job, doubtful=True) and desk.heard[job]


def test_a_clause_whose_end_never_comes_is_cut_and_doubtful(endless: Decoder, dac: Dac, voices: Voices) -> None:
    desk = Desktop(Parler(Opened(Slots(endless, 1, 600, description=200), dac, voices, "tiny")))
    job = desk.begin("ji", 0)
    desk.finish(job)
    assert desk.ended[job] == Ended(job, doubtful=True)
    assert len(desk.sound(job)) / 8000 == pytest.approx(1.5 + 2 * 0.16, abs=0.05)


def test_a_clause_is_cut_where_its_slot_has_no_more_room(endless: Decoder, dac: Dac, voices: Voices) -> None:
    desk = Desktop(Parler(Opened(Slots(endless, 1, 100, description=200), dac, voices, "tiny")))
    job = desk.begin("namaste ji", 0)
    desk.finish(job)
    assert desk.ended[job] == Ended(job, doubtful=True)
    assert 60 * 512 / 44100 < len(desk.sound(job)) / 8000 < 100 * 512 / 44100


def test_a_text_too_long_for_a_prompt_fails_alone(desk: Desktop, alone: dict[tuple[str, int], Pcm]) -> None:
    long, short = desk.begin("x" * 2000, 0), desk.begin(*CLAUSES[0])
    desk.finish(long, short)
    assert "prompt of" in desk.ended[long].failure
    assert np.array_equal(desk.sound(short), alone[CLAUSES[0]])


class Crowded(Slots):
    """A device on which a neighbour has taken the memory that one join needs."""

    refused = False

    def join(self, slot: int, voice: Tensor, prompt: Sequence[int], *, seed: int) -> None:
        if not self.refused:
            self.refused = True
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")
        super().join(slot, voice, prompt, seed=seed)


def test_out_of_memory_is_one_clause_s_failure(
    decoder: Decoder, dac: Dac, voices: Voices, alone: dict[tuple[str, int], Pcm]
) -> None:
    desk = Desktop(Parler(Opened(Crowded(decoder, 2, CONTEXT, description=200), dac, voices, "tiny")))
    first, second = desk.begin(*CLAUSES[2]), desk.begin(*CLAUSES[0])
    desk.finish(first, second)
    assert "out of memory" in desk.ended[first].failure
    assert np.array_equal(desk.sound(second), alone[CLAUSES[0]])
    assert desk.engine.free == 2


class Broken(Slots):
    """A device that fails in mid-stream."""

    def step(self, active: object) -> None:
        raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")


def test_a_device_s_error_is_the_end_of_the_engine(
    decoder: Decoder, dac: Dac, voices: Voices, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desktop(Parler(Opened(Broken(decoder, 1, CONTEXT, description=200), dac, voices, "tiny")))
    desk.begin(*CLAUSES[0])
    with caplog.at_level(logging.CRITICAL), pytest.raises(EngineLost, match="illegal memory access"):
        for _ in range(100):
            desk.step()
    assert [record.message for record in caplog.records] == ["! the device failed"]


def test_an_unknown_voice_is_the_usual_one_and_is_told_of_once(desk: Desktop, caplog: pytest.LogCaptureFixture) -> None:
    usual, unknown = desk.begin(*CLAUSES[0]), desk.begin(*CLAUSES[0], voice="f3")
    desk.finish(usual, unknown)
    assert np.array_equal(desk.sound(usual), desk.sound(unknown))
    assert [record.message for record in caplog.records].count("! no such voice, speaking with the usual one") == 1


def test_voices_differ_and_a_new_one_is_described_while_others_speak(desk: Desktop) -> None:
    jobs = [desk.begin(*CLAUSES[1], voice=voice) for voice in ("Divya", "Rohit", "Aman")]
    desk.finish(*jobs)
    sounds = [desk.sound(job).tobytes() for job in jobs]
    assert len(set(sounds)) == 3


def test_a_voice_that_cannot_be_described_fails_each_of_its_clauses_and_none_else_and_is_tried_again(
    decoder: Decoder, dac: Dac, tmp_path: Path, alone: dict[tuple[str, int], Pcm]
) -> None:
    folder, kept, lost = Path(shutil.copytree(REFERENCE, tmp_path / "checkpoint")), tmp_path / "kept", tmp_path / "lost"
    Voices(weights.Checkpoint(REFERENCE), decoder, REFERENCE / "description", kept).keys(described("Divya"))
    voices = Voices(weights.Checkpoint(folder), decoder, REFERENCE / "description", kept)
    desk = Desktop(Parler(Opened(Slots(decoder, 4, CONTEXT, description=200), dac, voices, "tiny")))
    (folder / "model.safetensors").rename(lost)
    unheard = [desk.begin(*clause, voice="Priya") for clause in CLAUSES[1:3]]
    beside = desk.begin(*CLAUSES[0])
    desk.finish(*unheard, beside)
    assert all("model.safetensors" in desk.ended[job].failure for job in unheard)
    assert np.array_equal(desk.sound(beside), alone[CLAUSES[0]])
    lost.rename(folder / "model.safetensors")
    again = desk.begin(*CLAUSES[1], voice="Priya")
    desk.finish(again)
    assert not desk.ended[again].failure and desk.engine.free == 4


def test_what_it_expects_grows_with_those_who_come_before(desk: Desktop) -> None:
    assert 0 < desk.engine.first_sound_s(0) < desk.engine.first_sound_s(5) < 60


def test_the_sounds_of_english_words_are_read_before_it_is_ready_so_that_no_clause_waits_for_them(tmp_path: Path) -> None:
    cmu_sounds.cache_clear()
    main.load("parler", Settings(home=tmp_path, speaking=Speaking(model=str(REFERENCE), device="cpu", max_slots=2)))
    assert cmu_sounds.cache_info().currsize == 1


def test_it_opens_from_settings_and_says_what_is_missing(tmp_path: Path) -> None:
    opened = load(Settings(home=tmp_path, speaking=Speaking(model=str(REFERENCE), device="cpu", max_slots=2)))
    assert (opened.name, opened.free) == ("parler", 2) and opened.revision
    with pytest.raises(EngineError, match="bin/haazir models fetch indic-parler"):
        load(Settings(home=tmp_path, speaking=Speaking(device="cpu")))
    with pytest.raises(EngineError, match=r"config\.json"):
        load(Settings(home=tmp_path, speaking=Speaking(model=str(tmp_path), device="cpu")))


def test_a_fine_tune_without_the_tokenizer_of_its_descriptions_says_where_it_belongs_and_what_fetches_it(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(REFERENCE, tmp_path / "mine"))
    shutil.rmtree(folder / "description")
    configuration = json.loads((folder / "config.json").read_text())
    configuration["text_encoder"]["vocab_size"] = 20  # fewer than its prompts', as of Indic Parler's
    (folder / "config.json").write_text(json.dumps(configuration))
    with pytest.raises(EngineError, match=r"mine/description, or bin/haazir models fetch flan-t5-tokenizer") as error:
        load(Settings(home=tmp_path, speaking=Speaking(model=str(folder), device="cpu", max_slots=2)))
    assert "google/flan-t5-large" in str(error.value)

"""Whisper's real architecture at a toy's size: what it learnt is heard, alone or among others; a bad checkpoint says why."""

import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("transformers", reason="the engine's packages are installed when the settings name it")

import torch
import transformers

from core.audio import RATE, Pcm
from media_server.device import DeviceFull
from media_server.stt.chunked.alignment import first_frames, words_of
from media_server.stt.chunked.doubt import believed
from media_server.stt.chunked.whisper import Whisper, load_whisper
from media_server.stt.chunked.words import Ask, Heard
from tests.unit.media_server.stt.chunked.spoiling import Spoil, assert_refused, edit, halve
from tests.unit.media_server.stt.chunked.tiny_whisper import SAID, tone, write_tiny


@pytest.fixture(scope="module")
def whisper(tiny_whisper: Path) -> Whisper:
    return load_whisper(tiny_whisper, device="cpu")


def ask(hertz: float, seconds: float = 0.7, before: float = 0.2) -> Ask:
    return Ask(tone(hertz, seconds, before), ("hi", "en"))


@pytest.mark.parametrize(("hertz", "said"), SAID.items())
def test_what_it_learnt_is_heard_with_language_confidence_and_times(whisper: Whisper, hertz: int, said: tuple[str, str]) -> None:
    asked = ask(hertz)
    [heard] = whisper.hear([asked])
    assert (heard.tag, heard.text) == (said[0], said[1].strip())
    assert heard.confidence > 0.8 and heard.silence < 0.2
    times = [time for word in heard.words for time in (word.start, word.end)]
    assert times == sorted(times) and times[0] >= 0 and times[-1] <= asked.pcm.size
    assert all(word.start < word.end for word in heard.words)


def test_windows_heard_together_are_heard_as_alone(whisper: Whisper) -> None:
    asks = [ask(1200, 0.4, 0.0), ask(300, 1.1, 0.5), ask(700, 0.5, 0.1), ask(300, 0.4, 0.0)]
    together = whisper.hear(asks)
    for heard, asked in zip(together, asks, strict=True):
        [alone] = whisper.hear([asked])
        assert [(word.text, word.start, word.end) for word in heard.words] == [(w.text, w.start, w.end) for w in alone.words]
        assert heard.tag == alone.tag
        assert heard.confidence == pytest.approx(alone.confidence, abs=1e-4)
        assert heard.silence == pytest.approx(alone.silence, abs=1e-4)


def test_half_precision_hears_the_same_words(whisper: Whisper, tiny_whisper: Path) -> None:
    half = load_whisper(tiny_whisper, device="cpu", precision="bfloat16")
    asks = [ask(300), ask(700), ask(1200)]
    assert [heard.text for heard in half.hear(asks)] == [heard.text for heard in whisper.hear(asks)]


def test_only_the_sites_languages_are_spoken(whisper: Whisper) -> None:
    [heard] = whisper.hear([Ask(tone(300, 0.7), ("en",))])
    assert heard.tag == "en"
    [heard] = whisper.hear([Ask(tone(1200, 0.7), ("pa",))])
    assert heard.tag == "pa"


def test_a_fine_tune_that_is_told_one_language_tells_none(tiny_whisper: Path) -> None:
    told = load_whisper(tiny_whisper, device="cpu", spoken="en")
    assert {heard.tag for heard in told.hear([ask(300), ask(1200)])} == {""}
    assert told.hear([ask(1200)])[0].text == "where is it"


def test_a_hissing_line_gives_no_words(whisper: Whisper) -> None:
    hiss: Pcm = np.random.default_rng(5).normal(0, 330, RATE).astype(np.int16)
    [heard] = whisper.hear([Ask(hiss, ("hi", "en"))])
    assert heard.silence > 0.3 and believed(heard, hiss.size).words == ()


def test_weights_that_learnt_nothing_never_say_more_than_people_can(tmp_path: Path) -> None:
    write_tiny(tmp_path, steps=0)
    asked = [Ask(tone(300, 0.4), ("hi",)), Ask(tone(300, 1.5), ("hi",))]
    for heard, one in zip(load_whisper(tmp_path, device="cpu").hear(asked), asked, strict=True):
        assert believed(heard, one.pcm.size) == Heard((), heard.tag, heard.silence)


def test_a_gpu_whose_memory_is_full_is_told_from_one_that_failed(tiny_whisper: Path) -> None:
    class Full(torch.nn.Module):
        def forward(self, features: torch.Tensor) -> torch.Tensor:
            raise torch.OutOfMemoryError("CUDA out of memory")

    whisper = load_whisper(tiny_whisper, device="cpu")
    whisper._model.model.encoder = Full()
    with pytest.raises(MemoryError):
        whisper.hear([ask(300)])


SPOILT: dict[str, tuple[Spoil, str]] = {
    "nothing there": (lambda folder: shutil.rmtree(folder), "lacks config.json"),
    "a truncated configuration": (lambda folder: (folder / "config.json").write_text('{"model'), "is not whole"),
    "another model": (
        lambda folder: edit(folder / "config.json", lambda c: c.update(model_type="bert")),
        "'bert', not of Whisper",
    ),
    "truncated weights": (
        lambda folder: (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:50_000]),
        "can't be read",
    ),
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), "can't be read"),
    "weights of a smaller one": (
        lambda folder: edit(folder / "config.json", lambda c: c.update(encoder_layers=3)),
        "lacks .* weights",
    ),
    "weights of another shape": (
        lambda folder: edit(folder / "config.json", lambda c: c.update(d_model=48)),
        "can't be read|lacks",
    ),
    "settings that make no sense": (
        lambda folder: edit(folder / "config.json", lambda c: c.update(decoder_attention_heads=0)),
        "can't be read",
    ),
    "settings that are no numbers": (
        lambda folder: edit(folder / "config.json", lambda c: c.update(vocab_size="many")),
        "can't be read",
    ),
    "marks that are no numbers": (
        lambda folder: edit(folder / "generation_config.json", lambda c: c.update(suppress_tokens="x")),
        "can't be read",
    ),
    "a truncated tokenizer": (lambda folder: halve(folder / "tokenizer.json"), "can't be read"),
    "no tokenizer": (lambda folder: (folder / "tokenizer.json").unlink(), "can't be read|no text"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_bad_checkpoint_says_what_is_wrong(tiny_whisper: Path, tmp_path: Path, spoilt: str) -> None:
    assert_refused(load_whisper, tiny_whisper, tmp_path / "checkpoint", *SPOILT[spoilt])


def test_a_gpu_that_is_wanted_and_not_there_is_an_error_not_a_slow_surprise(tiny_whisper: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(RuntimeError, match=r"hearing\.device"):
        load_whisper(tiny_whisper, device="cuda")


def test_tokens_are_timed_by_where_attention_lies() -> None:
    attention = np.full((4, 40), 0.01, np.float32)
    for token, (first, last) in enumerate([(0, 10), (10, 12), (12, 30), (30, 40)]):
        attention[token, first:last] = 1.0
    assert first_frames(attention) == [0, 10, 12, 30]
    assert first_frames(np.ones((4, 2), np.float32)) == [0, 0, 1, 1]
    assert first_frames(np.ones((1, 5), np.float32)) == [0]


def test_letters_of_several_tokens_and_words_of_several_letters_come_together() -> None:
    encoded = list(" haan नहीं".encode())
    starts = [n * 10 for n in range(len(encoded) + 1)]
    words = words_of(encoded, [-0.1] * len(encoded), starts, lambda tokens: bytes(tokens).decode(errors="replace"))
    assert [word.text for word in words] == ["haan", "नहीं"]
    assert (words[0].start, words[0].end) == (0, 50) and (words[1].start, words[1].end) == (50, starts[-1])
    assert words[0].confidence == pytest.approx(np.exp(-0.1))
    assert words_of([], [], [0], lambda tokens: "") == ()
    assert words_of([0xE0, 0xA4], [-0.1] * 2, [0, 1, 2], lambda tokens: bytes(tokens).decode(errors="replace")) == ()


@pytest.mark.parametrize("taking", ["from_pretrained", "to"], ids=["when it is read", "when it goes to the GPU"])
def test_memory_that_others_have_is_not_told_as_a_damaged_checkpoint(
    tiny_whisper: Path, monkeypatch: pytest.MonkeyPatch, taking: str
) -> None:
    def no_memory(*of: object, **more: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 MiB")

    monkeypatch.setattr(transformers.WhisperForConditionalGeneration, taking, no_memory)
    with pytest.raises(DeviceFull, match="doctor --gpu says who"):
        load_whisper(tiny_whisper, device="cpu")

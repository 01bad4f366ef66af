"""indic-conformer's files, graphs and names at a toy's size: two heads, two languages, batches, folders that lack something."""

import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="the engine's packages are installed when the settings name it")

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as onnx_errors

from core.audio import RATE
from media_server.device import DeviceFull
from media_server.stt.chunked.indic_conformer import IndicConformer, load_indic_conformer
from media_server.stt.chunked.mel import BANDS, EMPHASIS, FFT, FLOOR, HOP, LEAST_SPREAD, WINDOW, log_mel
from media_server.stt.chunked.spelling import Alphabet, Spoken, best_path, fit, words_of
from media_server.stt.chunked.transducer import Transducer
from media_server.stt.chunked.words import Ask
from tests.unit.media_server.stt.chunked.spoiling import Spoil, assert_refused, edit, halve
from tests.unit.media_server.stt.chunked.tiny_conformer import said, write_tiny

BOTH = ("hi", "pa")


@pytest.fixture(scope="module")
def conformer(tiny_conformer: Path) -> IndicConformer:
    return load_indic_conformer(tiny_conformer, device="cpu")


@pytest.mark.parametrize("final", [True, False], ids=["the RNNT head", "the CTC head"])
@pytest.mark.parametrize(
    ("tokens", "tag", "text"),
    [
        ([("hi", 1), ("hi", 4)], "hi", "हाँ जी"),
        ([("hi", 2), ("hi", 3)], "hi", "नहीं"),
        ([("pa", 1), ("pa", 4)], "pa", "ਹਾਂ ਜੀ"),
        ([("pa", 2), ("pa", 3), ("pa", 1)], "pa", "ਨਹੀਂ ਹਾਂ"),
    ],
)
def test_what_is_said_is_heard_in_its_language_with_times(
    conformer: IndicConformer, tokens: list[tuple[str, int]], tag: str, text: str, final: bool
) -> None:
    pcm = said(*tokens)
    [heard] = conformer.hear([Ask(pcm, BOTH, final)])
    assert (heard.tag, heard.text) == (tag, text)
    assert heard.guess != final
    assert heard.confidence > 0.3
    assert heard.words[0].start == pytest.approx(0.2 * RATE, abs=0.2 * RATE)
    times = [time for word in heard.words for time in (word.start, word.end)]
    assert times == sorted(times) and times[-1] <= pcm.size


def test_windows_of_any_lengths_together_are_heard_as_alone(conformer: IndicConformer) -> None:
    asks = [
        Ask(said(("hi", 1), ("hi", 4)), BOTH),
        Ask(said(("pa", 2), ("pa", 3), ("pa", 1)), BOTH),
        Ask(said(("hi", 2)), BOTH, final=False),
        Ask(said(("pa", 4)), ("pa",)),
        Ask(said(("pa", 4))[:6000], ("pa",)),
    ]
    together = conformer.hear(asks)
    assert len({heard.tag for heard in together}) == 2
    for heard, ask in zip(together, asks, strict=True):
        [alone] = conformer.hear([ask])
        assert [(word.text, word.start, word.end) for word in heard.words] == [(w.text, w.start, w.end) for w in alone.words]
        assert heard.confidence == pytest.approx(alone.confidence, abs=1e-5)


def test_a_site_of_one_language_hears_that_and_hinglish_is_heard_in_devanagari(conformer: IndicConformer) -> None:
    pcm = said(("pa", 2), ("pa", 3))
    assert conformer.hear([Ask(pcm, ("hi-Latn", "en"))])[0].tag == "hi"
    assert conformer.hear([Ask(pcm, ("pa",))])[0].tag == "pa"


def test_graphs_that_were_exported_for_one_row_give_the_same(conformer: IndicConformer, tmp_path: Path) -> None:
    write_tiny(tmp_path / "checkpoint", single=True)
    single = load_indic_conformer(tmp_path / "checkpoint", device="cpu")
    asks = [Ask(said(("hi", 1), ("hi", 4)), BOTH), Ask(said(("hi", 2), ("hi", 3)), BOTH)]
    assert single.hear(asks) == conformer.hear(asks)


def test_a_folder_without_the_rnnt_head_hears_with_the_other(tiny_conformer: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_conformer, tmp_path / "checkpoint")
    for file in (tmp_path / "checkpoint" / "assets").glob("*joint*"):
        file.unlink()
    (tmp_path / "checkpoint" / "assets" / "rnnt_decoder.onnx").unlink()
    alone = load_indic_conformer(tmp_path / "checkpoint", device="cpu")
    for final in (True, False):
        [heard] = alone.hear([Ask(said(("hi", 1), ("hi", 4)), BOTH, final)])
        assert (heard.text, heard.guess) == ("हाँ जी", False)  # there is nothing better to be had


SPOILT: dict[str, tuple[Spoil, str]] = {
    "nothing there": (lambda folder: shutil.rmtree(folder), "lacks config.json"),
    "another model": (lambda folder: edit(folder / "config.json", lambda c: c.update(model_type="whisper")), "'whisper', not of"),
    "a list of settings": (lambda folder: (folder / "config.json").write_text("[1, 2]") and None, "is not whole"),
    "no encoder": (lambda folder: (folder / "assets/encoder.onnx").unlink(), "lacks encoder.onnx"),
    "a truncated encoder": (lambda folder: halve(folder / "assets/encoder.onnx"), "can't be opened"),
    "another graph": (
        lambda folder: shutil.copy(folder / "assets/rnnt_decoder.onnx", folder / "assets/ctc_decoder.onnx") and None,
        "takes 4 arrays",
    ),
    "a truncated vocabulary": (lambda folder: halve(folder / "assets/vocab.json"), "is not whole"),
    "another vocabulary": (
        lambda folder: edit(folder / "assets/vocab.json", lambda c: c.update(hi=["a", "b"])),
        "tokens of 'hi'",
    ),
    "no language of ours": (lambda folder: (folder / "assets/vocab.json").write_text("{}") and None, "neither Hindi nor Punjabi"),
    "masks of a larger model": (
        lambda folder: edit(
            folder / "assets/language_masks.json", lambda c: c.update({tag: [False] * 100 + [True] * 9 for tag in c})
        ),
        "don't fit together",
    ),
    "a number that is none": (lambda folder: edit(folder / "config.json", lambda c: c.update(SOS="x")), "don't fit together"),
    "a vocabulary that is none": (
        lambda folder: edit(folder / "assets/vocab.json", lambda c: c.update(pa=None)),
        "don't fit together",
    ),
    "no end for the RNNT head": (lambda folder: (folder / "assets/joint_pred.onnx").unlink(), "lacks joint_pred.onnx"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_bad_folder_says_what_is_wrong(tiny_conformer: Path, tmp_path: Path, spoilt: str) -> None:
    assert_refused(load_indic_conformer, tiny_conformer, tmp_path / "checkpoint", *SPOILT[spoilt])


@pytest.mark.parametrize("said", ["Failed to allocate memory for requested buffer of size 99", "CUDA failure 2: out of memory"])
def test_memory_that_others_have_is_not_told_as_a_damaged_checkpoint(
    tiny_conformer: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    def no_memory(*of: object, **more: object) -> None:
        raise onnx_errors.RuntimeException(said)

    with monkeypatch.context() as opening:
        opening.setattr(onnxruntime, "InferenceSession", no_memory)
        with pytest.raises(DeviceFull, match="doctor --gpu says who"):
            load_indic_conformer(tiny_conformer, device="cpu")
    monkeypatch.setattr(onnxruntime.InferenceSession, "run", no_memory)
    with pytest.raises(DeviceFull, match="doctor --gpu says who"):
        load_indic_conformer(tiny_conformer, device="cpu")


def test_features_are_those_of_nemo_as_torch_computes_them() -> None:
    import torch
    from transformers.audio_utils import mel_filter_bank

    pcm = said(("hi", 1), ("pa", 4))[:20_001]
    sound = torch.from_numpy(pcm.astype(np.float32) / 32768)
    sound = torch.cat((sound[:1], sound[1:] - EMPHASIS * sound[:-1]))
    window = torch.hann_window(WINDOW, periodic=False)
    power = torch.stft(sound, FFT, HOP, WINDOW, window, center=True, pad_mode="reflect", return_complex=True).abs().square()
    filters = mel_filter_bank(FFT // 2 + 1, BANDS, 0.0, RATE / 2, RATE, norm="slaney", mel_scale="slaney")
    bands = torch.log(torch.from_numpy(filters).float().T @ power + FLOOR)
    expected = (bands - bands.mean(1, keepdim=True)) / (bands.std(1, keepdim=True) + LEAST_SPREAD)
    found = log_mel(pcm)
    assert found.shape == (BANDS, 20_001 // HOP + 1) == tuple(expected.shape)
    assert np.abs(found - expected.numpy()).max() < 2e-3
    assert np.isfinite(log_mel(np.zeros(200, np.int16))).all()


ALPHABET = Alphabet(("<unk>", "▁ne", "in"), np.array([0, 1, 2, 6]))


def test_a_path_of_frames_becomes_words() -> None:
    logits = np.full((7, 7), -9.0, np.float32)
    for frame, column in enumerate([6, 1, 1, 6, 2, 6, 1]):
        logits[frame, column] = 9.0
    logits[0, 4] = 20.0  # another language's
    spoken = best_path(logits, ALPHABET)
    assert [(one.token, one.first, one.end) for one in spoken] == [(1, 1, 3), (2, 4, 5), (1, 6, 7)]
    words = words_of(spoken, ALPHABET, 1280)
    assert [(word.text, word.start, word.end) for word in words] == [("nein", 1280, 6400), ("ne", 7680, 8960)]
    assert all(word.confidence == pytest.approx(1.0, abs=1e-3) for word in words)
    assert best_path(logits[:0], ALPHABET) == [] and words_of([], ALPHABET, 1280) == ()
    other = Alphabet(("a", "b", "c"), np.array([3, 4, 5, 6]))
    assert fit(logits[1:], ALPHABET) > fit(logits[1:], other)


def test_a_head_that_never_says_blank_goes_on_after_its_most_tokens_a_frame() -> None:
    def always(values: np.ndarray) -> list[np.ndarray]:
        return [np.tile(np.array([0.0, 5.0, 0.0], np.float32), (len(values), 1, 1))]

    def predict(last: np.ndarray, lengths: np.ndarray, *states: np.ndarray) -> list[np.ndarray]:
        return [np.zeros((len(last), 2, 1), np.float32), lengths, *states]

    def same(values: np.ndarray) -> list[np.ndarray]:
        return [values]

    head = Transducer(same, predict, same, same, {"hi": always}, begin=9, layers=1, width=2, most=3)
    spoken = head.hear("hi", np.zeros((2, 2, 4), np.float32), np.array([4, 1]))
    assert [len(row) for row in spoken] == [12, 3]
    assert spoken[1] == [Spoken(1, 0, 1, pytest.approx(0.9867, abs=1e-3))] * 3

"""Kokoro through its real loading code, random weights: says clauses in their order, and says what is wrong with a checkpoint."""

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="the engine's packages are installed when the settings name it")

import torch
from torch.nn.modules.module import register_module_forward_pre_hook

from core import settings
from core.resample import Pcm
from media_server.tts.engine import EngineError, EngineLost, Job, NoMemory
from media_server.tts.espeak import Espeak
from media_server.tts.kokoro.engine import Kokoro, KokoroInSteps, load
from media_server.tts.kokoro.network import RATE, WEIGHTS, Network, load_voice
from media_server.tts.kokoro.network import load as load_network

SYMBOLS = ';:,.!?—…"()“” ̃ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲᵻ'
CONFIGURATION: dict[str, Any] = {
    "hidden_dim": 512,  # the package's decoder takes no other, and begins its sound with as many channels
    "style_dim": 128, "n_layer": 1, "max_dur": 2, "n_mels": 80, "n_token": 178, "text_encoder_kernel_size": 5,
    "vocab": {symbol: number for number, symbol in enumerate(SYMBOLS, start=1)},
    "plbert": {
        "hidden_size": 32, "num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 42,
        "num_hidden_layers": 1,
    },
    "istftnet": {
        "upsample_rates": [10, 6], "upsample_kernel_sizes": [20, 12], "gen_istft_n_fft": 20, "gen_istft_hop_size": 5,
        "resblock_kernel_sizes": [3], "resblock_dilation_sizes": [[1, 3, 5]], "upsample_initial_channel": 512,
    },
}  # fmt: skip
"""The shape of Kokoro-82M's config.json, as small as its layers allow; a symbol lasts for a frame."""
VOICES = ("af_heart", "hf_alpha", "hm_omega")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint as it is fetched: config.json, weights by part, voices."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("kokoro")
    (folder / "config.json").write_text(json.dumps(CONFIGURATION))
    torch.manual_seed(1)
    parts: dict[str, dict[str, Any]] = {}
    for name, tensor in Network(CONFIGURATION).state_dict().items():
        part, _, rest = name.partition(".")
        parts.setdefault(part, {})[f"module.{rest}" if part == "decoder" else rest] = tensor.half()
    torch.save(parts, folder / WEIGHTS)
    (folder / "voices").mkdir()
    for name in VOICES:
        torch.save(torch.randn(510, 1, 256) / 4, folder / "voices" / f"{name}.pt")
    return folder


def opened(folder: Path, **more: str) -> KokoroInSteps:
    """As the worker does it."""
    environment = {"HAAZIR_HOME": str(folder), "HAAZIR_ENGINES_TTS": "kokoro", "HAAZIR_SPEAKING_MODEL": str(folder)}
    return load(settings.load(environment | more))


@pytest.fixture(scope="module")
def engine(folder: Path) -> KokoroInSteps:
    return opened(folder)


def job(heard: list[Pcm], text: str = "जी", language: Any = "hi", voice: str = "") -> Job:
    return Job(text, language, voice, 8000, 0, heard.append)


def said(engine: KokoroInSteps, *jobs: Job) -> list[str]:
    """Steps until all have ended; the failures, if any."""
    failures = []
    in_hand = dict.fromkeys(jobs, 0.0)
    for one in jobs:
        engine.begin(one)
    left = set(jobs)
    while left:
        for ended in engine.step(in_hand):
            left.remove(ended.job)
            failures += [ended.failure] if ended.failure else []
    return failures


def test_a_clause_becomes_sound_and_the_same_one_every_time(engine: KokoroInSteps) -> None:
    first: list[Pcm] = []
    second: list[Pcm] = []
    assert said(engine, job(first)) == said(engine, job(second)) == []
    sound = np.concatenate(first)
    assert np.array_equal(sound, np.concatenate(second))
    assert sound.dtype == np.int16
    assert len(sound) % 600 == 0  # whole frames of 25 ms
    assert 0.05 < len(sound) / RATE < 1
    assert np.abs(sound).max() > 0


def test_hindi_english_and_both_in_one_sentence_are_said(engine: KokoroInSteps) -> None:
    sounds: list[list[Pcm]] = [[], [], []]
    texts = [("मेरा order", "hi-Latn"), ("My order.", "en"), ("ठीक।", "hi")]
    assert said(engine, *[job(heard, text, language) for heard, (text, language) in zip(sounds, texts, strict=True)]) == []
    assert all(sum(map(len, heard)) > 0 for heard in sounds)


def test_voices_differ_and_unknown_ones_are_the_usual_one(engine: KokoroInSteps, caplog: pytest.LogCaptureFixture) -> None:
    sounds: dict[str, list[Pcm]] = {voice: [] for voice in ("", "hf_alpha", "hm_omega", "male", "nobody")}
    with caplog.at_level(logging.WARNING):
        assert said(engine, *[job(heard, voice=voice) for voice, heard in sounds.items()]) == []
    whole = {voice: np.concatenate(heard) for voice, heard in sounds.items()}
    assert np.array_equal(whole[""], whole["hf_alpha"])
    assert np.array_equal(whole["nobody"], whole["hf_alpha"])
    assert np.array_equal(whole["male"], whole["hm_omega"])
    assert not np.array_equal(whole["hm_omega"][:1000], whole["hf_alpha"][:1000])
    assert [record.getMessage() for record in caplog.records] == ["! no such voice, speaking with the default one"]
    assert (engine.gender("hm_omega"), engine.gender(""), engine.gender("male")) == ("male", "female", "male")


@pytest.mark.parametrize(("text", "language"), [("ਸਤ ਸ੍ਰੀ ਅਕਾਲ", "pa"), ("…", "en")])
def test_what_it_cannot_say_fails_alone_so_that_espeak_says_it(engine: KokoroInSteps, text: str, language: Any) -> None:
    heard: list[Pcm] = []
    beside: list[Pcm] = []
    failures = said(engine, job(heard, text, language), job(beside))
    assert len(failures) == 1
    assert heard == []
    assert sum(map(len, beside)) > 0


def test_a_text_longer_than_the_model_can_take_is_said_in_portions(engine: KokoroInSteps) -> None:
    heard: list[Pcm] = []
    short: list[Pcm] = []
    assert said(engine, job(heard, "नमस्ते जी " * 5), job(short, "नमस्ते जी")) == []
    assert sum(map(len, heard)) > 4 * sum(map(len, short))


def test_the_listener_who_waits_longest_is_served_first(engine: KokoroInSteps) -> None:
    order: list[str] = []
    first = Job("जी हाँ", "hi", "", 8000, 0, lambda pcm: order.append("patient"))
    second = Job("जी हाँ", "hi", "", 8000, 0, lambda pcm: order.append("urgent"))
    engine.begin(first)
    engine.begin(second)
    while len(set(order)) < 2:
        engine.step({first: 2.0, second: float("-inf")})
    assert order[0] == "urgent"
    engine.cancel(first)
    engine.cancel(second)
    engine.cancel(second)  # it is no harm


def test_who_waits_is_counted_in_the_time_to_the_first_sound(engine: KokoroInSteps) -> None:
    alone = engine.first_sound_s(0)
    assert alone > 0
    waiting = [job([]) for _ in range(3)]
    for one in waiting:
        engine.begin(one)
    assert engine.first_sound_s(1) == pytest.approx(5 * alone)
    for one in waiting:
        engine.cancel(one)


def test_a_clause_that_nobody_wants_any_more_is_not_heard_to_its_end(engine: KokoroInSteps) -> None:
    heard: list[Pcm] = []
    one = job(heard, "नमस्ते जी")
    one.wanted = False
    engine.begin(one)
    engine.step({one: 0.0})
    engine.cancel(one)
    assert sum(map(len, heard)) / RATE <= 0.1


@pytest.fixture(scope="module")
def network(folder: Path) -> Network:
    return load_network(folder, torch.device("cpu"))


def test_weight_norm_is_folded_and_the_sound_is_as_before(folder: Path, network: Network) -> None:
    plain = Network(CONFIGURATION).eval()
    parts = torch.load(folder / WEIGHTS, weights_only=True)
    weights = {f"{part}.{name.removeprefix('module.')}": one for part, named in parts.items() for name, one in named.items()}
    plain.load_state_dict(weights)
    assert not any(name.endswith("weight_g") for name in network.state_dict())
    voice = load_voice(folder / "voices" / "hf_alpha.pt", torch.device("cpu"))[9]
    ids = list(range(20, 30))
    assert np.abs(plain.say(ids, voice).astype(int) - network.say(ids, voice)).max() <= 2


# ── what may be wrong with a checkpoint ──────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def broken(folder: Path, tmp_path: Path) -> Path:
    """A copy to be broken; its weights are a link until a test writes its own."""
    shutil.copy(folder / "config.json", tmp_path)
    shutil.copytree(folder / "voices", tmp_path / "voices")
    (tmp_path / WEIGHTS).symlink_to(folder / WEIGHTS)
    return tmp_path


def complaint(folder: Path) -> str:
    with pytest.raises(EngineError) as error:
        opened(folder)
    return str(error.value)


def test_a_truncated_checkpoint_is_said_to_be_one(broken: Path, folder: Path) -> None:
    (broken / WEIGHTS).unlink()
    (broken / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:100_000])
    assert f"{WEIGHTS} can't be read" in complaint(broken)


def test_another_models_checkpoint_is_refused(broken: Path) -> None:
    (broken / WEIGHTS).unlink()
    torch.save({"bert": {"encoder.weight": torch.zeros(3)}}, broken / WEIGHTS)
    assert "is another model's" in complaint(broken)
    torch.save([1, 2, 3], broken / WEIGHTS)
    assert "is another model's" in complaint(broken)


def test_another_versions_checkpoint_is_refused(broken: Path, folder: Path) -> None:
    parts = torch.load(folder / WEIGHTS, weights_only=True)
    parts["bert_encoder"]["more"] = torch.zeros(1)
    (broken / WEIGHTS).unlink()
    torch.save(parts, broken / WEIGHTS)
    assert "is another version's: 1 weights differ, bert_encoder.more first" in complaint(broken)


def test_weights_of_another_size_are_told_by_name(broken: Path) -> None:
    (broken / "config.json").write_text(json.dumps(CONFIGURATION | {"n_token": 100}))
    assert "does not fit its config.json: size mismatch for" in complaint(broken)


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"vocab": {}}'])
def test_a_configuration_that_is_none_is_refused(broken: Path, text: str) -> None:
    (broken / "config.json").write_text(text)
    assert "config" in complaint(broken)


def test_a_checkpoint_without_voices_says_what_to_fetch(broken: Path) -> None:
    shutil.rmtree(broken / "voices")
    assert "bin/haazir models fetch kokoro" in complaint(broken)


def test_a_damaged_voice_is_named(broken: Path) -> None:
    torch.save(torch.zeros(3), broken / "voices" / "hf_alpha.pt")
    assert "hf_alpha.pt holds no voice" in complaint(broken)


def test_a_checkpoint_that_is_not_here_names_the_command_that_fetches_it(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="bin/haazir models fetch kokoro"):
        opened(tmp_path, HAAZIR_SPEAKING_MODEL="")


def test_a_gpu_that_is_not_there_is_an_error_and_not_a_slow_call(folder: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(EngineError, match="finds no GPU"):
        opened(folder, HAAZIR_SPEAKING_DEVICE="cuda")


def test_a_failing_device_ends_the_process(network: Network) -> None:
    """torch tells of it by a RuntimeError, whatever it is."""
    voices = {"hf_alpha": torch.zeros(510, 1, 3)}  # too small: the layers refuse it with a RuntimeError
    engine = Kokoro(network, voices, Espeak())
    with pytest.raises(EngineLost, match="can't go on"):
        engine.speak("जी", "hi", "", lambda pcm: True)


def test_a_device_that_holds_the_weights_and_no_clause_is_full_for_now(folder: Path) -> None:
    """As beside a neighbour: the worker tries again, where it would give up a checkpoint that is spoilt."""

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")

    forward = register_module_forward_pre_hook(full)
    try:
        with pytest.raises(NoMemory, match="symbols"):
            opened(folder)
    finally:
        forward.remove()

"""Files that are no checkpoint for this engine, or not a whole one, are told as what they are, with what to do."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

pytest.importorskip("nemo", reason="the engine's packages are installed when the settings name it")

from core.checkpoints import CheckpointUnfit
from media_server.stt.nemo.loading import load

Change = Callable[[dict[str, Any]], None]


def changed(file: Path, path: Path, change: Change) -> Path:
    """The same checkpoint, whose model_config.yaml says something else."""
    with tarfile.open(file) as old, tarfile.open(path, "w") as new:
        for member in old:
            data = old.extractfile(member)
            content = data.read() if data else b""
            if member.name.endswith("model_config.yaml"):
                told = yaml.safe_load(content)
                change(told)
                content = yaml.safe_dump(told).encode()
                member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return path


def saying(section: str, **values: Any) -> Change:
    def change(told: dict[str, Any]) -> None:
        (told[section] if section else told).update(values)

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (saying("", target="nemo.collections.asr.models.ctc_bpe_models.EncDecCTCModelBPE"), "holds a EncDecCTCModelBPE"),
        (
            saying("", target="nemo.collections.asr.models.rnnt_bpe_models.EncDecRNNTBPEModel"),
            "not an RNNT with language prompts",
        ),
        (saying("model_defaults", prompt_dictionary={}), "no dictionary of language prompts"),
        (saying("encoder", att_context_style="regular", att_context_size=[-1, -1]), "hears whole utterances"),
        (saying("encoder", att_context_size=[[56, 0], [70, 1]]), "another left context"),
        (saying("encoder", att_context_size=[[56, 13]]), "no chunk of 560 ms or less"),
        (saying("encoder", att_context_size=[]), "hears whole utterances"),
        (saying("encoder", att_context_size=[[56, 1], [56]]), "hears whole utterances"),
        (saying("encoder", att_context_size=[[56, "one"]]), "hears whole utterances"),
        (saying("preprocessor", normalize="per_feature"), "normalises over the whole utterance"),
        (saying("preprocessor", sample_rate=8000), "wants sound at 8000 Hz"),
        (saying("", nemo_version="9.1.0", tokenizer={"type": "of tomorrow"}), "made by NeMo 9.1.0"),
        (saying("encoder", n_layers=3), "can't be restored"),
        (saying("encoder", _target_="nemo.collections.asr.modules.ConformerEncoderOfTomorrow"), "can't be restored"),
    ],
)
def test_a_checkpoint_of_another_kind_is_told_from_a_good_one(file: Path, tmp_path: Path, change: Change, words: str) -> None:
    with pytest.raises(CheckpointUnfit, match=words):
        load(changed(file, tmp_path / "other.nemo", change), "cpu")


@pytest.mark.parametrize("told", [b"", b"- a list\n", b"[not closed", b"just words"])
def test_a_checkpoint_that_says_nothing_of_itself_is_told_as_such(tmp_path: Path, told: bytes) -> None:
    with tarfile.open(tmp_path / "mute.nemo", "w") as archive:
        member = tarfile.TarInfo("./model_config.yaml")
        member.size = len(told)
        archive.addfile(member, io.BytesIO(told))
    with pytest.raises(CheckpointUnfit, match=r"not a whole \.nemo file .*fetch it again"):
        load(tmp_path / "mute.nemo", "cpu")


def test_a_byte_that_was_changed_on_the_way_is_told_as_damage(tmp_path: Path) -> None:
    said = yaml.safe_dump({"target": "words", "labels": [str(number) for number in range(2000)]}).encode()
    with tarfile.open(tmp_path / "whole.nemo", "w:gz") as archive:
        member = tarfile.TarInfo("./model_config.yaml")
        member.size = len(said)
        archive.addfile(member, io.BytesIO(said))
    whole = (tmp_path / "whole.nemo").read_bytes()
    for at in range(20, len(whole), len(whole) // 40):
        (tmp_path / "flipped.nemo").write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with pytest.raises(CheckpointUnfit, match=r"flipped\.nemo"):
            load(tmp_path / "flipped.nemo", "cpu")


@pytest.mark.parametrize("share", [0.0, 0.002, 0.3, 0.9])
def test_a_checkpoint_that_was_cut_short_says_that_it_must_be_fetched_again(file: Path, tmp_path: Path, share: float) -> None:
    content = file.read_bytes()
    (tmp_path / "cut.nemo").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CheckpointUnfit, match=r"fetch it again|cut short"):
        load(tmp_path / "cut.nemo", "cpu")


def test_what_is_no_checkpoint_at_all_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "hello.nemo").write_text("hello" * 1000)
    with pytest.raises(CheckpointUnfit, match=r"not a whole \.nemo file"):
        load(tmp_path / "hello.nemo", "cpu")

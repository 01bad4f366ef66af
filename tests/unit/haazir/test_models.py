"""Fetching checkpoints from a hub that breaks off, lies, refuses or is away; and what is said of them."""

import hashlib
import io
import os
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.checkpoints import RECORD, Checkpoint, CheckpointMissing, File, chosen, path_of, read_record, registry, usual
from core.engines import NEURAL
from core.settings import Settings, load
from haazir import fetch as fetching
from haazir import models
from haazir.fetch import bring, broken, fetch
from haazir.hub import FetchError, Hub
from tests.standins.model_hub import REPO, REVISION, ModelHub, serving

WEIGHTS = random.Random(5).randbytes(3_000_000)
FILES = {"config.json": b'{"layers": 2}', "model.bin": WEIGHTS, "sub/voice.pt": b"voice", "README.md": b"not ours"}
KEY = hashlib.sha256(WEIGHTS).hexdigest()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelHub]:
    monkeypatch.delenv("HAAZIR_SECRET_HUB_TOKEN", raising=False)
    with serving(ModelHub(FILES, large=frozenset({"model.bin"}))) as hub:
        yield hub


@pytest.fixture
def settings(hub: ModelHub, tmp_path: Path) -> Settings:
    return load({"HAAZIR_HOME": str(tmp_path), "HAAZIR_MODELS_HUB": f"{hub.address}/"})


def checkpoint(*files: File, gated: bool = False) -> Checkpoint:
    return Checkpoint(
        name="test",
        engine="kokoro",
        use="tts",
        languages=("hi",),
        licence="none",
        commercial="yes",
        size_mb=3,
        note="",
        repo=REPO,
        revision=REVISION,
        gated=gated,
        files=files or (File(path="*.json"), File(path="model.bin"), File(path="sub/*")),
    )


def fetched(settings: Settings, wanted: Checkpoint | None = None) -> Path:
    """The folder of a checkpoint that was fetched."""
    wanted = wanted or checkpoint()
    folder = settings.models_dir / wanted.name
    with Hub(settings, pause_s=0.001) as hub:
        fetch(hub, wanted, folder, io.StringIO())
    return folder


def refused(settings: Settings, wanted: Checkpoint | None = None) -> str:
    with pytest.raises(FetchError) as error:
        fetched(settings, wanted)
    return str(error.value)


def test_what_the_registry_names_comes_and_is_written_down(hub: ModelHub, settings: Settings) -> None:
    folder = fetched(settings)
    assert {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}.keys() >= {
        "config.json", "model.bin", "sub/voice.pt", RECORD,
    }  # fmt: skip
    assert (folder / "model.bin").read_bytes() == WEIGHTS and not (folder / "README.md").exists()
    record = read_record(folder)
    assert record is not None and record.revision == REVISION
    assert [file for file in record.files if file.path == "model.bin"] == [File(path="model.bin", bytes=len(WEIGHTS), sha256=KEY)]
    assert record.trusted == ("config.json", "sub/voice.pt"), "the hub says checksums of large files only"


def test_a_connection_that_breaks_is_gone_on_from(hub: ModelHub, settings: Settings) -> None:
    hub.cut = [1_100_000, 500_000]
    folder = fetched(settings, checkpoint(File(path="model.bin")))
    assert (folder / "model.bin").read_bytes() == WEIGHTS
    assert hub.ranges_asked() == ["", "bytes=1100000-", "bytes=1600000-"]


def test_what_came_before_a_kill_is_gone_on_from(hub: ModelHub, settings: Settings) -> None:
    folder = settings.models_dir / "test"
    folder.mkdir(parents=True)
    (folder / f"model.bin.{REVISION[:12]}.part").write_bytes(WEIGHTS[:2_000_000])
    assert (fetched(settings) / "model.bin").read_bytes() == WEIGHTS
    assert "bytes=2000000-" in hub.ranges_asked()
    assert not list(folder.rglob("*.part"))


def test_files_that_were_whole_before_a_kill_are_not_fetched_again(hub: ModelHub, settings: Settings) -> None:
    folder = settings.models_dir / "test"
    folder.mkdir(parents=True)
    (folder / "model.bin").write_bytes(WEIGHTS)
    fetched(settings)
    assert not [path for path, _, _ in hub.asked if path.endswith("model.bin")]


def test_a_spoilt_part_is_thrown_away_and_fetched_anew(hub: ModelHub, settings: Settings) -> None:
    folder = settings.models_dir / "test"
    folder.mkdir(parents=True)
    (folder / f"model.bin.{REVISION[:12]}.part").write_bytes(b"x" * 2_000_000)
    assert (fetched(settings, checkpoint(File(path="model.bin"))) / "model.bin").read_bytes() == WEIGHTS
    assert hub.ranges_asked() == ["bytes=2000000-", ""]


def test_a_part_that_is_too_long_is_thrown_away(hub: ModelHub, settings: Settings) -> None:
    folder = settings.models_dir / "test"
    folder.mkdir(parents=True)
    (folder / f"model.bin.{REVISION[:12]}.part").write_bytes(WEIGHTS + b"more")
    assert (fetched(settings) / "model.bin").read_bytes() == WEIGHTS


def test_a_part_of_another_revision_is_never_gone_on_from(hub: ModelHub, settings: Settings) -> None:
    folder = settings.models_dir / "test"
    folder.mkdir(parents=True)
    (folder / "model.bin.aaaaaaaaaaaa.part").write_bytes(WEIGHTS[:1000])
    fetched(settings, checkpoint(File(path="model.bin")))
    assert hub.ranges_asked() == [""] and not list(folder.rglob("*.part"))


def test_a_hub_without_ranges_begins_from_the_beginning(hub: ModelHub, settings: Settings) -> None:
    hub.ranges, hub.cut = False, [1_000_000]
    assert (fetched(settings, checkpoint(File(path="model.bin"))) / "model.bin").read_bytes() == WEIGHTS


def test_a_range_that_is_refused_begins_from_the_beginning(hub: ModelHub, settings: Settings) -> None:
    hub.cut, hub.statuses = [1_000_000], [0, 416]
    assert (fetched(settings, checkpoint(File(path="model.bin"))) / "model.bin").read_bytes() == WEIGHTS


def test_wrong_bytes_are_fetched_once_more_and_then_told(hub: ModelHub, settings: Settings) -> None:
    hub.spoilt = 1
    assert (fetched(settings, checkpoint(File(path="model.bin"))) / "model.bin").read_bytes() == WEIGHTS
    shutil.rmtree(settings.models_dir)
    hub.spoilt = 2
    assert f"not {KEY}. Fetched twice" in refused(settings, checkpoint(File(path="model.bin")))
    assert not [path for path in (settings.models_dir / "test").rglob("*") if path.suffix in (".part", ".bin")]


def test_a_hub_that_lists_another_checksum_than_the_registry_is_not_believed(hub: ModelHub, settings: Settings) -> None:
    said = refused(settings, checkpoint(File(path="model.bin", sha256="0" * 64)))
    assert "by what is known of it: not fetched" in said and not hub.ranges_asked()


def test_what_was_trusted_at_first_must_be_the_same_ever_after(hub: ModelHub, settings: Settings, tmp_path: Path) -> None:
    folder = fetched(settings)
    shutil.copytree(folder, other := tmp_path / "other", ignore=shutil.ignore_patterns(RECORD))
    (other / "config.json").write_bytes(b'{"layers": 9}')
    with pytest.raises(FetchError, match=r"config\.json has the checksum"):
        bring(other, checkpoint(), folder, io.StringIO())
    assert broken(checkpoint(), folder, io.StringIO()) == []
    (folder / "config.json").unlink()
    hub.files = {**FILES, "config.json": b'{"layers": 3}'}
    assert "config.json has the checksum" in refused(settings)


def test_a_file_that_was_damaged_later_is_noticed_and_mended(hub: ModelHub, settings: Settings) -> None:
    folder = fetched(settings)
    with (folder / "model.bin").open("r+b") as file:
        file.write(b"damaged")
    assert broken(checkpoint(), folder, io.StringIO()) == ["model.bin"]
    fetched(settings)
    assert broken(checkpoint(), folder, io.StringIO()) == []


@pytest.mark.parametrize(
    ("status", "words"),
    [(503, "not well (503)"), (429, "not well (429)"), (410, "answered 410"), (404, "has no /stored/model.bin (404)")],
)
def test_a_refusal_is_told_with_what_to_do(hub: ModelHub, settings: Settings, status: int, words: str) -> None:
    hub.statuses = [status] * 5
    assert words in refused(settings, checkpoint(File(path="model.bin")))


def test_a_hub_that_is_unwell_for_a_moment_is_asked_again(hub: ModelHub, settings: Settings) -> None:
    hub.statuses = [502, 503, 500]
    fetched(settings)


def test_a_gated_checkpoint_wants_a_token_and_the_right_one(
    hub: ModelHub, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.token = "right"
    assert f"log in at {hub.address}/{REPO}, agree to its terms" in refused(settings, checkpoint(gated=True))
    (settings.home / "secrets").mkdir()
    (settings.home / "secrets" / "hub_token").write_text("wrong\n")
    assert "does not let you have it (403)" in refused(settings)
    monkeypatch.setenv("HAAZIR_SECRET_HUB_TOKEN", "right")
    fetched(settings)


def test_the_token_is_not_sent_to_where_the_files_lie(hub: ModelHub, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.token = "right"
    monkeypatch.setenv("HAAZIR_SECRET_HUB_TOKEN", "right")
    with serving(ModelHub(FILES)) as store:
        hub.store = store.address
        assert (fetched(settings, checkpoint(File(path="model.bin"))) / "model.bin").read_bytes() == WEIGHTS
        assert [authorization for _, _, authorization in store.asked] == [""]
    assert {authorization for _, _, authorization in hub.asked} == {"Bearer right"}


def test_a_repository_that_is_not_there_is_told(hub: ModelHub, settings: Settings) -> None:
    wanted = checkpoint()
    with Hub(settings, pause_s=0) as door, pytest.raises(FetchError, match="404"):
        door.files(Checkpoint(**{**{f: getattr(wanted, f) for f in wanted.__struct_fields__}, "repo": "no/such"}))


def test_a_hub_that_answers_something_else_is_told(hub: ModelHub, settings: Settings) -> None:
    hub.listing = lambda entries: {"error": "a portal's login page, say"}
    assert "does not answer as a hub does" in refused(settings)


def test_a_list_of_several_pages_is_read_to_its_end_but_never_at_another_host(hub: ModelHub, settings: Settings) -> None:
    hub.pages = [f"/api/models/{REPO}/tree/{REVISION}?cursor=2"]
    with Hub(settings, pause_s=0) as door:
        assert len(door.files(checkpoint())) == 2 * len(FILES)
    with serving(ModelHub(FILES)) as other:
        hub.pages = [f"{other.address}/api/models/{REPO}/tree/{REVISION}?cursor=2"]
        assert "which is another hub" in refused(settings)
        assert not other.asked


def test_a_file_outside_the_folder_is_refused(hub: ModelHub, settings: Settings) -> None:
    hub.listing = lambda entries: [*entries, {"type": "file", "path": "sub/../../../evil", "size": 1}]
    assert "outside the checkpoint's folder" in refused(settings)


def test_a_file_that_the_hub_does_not_have_is_told_before_anything_is_fetched(hub: ModelHub, settings: Settings) -> None:
    assert "there is no other.bin" in refused(settings, checkpoint(File(path="model.bin"), File(path="other.bin")))
    assert not hub.ranges_asked()


def test_nobody_at_the_hub_is_told(tmp_path: Path) -> None:
    settings = load({"HAAZIR_HOME": str(tmp_path), "HAAZIR_MODELS_HUB": "http://127.0.0.1:9"})
    assert "can't be reached" in refused(settings)


def test_a_full_disk_is_told_before_anything_is_fetched(
    hub: ModelHub, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SPARE", 1 << 60)
    assert "3 MB are still to come" in refused(settings) and not hub.ranges_asked()


def test_two_at_once_do_not_write_into_each_other(hub: ModelHub, settings: Settings) -> None:
    with fetching._alone(settings.models_dir / "test", "test"):
        assert "being fetched already" in refused(settings)


def test_a_folder_is_as_good_as_a_hub(hub: ModelHub, settings: Settings, tmp_path: Path) -> None:
    disk = fetched(settings).rename(tmp_path / "test")
    target = settings.models_dir / "test"
    record = bring(tmp_path, checkpoint(), target, io.StringIO())
    assert (target / "model.bin").read_bytes() == WEIGHTS and read_record(target) == record
    assert record.trusted == (), "the record came along"
    (disk / "model.bin").write_bytes(WEIGHTS[:-1] + b"?")
    shutil.rmtree(target)
    with pytest.raises(FetchError, match="checksum"):
        bring(disk, checkpoint(), target, io.StringIO())
    assert not (target / "model.bin").exists()
    with pytest.raises(FetchError, match="no folder"):
        bring(tmp_path / "nowhere", checkpoint(), target, io.StringIO())


def test_every_neural_engine_has_one_usual_checkpoint_and_every_need_is_in_the_registry() -> None:
    for engine in NEURAL:
        assert [c.name for c in registry().values() if c.engine == engine and c.usual] == [usual(engine).name]
    for one in registry().values():
        assert set(one.needs) <= registry().keys()
        assert one.shipped or (one.repo and re.fullmatch("[0-9a-f]{40}", one.revision) and one.files), one.name
        assert all(re.fullmatch("|[0-9a-f]{64}", file.sha256) for file in one.files)


def test_an_engine_is_told_the_command_that_brings_its_checkpoint(hub: ModelHub, settings: Settings) -> None:
    with pytest.raises(CheckpointMissing, match="bin/haazir models fetch kokoro"):
        chosen(settings, "kokoro", "")
    with pytest.raises(CheckpointMissing, match="is for the engine 'kokoro', not 'nemo'"):
        chosen(settings, "nemo", "kokoro")
    with pytest.raises(CheckpointMissing, match="nor a file of that name"):
        chosen(settings, "nemo", "/nowhere/x.nemo")
    assert chosen(settings, "nemo", str(settings.home)) == settings.home
    with pytest.raises(CheckpointMissing, match="no usual"):
        usual("espeak")


def test_a_checkpoint_that_was_cut_off_later_is_not_opened(hub: ModelHub, settings: Settings) -> None:
    entry = registry()["kokoro"]
    folder = settings.models_dir / "kokoro"
    folder.mkdir(parents=True)
    (folder / "config.json").write_bytes(b"{}")
    record = fetching.msgspec.json.encode(
        fetching.Fetched(repo=entry.repo, revision=entry.revision, files=(File(path="config.json", bytes=2),))
    )
    (folder / RECORD).write_bytes(record)
    assert path_of(settings, "kokoro") == folder
    (folder / "config.json").write_bytes(b"{")
    with pytest.raises(CheckpointMissing, match=r"damaged \(config.json\): bin/haazir models fetch kokoro"):
        path_of(settings, "kokoro")


def test_the_command_lists_every_checkpoint_with_its_licence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HAAZIR_HOME", str(settings.home))
    monkeypatch.setenv("HAAZIR_ENGINES_TTS", "parler")
    monkeypatch.setenv("HAAZIR_ENGINES_ALSO", "kokoro")
    assert models.main([]) == 0
    told = capsys.readouterr().out
    assert all(f" {name} " in told for name in registry())
    assert "* indic-parler" in told and "* kokoro" in told
    assert "gated: the hub wants an account" in told and "read its card" in told


def test_the_command_says_what_is_missing_and_ends_with_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HAAZIR_HOME", str(settings.home))
    assert models.main(["where", "kokoro"]) == 1
    assert models.main(["fetch", "no-such"]) == 1
    assert models.main(["verify", "kokoro"]) == 1
    said = capsys.readouterr().err
    assert "bin/haazir models fetch kokoro" in said and "there is no checkpoint 'no-such'; there are tiny," in said


def test_the_command_fetches_what_the_settings_ask_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = registry()["kokoro"]
    monkeypatch.setenv("HAAZIR_HOME", str(settings.home))
    monkeypatch.setenv("HAAZIR_ENGINES_TTS", "kokoro")
    disk = settings.home / "disk" / "kokoro"
    for file in entry.files:
        (disk / file.path).parent.mkdir(parents=True, exist_ok=True)
        (disk / file.path).write_bytes(b"other bytes")
    assert models.main(["fetch", "--from", str(settings.home / "disk")]) == 1
    said = capsys.readouterr()
    assert "kokoro: licence Apache-2.0, commercial use allowed" in said.out and "not fetched" in said.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_disk_that_fails_meanwhile_is_told_and_what_came_stays(
    hub: ModelHub, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HAAZIR_HOME", str(settings.home))
    monkeypatch.setenv("HAAZIR_MODELS_HUB", hub.address)
    monkeypatch.setattr(models, "registry", lambda: {"test": checkpoint()})
    folder = settings.models_dir / "test"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / f"voice.pt.{REVISION[:12]}.part").symlink_to("/dev/full")
    assert models.main(["fetch", "test"]) == 1
    said = capsys.readouterr().err
    assert f"{settings.models_dir}: No space left on device" in said and "the same command goes on from there" in said
    assert (folder / "model.bin").read_bytes() == WEIGHTS


def test_a_file_that_cannot_be_written_is_named(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HAAZIR_HOME", str(settings.home))
    monkeypatch.setattr(models, "registry", lambda: {"test": checkpoint(File(path="model.bin"))})
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "model.bin").write_bytes(WEIGHTS)
    (settings.models_dir / "test" / "model.bin.copy.part").mkdir(parents=True)
    assert models.main(["fetch", "test", "--from", str(stick)]) == 1
    assert "model.bin.copy.part: Is a directory" in capsys.readouterr().err


def test_a_stick_that_cannot_be_read_is_named(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HAAZIR_HOME", str(settings.home))
    monkeypatch.setattr(models, "registry", lambda: {"test": checkpoint(File(path="model.bin"))})
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "model.bin").symlink_to("/proc/self/mem")  # its first bytes are nobody's to read
    assert models.main(["fetch", "test", "--from", str(tmp_path / "stick")]) == 1
    assert f"{tmp_path / 'stick' / 'model.bin'}: Input/output error" in capsys.readouterr().err

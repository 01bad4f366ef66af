import platform
from pathlib import Path

import pytest

from asterisk import obtain
from core.settings import Asterisk, Settings


def unpacked(root: Path, answer: str) -> Path:
    """What a Debian root with an Asterisk looks like; its loader is a script that answers for it."""
    libraries = root / "usr" / "lib" / f"{platform.machine()}-linux-gnu"
    modules = libraries / "asterisk" / "modules"
    prompts = root / "usr" / "share" / "asterisk" / "sounds" / "en_US_f_Allison"
    for folder in (modules, prompts, root / "usr" / "sbin"):
        folder.mkdir(parents=True)
    (modules / "res_ari.so").touch()
    (prompts / "vm-goodbye.wav").touch()
    (root / "usr" / "sbin" / "asterisk").touch()
    loader = libraries / "ld-linux-test.so.2"
    loader.write_text(f"#!/bin/sh\n{answer}\n")
    loader.chmod(0o755)
    return root


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("Asterisk 22.10.1~dfsg+~cs6.16.60671435-2", (22, 10, 1)),
        ("Asterisk 20.6.0", (20, 6, 0)),
        ("Asterisk certified/18.9-cert5", (18, 9)),
        ("Asterisk GIT-master", ()),
    ],
)
def test_versions_are_read_as_asterisk_says_them(said: str, version: tuple[int, ...]) -> None:
    assert obtain.numbers(said) == version


def test_an_unpacked_root_is_run_through_its_own_loader(tmp_path: Path) -> None:
    root = unpacked(tmp_path, "echo Asterisk 22.10.1~dfsg")
    install = obtain.find(Settings(home=tmp_path / "home", asterisk=Asterisk(root=str(root))))
    assert install is not None and install.version == "22.10.1"
    assert install.command[1] == "--library-path" and install.command[-1] == str(root / "usr/sbin/asterisk")
    assert install.sounds_dir.name == "en_US_f_Allison"


def test_a_root_whose_asterisk_does_not_start_is_not_used(tmp_path: Path) -> None:
    root = unpacked(tmp_path, "exit 127")
    settings = Settings(home=tmp_path / "home", asterisk=Asterisk(root=str(root)))
    assert obtain.find(settings) is None
    with pytest.raises(obtain.NoAsterisk, match="no Asterisk that starts"):
        obtain.obtain(settings, print)


def test_a_full_disk_is_told_before_anything_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(obtain, "DISK_NEEDED", 2**62)
    monkeypatch.setattr(obtain.shutil, "which", lambda name, path=None: "/usr/bin/mmdebstrap" if name == "mmdebstrap" else None)
    with pytest.raises(obtain.NoAsterisk, match="MB left"):
        obtain.obtain(Settings(home=tmp_path), print)
    assert list(tmp_path.iterdir()) == []

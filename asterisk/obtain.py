"""Which Asterisk we run: the one the settings name, else the host's if it is new enough, else one of our own.

Our own is Debian testing's packages, unpacked (not installed) under home/asterisk-root and run in place through its own
dynamic loader: no chroot, no mounts, no scripts of packages, nothing of the host changed. docs/decisions/ says why.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.settings import REPOSITORY, Settings, load

OLDEST_USABLE = (22, 10, 1)
"""The security floor (facts/asterisk.md section 0)."""
SUITE = "forky"
"""Debian testing, by its code name: the next release must not slip in unasked."""
PACKAGES = ("asterisk", "asterisk-core-sounds-en-wav", "asterisk-moh-opsound-wav")
DISK_NEEDED = 900 * 2**20
"""Bytes: 290 MB unpacked, the packages' lists and archives while we unpack."""
MODULES = (
    "app_chanspy", "app_dial", "app_echo", "app_mixmonitor", "app_playback", "app_queue", "app_read", "app_record", "app_stack",
    "app_stasis", "app_transfer", "bridge_simple", "bridge_softmix", "chan_pjsip", "chan_rtp", "codec_alaw",
    "codec_resample", "codec_ulaw", "format_pcm", "format_wav", "func_callerid", "func_channel", "func_env", "func_lock",
    "func_logic", "func_strings", "func_timeout", "pbx_config", "res_ari", "res_ari_applications", "res_ari_asterisk",
    "res_ari_bridges", "res_ari_channels", "res_ari_events", "res_ari_playbacks", "res_ari_recordings", "res_http_websocket",
    "res_musiconhold", "res_pjsip", "res_pjsip_refer", "res_pjsip_session", "res_rtp_asterisk", "res_sorcery_config",
    "res_stasis",
)  # fmt: skip
"""What the dialplan and ari_app need; `haazir doctor` looks for each."""

Say = Callable[[str], None]


class NoAsterisk(RuntimeError):
    """There is no Asterisk to run, and why, and what to do."""


@dataclass(frozen=True, slots=True)
class AsteriskInstall:
    """An Asterisk that can be started with `command + ["-f", "-C", asterisk_conf]`."""

    command: list[str]
    module_dir: Path
    data_dir: Path
    sounds_dir: Path
    """Folder of the English prompts themselves (vm-goodbye.wav and so on)."""
    moh_dir: Path
    version: str
    """22.10.1, say."""


def obtain(settings: Settings, say: Say) -> AsteriskInstall:
    """The Asterisk to run, unpacked first if there is none (half a minute, 100 MB from Debian). NoAsterisk if that fails."""
    if install := find(settings):
        return install
    if settings.asterisk.root or settings.asterisk.binary:
        named = settings.asterisk.root or settings.asterisk.binary
        raise NoAsterisk(f"[asterisk] root or binary names {named}, but there is no Asterisk that starts")
    root = _own_root(settings)
    say(f"unpacking Asterisk from Debian {SUITE} into {root}")
    _unpack(root)
    if (install := _in_root(root)) is None:
        raise NoAsterisk(f"the Asterisk in {root} does not start: remove that folder and try again")
    say(f"Asterisk {install.version} unpacked")
    return install


def find(settings: Settings) -> AsteriskInstall | None:
    """The Asterisk that is already there. None: it must be obtained first."""
    if settings.asterisk.binary:
        return _on_host(Path(settings.asterisk.binary))
    if settings.asterisk.root:
        return _in_root(Path(settings.asterisk.root))
    host = shutil.which("asterisk", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if host and (install := _on_host(Path(host))) and numbers(install.version) >= OLDEST_USABLE:
        return install
    return _in_root(_own_root(settings))


def numbers(version: str) -> tuple[int, ...]:
    """(22, 10, 1) of "Asterisk 22.10.1~dfsg+~cs6.16-2". Empty if there are none."""
    match = re.search(r"\d+(\.\d+)+", version)
    return tuple(int(part) for part in match[0].split(".")) if match else ()


def _own_root(settings: Settings) -> Path:
    return settings.home / "asterisk-root"


def _in_root(root: Path) -> AsteriskInstall | None:
    """An Asterisk in an unpacked Debian root, run through the root's own loader and libraries."""
    libraries = root / "usr" / "lib" / f"{platform.machine()}-linux-gnu"
    loader = next(libraries.glob("ld-linux-*.so.*"), None)
    binary = root / "usr" / "sbin" / "asterisk"
    if loader is None or not binary.exists():
        return None
    command = [str(loader), "--library-path", str(libraries), str(binary)]
    return _described(command, modules=(libraries / "asterisk" / "modules",), data=(root / "usr" / "share" / "asterisk",))


def _on_host(binary: Path) -> AsteriskInstall | None:
    return _described(
        [str(binary)],
        modules=(
            Path(f"/usr/lib/{platform.machine()}-linux-gnu/asterisk/modules"),
            Path("/usr/lib64/asterisk/modules"),
            Path("/usr/lib/asterisk/modules"),
        ),
        data=(Path("/usr/share/asterisk"), Path("/var/lib/asterisk")),
    )


def _described(command: list[str], modules: Sequence[Path], data: Sequence[Path]) -> AsteriskInstall | None:
    """The installation behind a command; None if it does not start or has no ARI modules."""
    try:
        answer = subprocess.run([*command, "-V"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    module_dir = next((path for path in modules if (path / "res_ari.so").exists()), None)
    data_dir = next((path for path in data if (path / "sounds").exists()), None)
    if module_dir is None or data_dir is None:
        return None
    sounds = (path.parent for path in sorted((data_dir / "sounds").glob("*/vm-goodbye.*")))
    return AsteriskInstall(
        command=command,
        module_dir=module_dir,
        data_dir=data_dir,
        sounds_dir=next(sounds, data_dir / "sounds"),
        moh_dir=data_dir / "moh",
        version=".".join(map(str, numbers(answer))),
    )


def _unpack(root: Path) -> None:
    """Debian's packages into `root`, under another name until they are whole. NoAsterisk if it can't be."""
    if shutil.which("mmdebstrap") is None:
        raise NoAsterisk("mmdebstrap is missing: apt-get install mmdebstrap (bin/haazir up does it as root or with sudo)")
    root.parent.mkdir(parents=True, exist_ok=True)
    if (free := shutil.disk_usage(root.parent).free) < DISK_NEEDED:
        raise NoAsterisk(f"{root.parent} has {free >> 20} MB left; unpacking Asterisk needs {DISK_NEEDED >> 20} MB")
    for leftover in root.parent.glob(f"{root.name}.part-*"):  # of one that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    part = Path(tempfile.mkdtemp(prefix=f"{root.name}.part-", dir=root.parent))
    command = [
        "mmdebstrap", "--variant=extract",  # the packages' files only
        "--mode=chrootless", "--skip=check/chrootless",  # nothing of theirs is run, so neither root nor mounts are needed
        f"--keyring={REPOSITORY / 'asterisk' / 'keys'}",  # Debian's own keys: Ubuntu's copy is too old for this suite
        "--aptopt=Acquire::Check-Valid-Until \"false\"",  # testing's lists are valid for a week: a mirror may be behind
        f"--include={','.join(PACKAGES)}", SUITE, str(part),
    ]  # fmt: skip
    try:
        outcome = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if outcome.returncode:
            tail = "\n".join(outcome.stderr.strip().splitlines()[-15:])
            raise NoAsterisk(f"mmdebstrap could not fetch or unpack Debian's Asterisk:\n{tail}")
        part.chmod(0o755)
        part.rename(root)
    finally:
        shutil.rmtree(part, ignore_errors=True)


if __name__ == "__main__":  # a process of its own, so that `haazir up` can stop it half-way
    try:
        obtain(load(), lambda line: print(line, flush=True))  # noqa: T201 - what it says is its output
    except NoAsterisk as error:
        sys.exit(str(error))

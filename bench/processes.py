"""What an instance costs and what it leaves behind: processor time, memory, open files of each process; Asterisk's channels."""

from dataclasses import dataclass

import httpx
import psutil

from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Use:
    """One process, its children included."""

    cpu_s: float
    """Seconds of one core since it started, in user and kernel mode."""
    rss_mb: float
    files: int
    """Open file descriptors, sockets among them."""
    pid: int


def uses(processes: dict[str, int]) -> dict[str, Use]:
    """Name -> use, of each that still lives."""
    found = {}
    for name, pid in processes.items():
        try:
            root = psutil.Process(pid)
            family = [root, *root.children(recursive=True)]
            found[name] = Use(
                cpu_s=sum(sum(_own_times(process)) for process in family),
                rss_mb=sum(process.memory_info().rss for process in family) / 2**20,
                files=sum(process.num_fds() for process in family),
                pid=pid,
            )
        except psutil.NoSuchProcess:
            continue
    return found


def spent(before: dict[str, Use], after: dict[str, Use]) -> dict[str, float]:
    """Processor seconds between two looks. A process that was started anew in between counts from its start."""
    return {
        name: use.cpu_s - (before[name].cpu_s if name in before and before[name].pid == use.pid else 0.0)
        for name, use in after.items()
    }


def _own_times(process: psutil.Process) -> tuple[float, float]:
    times = process.cpu_times()
    return times.user, times.system


@dataclass(frozen=True, slots=True)
class Left:
    """What Asterisk still holds."""

    channels: int
    bridges: int


def left_in_asterisk(settings: Settings) -> Left:
    """Asked over ARI. httpx.HTTPError if it does not answer."""
    base = f"http://127.0.0.1:{settings.port('ari_port')}/ari"
    with httpx.Client(base_url=base, auth=(settings.asterisk.ari_user, settings.secret("ari")), timeout=5.0) as client:
        return Left(*(len(client.get(path).raise_for_status().json()) for path in ("/channels", "/bridges")))

"""The program that opens strangers' files: `python -m kb_api.ingest.reader`, started by reading.Reading.

    a line in: Job  ──fork──>  a child with limits: sniff, read, split -> pieces, one JSON line each, at job.out
    a line out: Outcome

It loads the parsers once (2 s, 100 MB) and forks for each document, so what a file does to its child ends with the child.
"""

import gc
import importlib
import json
import os
import resource
import signal
import sys
from pathlib import Path

import msgspec

from kb_api.ingest import refused
from kb_api.ingest.refused import Refused
from kb_api.ingest.sniff import kind_of


class Job(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    out: str
    name: str
    media_type: str
    title: str
    """Empty: the document's own, or its name."""
    cpu_s: int
    memory_mb: int
    niceness: int = 0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a job. `refused` is a sentence for the document's owner; empty: its pieces are at job.out."""

    refused: str = ""
    kind: str = ""
    title: str = ""
    pieces: int = 0
    out_of_time: bool = False
    """Refused as too costly, and it was time that it took."""


_PARSERS = ("bs4", "docx", "pypdf", "llama_index.core.node_parser", "llama_index.readers.file.docs")
"""Loaded once, before the first fork."""
_WALL_FACTOR = 3
"""Seconds of the clock that a second of CPU may take on a busy machine."""
_TIMED = (signal.SIGXCPU, signal.SIGALRM)
_KILLED = (*_TIMED, signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT)


def serve() -> None:
    """Until stdin ends: whoever started us has gone."""
    for parser in _PARSERS:
        importlib.import_module(parser)
    gc.freeze()  # forks share these pages for as long as nobody writes to them
    for line in sys.stdin.buffer:
        outcome = _in_child(msgspec.json.decode(line, type=Job))
        sys.stdout.buffer.write(msgspec.json.encode(outcome) + b"\n")
        sys.stdout.buffer.flush()


def _in_child(job: Job) -> Outcome:
    told, telling = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        _limit(job)
        os.write(telling, msgspec.json.encode(_outcome(job)))
        os._exit(0)
    os.close(telling)
    with os.fdopen(told, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if answer and os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
        return msgspec.json.decode(answer, type=Outcome)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) in _KILLED
    timed = os.WIFSIGNALED(status) and os.WTERMSIG(status) in _TIMED
    return Outcome(refused=refused.TOO_COSTLY if killed else refused.DAMAGED, out_of_time=timed)


def _limit(job: Job) -> None:
    """CPU, memory on top of what the parsers take, size of what is written, the clock."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    memory = pages * resource.getpagesize() + job.memory_mb * 2**20
    used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (used + job.cpu_s, used + job.cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**30, 2**30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(job.niceness)
    signal.alarm(job.cpu_s * _WALL_FACTOR)


def _outcome(job: Job) -> Outcome:
    from kb_api.ingest.read import read
    from kb_api.ingest.split import PIECES_LIMIT, split

    try:
        path = Path(job.path)
        kind = kind_of(path, job.name, job.media_type)
        own_title, parts = read(path, kind)
        title = job.title or own_title or Path(job.name).stem or parts[0].text.split("\n")[0][:80]
        pieces = 0
        with Path(job.out).open("w", encoding="utf-8") as out:
            for piece in split(parts):
                heading = piece.heading or title
                line = {"body": piece.text, "heading": heading, "starts": piece.starts, "ends": piece.ends}
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
                pieces += 1
                if pieces > PIECES_LIMIT:
                    raise Refused(refused.TOO_COSTLY)
    except Refused as error:
        return Outcome(refused=str(error))
    except (MemoryError, RecursionError):
        return Outcome(refused=refused.TOO_COSTLY)
    return Outcome(kind=kind, title=title, pieces=pieces)


if __name__ == "__main__":
    serve()

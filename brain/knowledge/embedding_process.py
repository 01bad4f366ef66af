"""Our embedding model in a process of its own, for those who can wait: `python -m brain.knowledge.embedding_process`.

    stdin   a JSON list of texts a line ──> stdout   their vectors, float32 after float32

Below everybody else (nice, in a scheduling group of its own): whoever can wait takes no processor time from a caller's brain.
Ends with its parent, which then closes our stdin.
"""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Sequence

import msgspec
import numpy as np

from brain.knowledge.embed import DIMENSIONS, Floats, MiniLM
from core.environment import bare
from core.niceness import move_session

NICE = 5
"""As the gateway: chats give way to calls."""


class EmbeddingProcess:
    """The parent's end of it, for one thread at a time. Starts again when it has died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def start(self) -> subprocess.Popen[bytes]:
        """If it does not run. It is loaded 0.5 s later."""
        with self._lock:
            if self._process is not None and self._process.poll() is not None:
                self._end()
            if self._process is None:
                command = [sys.executable, "-P", "-m", "brain.knowledge.embedding_process"]
                pipe = subprocess.PIPE
                self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=bare(), start_new_session=True)
            return self._process

    def embed(self, texts: Sequence[str]) -> Floats:
        """float32[texts, 384]. OSError: it died, or does not start; the next call starts it anew."""
        process = self.start()
        try:
            return _asked(process, texts)
        except OSError:  # it counts as alive for a moment after its pipes are gone
            self.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._end()

    def _end(self) -> None:
        """Dead, and its pipes closed."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _asked(process: "subprocess.Popen[bytes]", texts: Sequence[str]) -> Floats:
    """What the child answers."""
    assert process.stdin is not None and process.stdout is not None  # both are pipes
    process.stdin.write(msgspec.json.encode(list(texts)) + b"\n")
    process.stdin.flush()
    size = len(texts) * DIMENSIONS * 4
    made = process.stdout.read(size)
    if len(made) != size:
        raise BrokenPipeError("the embedding process ended")
    return np.frombuffer(made, np.float32).reshape(len(texts), DIMENSIONS)


def _give_way() -> None:
    """Linux shares the processor out among sessions first: ours is our own, and nice as a whole."""
    os.nice(NICE)
    with contextlib.suppress(OSError):  # no such thing in this kernel
        move_session(NICE)


def main() -> None:
    _give_way()
    model = MiniLM()
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(model.embed(msgspec.json.decode(line, type=list[str])).tobytes())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

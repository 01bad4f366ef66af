"""A baresip of its own, without a loudspeaker: its process, its remote control (ctrl_tcp: JSON in netstrings), its log.

A thread hears its events, so that it serves tests of any event loop.
"""

import json
import re
import select
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from haazir.caller import wav
from haazir.caller.voices import pause
from tests.e2e.dump import Dump
from tests.e2e.watch import Watch
from tests.standins.ports import free_port

CONFIG = """\
sip_listen 127.0.0.1:0
ctrl_tcp_listen 127.0.0.1:{control}
call_local_timeout 0
call_max_calls 4
audio_player aubridge,nowhere
audio_source aufile,{silence}
audio_alert aubridge,nowhere
ausrc_srate 8000
auplay_srate 8000
jitter_buffer_type off
rtp_timeout 0
snd_path {folder}
module_path {modules}
module g711.so
module aubridge.so
module aufile.so
module sndfile.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
"""
_SILENCE_S = 600.0
"""The longest call: baresip hangs up when the file it speaks from is at its end."""

_AWAKE_S = 10.0
"""After an event or a sound: as long we look for more every 10 ms, so that sounds have their time."""

Event = dict[str, Any]


class PhoneFailed(RuntimeError):
    """baresip did not do what it was told; the message has what it said."""


class Baresip:
    """Started by its constructor. `happened` is called for every event, by the thread."""

    def __init__(self, folder: Path, happened: Callable[[Event], None]) -> None:
        self.watch = Watch()
        self.dump = Dump(folder)
        self.silence = folder / "silence.wav"
        self._log = folder / "log"
        self._happened = happened
        self._answers: dict[str, Event] = {}
        self._tokens = 0
        control = free_port()
        self._process = self._start(folder, control)
        self._control = self._connected(control)
        self._thread = threading.Thread(target=self._listen, name=folder.name)
        self._thread.start()

    async def command(self, command: str, parameters: str = "") -> None:
        """PhoneFailed if it can't."""
        token = self.send(command, parameters)
        await self.watch.until(lambda: token in self._answers, 5.0, f"baresip's answer to {command}")
        if not (answer := self._answers.pop(token))["ok"]:
            raise PhoneFailed(f"{command} {parameters}: {answer['data']}")

    def send(self, command: str, parameters: str = "") -> str:
        """Without waiting for the answer; the token that it will have."""
        self._tokens += 1
        body = {"command": command, "token": str(self._tokens), **({"params": parameters} if parameters else {})}
        data = json.dumps(body).encode()
        self._control.sendall(b"%d:%s," % (len(data), data))
        return str(self._tokens)

    def log(self) -> str:
        """Every SIP message that it sent and got, and what it said to them."""
        return self._log.read_text(errors="replace")

    def last_words(self) -> str:
        return "\n".join(self.log().splitlines()[-30:])

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join()
        self._control.close()

    def _start(self, folder: Path, control: int) -> "subprocess.Popen[bytes]":
        program = shutil.which("baresip")
        if program is None:
            pytest.skip("baresip is not installed: bin/haazir test installs it (Debian: apt-get install baresip-core)")
        modules = next(Path("/usr/lib").glob("**/baresip/modules"))
        wav.write(self.silence, pause(_SILENCE_S))
        settings = CONFIG.format(control=control, silence=self.silence, folder=folder, modules=modules)
        (folder / "config").write_text(settings)
        (folder / "accounts").touch()
        (folder / "contacts").touch()
        with self._log.open("wb") as log:
            return subprocess.Popen([program, "-s", "-f", str(folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _connected(self, port: int) -> socket.socket:
        until = time.monotonic() + 10
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port))
            except ConnectionRefusedError:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise PhoneFailed(f"baresip did not start:\n{self.last_words()}") from None
                time.sleep(0.05)

    def _listen(self) -> None:
        buffer, awake_until = b"", 0.0
        while True:
            told = bool(select.select([self._control], [], [], 0.01 if time.monotonic() < awake_until else 0.2)[0])
            if told:
                try:
                    data = self._control.recv(65536)
                except ConnectionResetError:
                    data = b""
                if not data:
                    return
                buffer = self._take(buffer + data)
            if self.dump.look() or told:
                awake_until = time.monotonic() + _AWAKE_S
            self.watch.changed()

    def _take(self, buffer: bytes) -> bytes:
        """The netstrings at the front; what is left."""
        while (match := re.match(rb"(\d+):", buffer)) and len(buffer) > match.end() + int(match[1]):
            end = match.end() + int(match[1])
            message = json.loads(buffer[match.end() : end])
            buffer = buffer[end + 1 :]
            if message.get("event"):
                self._happened(message)
            else:
                self._answers[message.get("token", "")] = message
        return buffer

"""Asterisk's manager interface, as far as the carrier needs it: actions out, events in, heard by a thread."""

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping

Event = Mapping[str, str]


class Control:
    """`heard` is called by the thread for every event."""

    def __init__(self, port: int, heard: Callable[[Event], None]) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=5.0)
        self._heard = heard
        self._socket.settimeout(None)
        self._thread = threading.Thread(target=self._listen, name="carrier")
        self._thread.start()
        self.do("Login", Username="tests", Secret="tests")

    def do(self, action: str, *variables: str, **fields: str) -> None:
        lines = [f"Action: {action}", *(f"{name}: {value}" for name, value in fields.items())]
        lines += [f"Variable: {variable}" for variable in variables]
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        with self._socket.makefile(encoding="utf-8", errors="replace") as lines:
            event: dict[str, str] = {}
            with contextlib.suppress(ConnectionResetError):
                for line in lines:
                    if name_and_value := line.strip():
                        name, _, value = name_and_value.partition(": ")
                        event[name] = value
                    else:
                        self._heard(event)
                        event = {}

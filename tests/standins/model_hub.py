"""A Hugging Face hub on loopback with one repository: lists it, gives ranges, and fails as it is told to."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType

REPO, REVISION = "maker/model", "0123456789abcdef0123456789abcdef01234567"


@dataclass
class ModelHub:
    files: Mapping[str, bytes]
    large: frozenset[str] = frozenset()
    """Files whose sha256 the list has; of the others it says only the size."""
    address: str = ""
    token: str = ""
    """Wanted, if not empty."""
    statuses: list[int] = field(default_factory=list)
    """Answers of the next requests for a file, instead of the file; 0 means the file."""
    cut: list[int] = field(default_factory=list)
    """The next requests for a file are broken off after so many bytes."""
    spoilt: int = 0
    """So many answers with other bytes of the same length."""
    ranges: bool = True
    listing: Callable[[list[dict[str, object]]], object] = lambda entries: entries
    pages: list[str] = field(default_factory=list)
    """Where the list of files goes on: of its next pages, each as a Link says it."""
    store: str = ""
    """Address of the server that the files lie on, if it is another."""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Of each request: path, Range, Authorization."""

    def listed(self) -> object:
        entries: list[dict[str, object]] = [{"type": "directory", "path": "sub", "oid": "1", "size": 0}]
        for path, content in self.files.items():
            lfs = {"lfs": {"oid": hashlib.sha256(content).hexdigest(), "size": len(content)}} if path in self.large else {}
            entries.append({"type": "file", "path": path, "oid": "2", "size": len(content), **lfs})
        return self.listing(entries)

    def ranges_asked(self) -> list[str]:
        return [range_ for path, range_, _ in self.asked if path.startswith("/stored/")]


class Door(BaseHTTPRequestHandler):
    hub: ModelHub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        self.hub.asked.append((path, self.headers.get("Range", ""), self.headers.get("Authorization", "")))
        if self.hub.token and self.headers.get("Authorization") != f"Bearer {self.hub.token}":
            self.say(401 if "Authorization" not in self.headers else 403)
        elif path == f"/api/models/{REPO}/tree/{REVISION}":
            more = {"Link": f'<{self.hub.pages.pop(0)}>; rel="next"'} if self.hub.pages else {}
            self.say(200, json.dumps(self.hub.listed()).encode(), more)
        elif path.startswith(prefix := f"/{REPO}/resolve/{REVISION}/"):
            self.say(302, headers={"Location": f"{self.hub.store}/stored/{path.removeprefix(prefix)}"})
        elif path.startswith("/stored/") and (name := path.removeprefix("/stored/")) in self.hub.files:
            self.give(self.hub.files[name])
        else:
            self.say(404)

    def give(self, content: bytes) -> None:
        if self.hub.statuses and (status := self.hub.statuses.pop(0)):
            return self.say(status)
        if self.hub.spoilt:
            self.hub.spoilt -= 1
            content = bytes(byte ^ 1 for byte in content)
        begin = int(self.headers.get("Range", "bytes=0-")[6:-1]) if self.hub.ranges else 0
        if begin >= len(content) and begin:
            return self.say(416)
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(content) - begin))
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        if self.hub.cut:
            self.wfile.write(content[begin : begin + self.hub.cut.pop(0)])
            self.close_connection = True
        else:
            self.wfile.write(content[begin:])

    def say(self, status: int, body: bytes = b"", headers: Mapping[str, str] = MappingProxyType({})) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(hub: ModelHub) -> Iterator[ModelHub]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("DoorOfHub", (Door,), {"hub": hub}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""A Hugging Face hub, or a mirror of one: what files a repository has, and what its refusals mean in plain words.

GET {hub}/api/models/{repo}/tree/{revision}        the files, with the sha256 of the large ones
GET {hub}/{repo}/resolve/{revision}/{path}         one of them; redirects to where it lies
"""

import time
from pathlib import PurePosixPath

import httpx
import msgspec

from core.checkpoints import Checkpoint, File
from core.settings import SecretMissing, Settings

TOKEN = "hub_token"
"""Name of the secret."""
ATTEMPTS = 5
PAUSE_S = 1.0
"""After the first attempt that failed for a reason that passes; doubled after each further one."""
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)


class FetchError(RuntimeError):
    """A checkpoint could not be fetched; the message says why and what to do."""


class _Large(msgspec.Struct, frozen=True):
    oid: str
    """The sha256 of the file."""


class _Entry(msgspec.Struct, frozen=True):
    type: str
    path: str
    size: int = 0
    lfs: _Large | None = None


class Hub:
    """One hub, for as long as a command runs. A context manager: it holds connections."""

    def __init__(self, settings: Settings, pause_s: float = PAUSE_S) -> None:
        self.address = settings.models.hub.rstrip("/")
        self.pause_s = pause_s
        self._secret_path = settings.home / "secrets" / TOKEN
        try:
            token = settings.secret(TOKEN)
        except SecretMissing:
            token = ""
        self.has_token = bool(token)
        # As the file is, or a Range would count other bytes. httpx keeps the token from other hosts when it is sent there.
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self.client = httpx.Client(headers=headers, follow_redirects=True, timeout=_TIMEOUT)

    def __enter__(self) -> "Hub":
        return self

    def __exit__(self, *raised: object) -> None:
        self.client.close()

    def files(self, checkpoint: Checkpoint) -> list[File]:
        """All files of the checkpoint's repository at its revision. FetchError."""
        url: str | None = f"{self.address}/api/models/{checkpoint.repo}/tree/{checkpoint.revision}?recursive=true"
        entries: list[_Entry] = []
        while url is not None:
            answer = self._page(url, checkpoint)
            try:
                entries += msgspec.json.decode(answer.content, type=list[_Entry])
            except msgspec.DecodeError as error:
                raise FetchError(f"{self.address} does not answer as a hub does ({error}): see hub in [models]") from error
            url = self._next(answer)
        return [
            File(path=_safe(entry.path), bytes=entry.size, sha256=entry.lfs.oid if entry.lfs else "")
            for entry in entries
            if entry.type == "file"
        ]

    def url(self, checkpoint: Checkpoint, path: str) -> str:
        return f"{self.address}/{checkpoint.repo}/resolve/{checkpoint.revision}/{path}"

    def wait(self, failures: int) -> None:
        """After so many failures in a row, before the next attempt."""
        time.sleep(self.pause_s * 2 ** (failures - 1))

    def _next(self, answer: httpx.Response) -> str | None:
        """The page after this one. FetchError if it lies elsewhere: our token would go there with us."""
        if (link := answer.links.get("next", {}).get("url")) is None:
            return None
        here = httpx.URL(f"{self.address}/")
        there = here.join(link)
        if (there.scheme, there.host, there.port) != (here.scheme, here.host, here.port):
            raise FetchError(
                f"{self.address} goes on at {there.host}, which is another hub: name the one you mean as hub in [models]"
            )
        return str(there)

    def _page(self, url: str, checkpoint: Checkpoint) -> httpx.Response:
        for failures in range(1, ATTEMPTS + 1):
            try:
                answer = self.client.get(url)
            except httpx.TransportError as error:
                failed = self.unreachable(error)
            else:
                if answer.is_success:
                    return answer
                failed = self.refusal(answer, checkpoint)
                if answer.status_code not in PASSING:
                    break
            if failures < ATTEMPTS:
                self.wait(failures)
        raise failed

    def unreachable(self, error: httpx.TransportError) -> FetchError:
        return FetchError(
            f"{self.address} can't be reached ({error or type(error).__name__}). What has come stays: run it again to go on."
            " Without a way out: --from a folder, or a mirror as [models] hub"
        )

    def refusal(self, answer: httpx.Response, checkpoint: Checkpoint) -> FetchError:
        """What a status that is no success means for whoever asked for this checkpoint."""
        name, page = checkpoint.name, f"{self.address}/{checkpoint.repo}"
        match answer.status_code:
            case 401 if self.has_token:
                said = f"the hub does not know the token in the secret {TOKEN} (401): make a new one in your account's settings"
            case 401:
                said = f"the hub wants to know who asks (401): {self.how_to_be_let_in(checkpoint)}"
            case 403:
                said = f"the hub knows you but does not let you have it (403): agree to its terms at {page}, as the token's owner"
            case 404:
                said = f"the hub has no {answer.request.url.path} (404): is [models] hub a whole mirror? See {page}"
            case status if status in PASSING:
                said = f"the hub is not well ({status}); what has come stays: run it again later to go on"
            case status:
                said = f"the hub answered {status} to {answer.request.url.path}"
        return FetchError(f"{name}: {said}")

    def how_to_be_let_in(self, checkpoint: Checkpoint) -> str:
        """The steps to a gated repository."""
        return (
            f"log in at {self.address}/{checkpoint.repo}, agree to its terms, make a token that may read,"
            f" and write it into {self._secret_path} (chmod 600)"
        )


def _safe(path: str) -> str:
    """A path of a repository, unless it would lie outside the checkpoint's folder."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts:
        raise FetchError(f"the hub names a file {path!r}, which would lie outside the checkpoint's folder: it is not fetched")
    return path

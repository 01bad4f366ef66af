"""The one way to a language model: per site a driver behind deadlines, a limit, one retry and a breaker.

    llm = llms.of(site)            None: the site has none
    async with aclosing(llm.stream(prompt)) as deltas: …

    breaker ── slot ── key ── [driver: first word by first_token_s] ── [words until timeout_s]
                               └─ failed before the first word: once more

The retry comes only while nothing was heard: words that were spoken can't be taken back.
"""

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Protocol, Self

from brain.llm import litellm_driver
from brain.llm.breaker import Breaker
from brain.llm.litellm_driver import Litellm
from brain.llm.llm import Delta, Llm, LlmFailed, Prompt, Used
from brain.llm.openai_compatible import OpenAiCompatible, client
from brain.metrics import LLM_FAILURES, LLM_FIRST_TOKEN, LLM_TOKENS
from core import sites
from core.db import DatabaseAway
from core.ids import SiteId
from core.public_address import Network
from core.vault import VaultError

log = logging.getLogger(__name__)

KEY_FRESH_S = 30.0
"""Seconds until a key that was changed in the vault is used."""
WORTH_ANOTHER_TRY = frozenset({"away", "cut off"})
"""A server that restarts, a kept connection that it had closed. Slow, limited and refused stay so."""


class Driver(Protocol):
    def stream(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        """LlmFailed. Knows no deadlines."""


Secret = Callable[[SiteId, str], Awaitable[str]]
"""(site, name) -> of the site's vault. KeyError if it has none of that name; VaultError; DatabaseAway."""


class Llms:
    """`async with Llms(secret) as llms`: what a process has of models. Breakers and slots live as long as it does."""

    def __init__(self, secret: Secret, allowed: Sequence[Network] = ()) -> None:
        """`allowed`: private networks that sites may reach (settings.network.private_hosts)."""
        self._secret = secret
        self._http = client(allowed)
        self._known: dict[tuple[SiteId, str], tuple[float, str]] = {}
        self._breakers: dict[tuple[SiteId, str], Breaker] = {}
        self._slots: dict[tuple[SiteId, int], asyncio.Semaphore] = {}
        self._warming: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        await self._http.close()

    async def warm(self) -> None:
        """Until what the sites so far need is imported: done behind a call it would take seconds of it."""
        if self._warming is not None:
            await asyncio.wait([self._warming])

    def of(self, site: sites.Site) -> Llm | None:
        """The site's model; None if it names none."""
        llm = site.llm
        if not llm.model:
            return None
        if not llm.base_url and self._warming is None:
            self._warming = asyncio.create_task(litellm_driver.warm())
        breaker = self._breakers.setdefault((site.site_id, llm.model), Breaker())
        slots = self._slots.setdefault((site.site_id, llm.at_once), asyncio.Semaphore(llm.at_once))

        async def driver() -> Driver:
            key = await self._key(site.site_id, llm.secret)
            return OpenAiCompatible(self._http, llm, key) if llm.base_url else Litellm(llm, key)

        return Door(site.site_id, llm, driver, breaker, slots)

    async def _key(self, site: SiteId, name: str) -> str:
        if not name:
            return ""
        at, key = self._known.get((site, name), (float("-inf"), ""))
        if time.monotonic() - at < KEY_FRESH_S:
            return key
        try:
            key = await self._secret(site, name)
        except (KeyError, VaultError) as error:
            raise LlmFailed("no key") from error
        except DatabaseAway as error:
            if not key:
                raise LlmFailed("no key", "the database is away") from error
        self._known[site, name] = time.monotonic(), key
        return key


class Door:
    """One site's way to its model (Llm)."""

    def __init__(
        self, site: SiteId, llm: sites.Llm, driver: Callable[[], Awaitable[Driver]], breaker: Breaker, slots: asyncio.Semaphore
    ) -> None:
        """`driver` may raise LlmFailed: it looks the key up."""
        self._site = site
        self._llm = llm
        self._driver = driver
        self._breaker = breaker
        self._slots = slots

    @property
    def model(self) -> str:
        return self._llm.model

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        clock = asyncio.get_running_loop().time
        began = clock()
        if not self._breaker.allows(began):
            LLM_FAILURES.labels("resting").inc()
            raise LlmFailed("resting")
        all_by = began + self._llm.timeout_s
        first_by = min(began + self._llm.first_token_s, all_by)
        learnt = self._breaker.dropped
        try:
            async with self._slot(first_by), aclosing(self._tries(prompt, first_by, all_by)) as deltas:
                async for delta in deltas:
                    if learnt != self._breaker.worked:
                        learnt = self._breaker.worked
                        LLM_FIRST_TOKEN.observe(clock() - began)
                    _count(delta)
                    yield delta
        except LlmFailed as error:
            LLM_FAILURES.labels(error.why).inc()
            log.warning("! the model gave no answer, or broke off", extra={"site": self._site, "why": error})
            if error.why != "busy":
                learnt = functools.partial(self._breaker.failed, clock(), error.rest_s)
            raise
        finally:
            learnt()

    @contextlib.asynccontextmanager
    async def _slot(self, by: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout_at(by):
                await self._slots.acquire()
        except TimeoutError as error:
            raise LlmFailed("busy") from error
        try:
            yield
        finally:
            self._slots.release()

    async def _tries(self, prompt: Prompt, first_by: float, all_by: float) -> AsyncGenerator[Delta, None]:
        begun = again = False
        while True:
            try:
                async with aclosing(self._in_time(prompt, first_by, all_by)) as deltas:
                    async for delta in deltas:
                        begun = True
                        yield delta
                return
            except LlmFailed as error:
                if begun or again or error.why not in WORTH_ANOTHER_TRY:
                    raise
                again = True

    async def _in_time(self, prompt: Prompt, first_by: float, all_by: float) -> AsyncGenerator[Delta, None]:
        by = first_by
        try:
            async with asyncio.timeout_at(by):
                driver = await self._driver()
            async with aclosing(driver.stream(prompt)) as deltas:
                while True:
                    async with asyncio.timeout_at(by):  # around the wait alone: what the reader does with a word is not counted
                        delta = await anext(deltas, None)
                    if delta is None:
                        return
                    by = all_by
                    yield delta
        except TimeoutError as error:
            raise LlmFailed("slow") from error


def _count(delta: Delta) -> None:
    if isinstance(delta, Used):
        LLM_TOKENS.labels("in").inc(delta.tokens_in)
        LLM_TOKENS.labels("out").inc(delta.tokens_out)

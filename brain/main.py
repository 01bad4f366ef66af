"""The brain's process: `python -m brain.main`. Serves settings.socket("brain"): ToBrain in, FromBrain out.

One connection is one conversation: it opens with OpenConversation, and its end ends the conversation here.
"""

import asyncio
import functools
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

from brain import abilities, dialogue, handover, instant
from brain.calibration import Calibrations
from brain.dialogue import Mind
from brain.gaps import Gaps
from brain.gender import is_male, said_by_a_man
from brain.knowledge.embed import MiniLM
from brain.knowledge.embedders import Embedders
from brain.knowledge.embedding_process import EmbeddingProcess
from brain.knowledge.library import Library, NoSuchSite
from brain.knowledge.offline import Offline
from brain.lanes import Lanes
from brain.llm.door import Llms, Secret
from brain.metrics import CONVERSATIONS
from brain.notebook import Notebook
from brain.outbound import conversation as outbound
from brain.outbound.conversation import CallOut
from brain.recap import for_person
from brain.session import Answer, Session
from brain.tools.job import Publisher
from brain.tools.toolbox import Toolbox
from brain.tools.workshop import open_toolbox
from brain.turn import Asked, CannotAnswer, Meanwhile, Memory, Piece, Say
from brain.wording import HOLD_CHAT, spoken_in
from core import commands as msg
from core.bus import Link, serve
from core.contacts import Contacts
from core.db import Database, DatabaseAway
from core.ids import SiteId
from core.outbox import Outbox
from core.process import run, stop_signal
from core.public_address import networks
from core.settings import Settings
from core.sites import Language, Site
from core.telemetry import serve_status
from core.vault import Vault
from mirror.elsewhere import elsewhere

log = logging.getLogger(__name__)


class Brain:
    """What all conversations share: the library, the tools, the models, the notebook, the gaps."""

    def __init__(
        self,
        settings: Settings,
        library: Library,
        tools: Toolbox,
        llms: Llms,
        notebook: Notebook,
        gaps: Gaps,
        calibrations: Calibrations,
        events: Publisher,
    ) -> None:
        self._settings = settings
        self._library = library
        self._tools = tools
        self._llms = llms
        self._notebook = notebook
        self._gaps = gaps
        self._calibrations = calibrations
        self._events = events
        self._lanes = Lanes()
        self._conversations: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """End what is still open, so that the notebook has it all."""
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def converse(self, link: Link[msg.ToBrain]) -> None:
        """One connection, first message to last."""
        opened = await link.receive()
        if not isinstance(opened, msg.OpenConversation):
            log.warning("! a connection did not open with OpenConversation", extra={"what": type(opened).__name__})
            return
        missed = functools.partial(self._gaps.missed, opened.site_id, opened.call_id)
        answer, sum_up = self._answer_for(opened, lambda: talk.memory), functools.partial(self._sum_up, opened)
        talk = Session(link, opened, answer, self._notebook, self._lanes, missed, sum_up)
        session = asyncio.create_task(talk.run())
        self._conversations.add(session)
        session.add_done_callback(self._conversations.discard)
        with CONVERSATIONS.track_inprogress():
            await asyncio.wait([session])  # not `await session`: at the end of the process it is cancelled, and that is no error
        if (came_to := outbound.result(opened, talk.memory)) is not None:
            self._events.publish(came_to)
        if not session.cancelled():
            session.result()

    def _answer_for(self, opened: msg.OpenConversation, known: Callable[[], Memory]) -> Answer:
        if self._settings.engines.brain == "instant":
            return instant.answer
        return functools.partial(self._answer, opened, known)

    async def _answer(
        self, opened: msg.OpenConversation, known: Callable[[], Memory], asked: Asked, memory: Memory
    ) -> AsyncIterator[Piece]:
        """Each turn meets the site as it is now: a change is live on the next turn. CannotAnswer."""
        try:
            loaded = await self._library.site(opened.site_id)
        except (NoSuchSite, DatabaseAway) as error:
            raise CannotAnswer(f"site {opened.site_id} can't be loaded: {type(error).__name__}") from error
        tools = await self._tools.of(opened.site_id, loaded.row.tools)
        site = loaded.row.site
        odds = await self._calibrations.of(site.site_id, site.embedding.model)
        questions = loaded.snapshot.questions(asked.language, abilities.EXAMPLES) if loaded.snapshot is not None else []
        llm = self._llms.of(site)
        heard, patience = self._settings.engines.confidence, site.handover.misunderstood
        mind = Mind(site, tools, self._library, heard, patience, llm, odds, {asked.language: questions})
        if asked.channel == "chat":
            yield _meanwhile(site, asked.language)
        male = is_male(site.voice)
        if opened.purpose is not None:
            pieces = outbound.answer(asked, memory, mind, CallOut(opened.purpose, self._events, known))
        elif outbound.wants_no_calls_any_more(asked):
            pieces = outbound.no_calls(asked, memory, site, self._events)
        else:
            pieces = dialogue.answer(asked, memory, mind)
        async for piece in pieces:
            yield replace(piece, text=said_by_a_man(piece.text)) if male and isinstance(piece, Say) else piece

    async def _sum_up(self, opened: msg.OpenConversation, memory: Memory) -> str:
        """For a person whom somebody outside brings the caller to. Empty: the site can't be read just now."""
        try:
            site = (await self._library.site(opened.site_id)).row.site
        except (NoSuchSite, DatabaseAway):
            return ""
        llm, extracted = self._llms.of(site), for_person(memory, site.operators_language)
        asked = Asked("", memory.language, 1.0, caller=opened.caller)
        return extracted if llm is None else await handover.summary(site, asked, memory, llm, extracted)


def _meanwhile(site: Site, language: Language) -> Meanwhile:
    """The site's own words, or ours."""
    own = {of: phrases.hold_chat[0] for of, phrases in site.phrases.items() if phrases.hold_chat}
    text, language = spoken_in(own or HOLD_CHAT, language)
    return Meanwhile(site.patience.hold_line, text, language)


def _secrets_of(database: Database, vault: Vault) -> Secret:
    """Secrets of sites, by site and name."""

    async def secret(site: SiteId, name: str) -> str:
        async with database.as_site(site) as rows:
            return await vault.get(rows, site, name)

    return secret


async def _load_sites(library: Library, llms: Llms, missing: list[str]) -> None:
    """Until the database has been reached once, the brain is not ready; after that it may go away again."""
    while missing:
        try:
            for site in await library.preload():
                llms.of(site)  # a model that takes seconds to import is imported now
            await llms.warm()
            missing.clear()
        except DatabaseAway:
            await asyncio.sleep(0.5)


async def work(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. OSError if the status port is taken, FileNotFoundError if the model is missing."""
    stop = stop_signal()
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its addresses hold order numbers
    async with AsyncExitStack() as stack:
        beside = EmbeddingProcess()
        beside.start()
        model = MiniLM()
        model.embed(["the first question must not pay for warming up"])
        database = await stack.enter_async_context(Database(settings))
        vault = Vault.of(settings)
        allowed = networks(settings.network.private_hosts)
        embedders = Embedders(Offline(model, beside), vault, allowed)
        machine_a = await stack.enter_async_context(elsewhere(database, vault))
        library = await stack.enter_async_context(Library(database, embedders, settings.calls.site_cache_s, machine_a))
        outbox = await stack.enter_async_context(Outbox(settings, "brain"))
        toolbox = await stack.enter_async_context(open_toolbox(settings, database, outbox))
        llms = await stack.enter_async_context(Llms(_secrets_of(database, vault), allowed))
        gaps = await stack.enter_async_context(Gaps(database, library))
        notebook = await stack.enter_async_context(Notebook(database, Contacts.of(settings)))
        brain = Brain(settings, library, toolbox, llms, notebook, gaps, Calibrations(database), outbox)
        stack.push_async_callback(brain.close)
        await stack.enter_async_context(serve(settings.socket("brain"), msg.ToBrain, brain.converse))
        missing = ["the database"] if settings.engines.brain == "knowledge" else []
        status = await serve_status(settings.metrics_address("brain"), lambda: missing[0] if missing else None)
        stack.push_async_callback(status.cleanup)
        listening = asyncio.create_task(library.listen(settings))
        stack.callback(listening.cancel)
        loading = asyncio.create_task(_load_sites(library, llms, missing))
        stack.callback(loading.cancel)
        log.info("= brain is ready", extra={"engine": settings.engines.brain})
        await stop.wait()


if __name__ == "__main__":
    sys.exit(run("the brain", work))

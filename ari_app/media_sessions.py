"""What a call has of media servers: one session after another, each with a leg of its own in Asterisk.

A session that is lost in mid-call is replaced by the next; what the old one may still say is not heard any more.
"""

from collections.abc import Awaitable, Callable

import msgspec

from ari_app.books import Caller, CallRecord
from ari_app.call.happenings import Happening, LegMade, MediaGone
from ari_app.call.routing import codec_for
from ari_app.doors import Doors
from ari_app.media_link import MediaLink
from core.commands import AdoptMedia, FirstWords, FromMedia, MediaOpened, OpenMedia, ToMedia
from core.ids import media_channel_id
from core.sites import Site

ANSWER_S = 0.5
"""A media server refuses so long before we would give up: people are told why, and the next one can be asked."""


class MediaSessions:
    """Of one call. What begins or ends a session is an awaitable that raises AriError; it lasts as long as the session."""

    def __init__(self, doors: Doors, caller: Caller, record: CallRecord, say: Callable[[Happening], None]) -> None:
        self._doors = doors
        self._record = record
        self._say = say
        self.caller = caller
        self._number = record.entry.session if record.entry else 1
        self._link = self._next_link()
        self.speechless = False
        """The agent can't say anything any more."""

    @property
    def leg(self) -> str:
        """The channel of the session that the call has now."""
        return media_channel_id(self.caller.call_id, self._number)

    def send(self, message: ToMedia) -> None:
        self._link.send(message)

    def reserve(self, site: Site, *, announce: bool) -> Awaitable[None]:
        """The first session, or another if people send the caller back to the agent."""
        if self._link.closed:
            self._number += 1
            self._link = self._next_link()
        return self._open(self._opening(site, announce))

    def resume(self) -> Awaitable[None]:
        """The session that an earlier life of ours had."""
        where = self._record.entry.media if self._record.entry else ""
        return self._link.adopt(AdoptMedia(call_id=self.caller.call_id), where)

    def replace(self, site: Site, first: FirstWords) -> tuple[Awaitable[None], Awaitable[None]]:
        """The end of one that is lost, and the next, which says `first`."""
        lost = self._drop(self._link, self.leg)
        self.speechless = True
        self._number += 1
        self._link = self._next_link()
        return lost, self._open(msgspec.structs.replace(self._opening(site, announce=False), first=first))

    async def make_leg(self, host: str) -> None:
        """AriError."""
        address, port = await self._doors.ari.external_media(self.leg, host, codec_for(self.caller.native))
        self._say(LegMade(address, port))

    async def close(self, reason: str) -> None:
        """Again costs nothing."""
        await self._link.close(reason)

    def _next_link(self) -> MediaLink:
        number = self._number

        def hear(message: FromMedia | MediaGone) -> None:
            if number == self._number:
                self.speechless &= not isinstance(message, MediaOpened)
                self._say(message)

        return MediaLink(self._doors.media, self._doors.limits.media_open, hear)

    async def _open(self, opening: OpenMedia) -> None:
        """Not if we slept and another ari-app is in control by now: it has the call, and its journal."""
        link = self._link
        await self._doors.ari.permitted()
        await link.open(opening, self._chosen)

    def _chosen(self, server: str) -> None:
        self._record.media(server, self._number)

    async def _drop(self, link: MediaLink, leg: str) -> None:
        try:
            await self._doors.ari.hang_up(leg)
        finally:
            await link.close("replaced")

    def _opening(self, site: Site, announce: bool) -> OpenMedia:
        caller, limits, entry = self.caller, self._doors.limits, self._record.entry
        rings = caller.purpose is None and not (entry and entry.answered)
        return OpenMedia(
            call_id=caller.call_id, site=site, codec=codec_for(caller.native), caller=caller.number, called=caller.called,
            announce=announce, session=self._number, purpose=caller.purpose, screen=caller.purpose is not None,
            patience_s=(limits.media_ringing if rings else limits.media_open) - ANSWER_S,
        )  # fmt: skip

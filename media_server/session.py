"""One call's conversation: wires ear, recogniser, turn machine, brain, voice and mouth, and decides nothing itself.

    RTP ─> Ear ─> recogniser ─┐                       ┌─> brain ─> sentences ─> voice ─┐
              └─> VAD ────────┴─> turn machine (step) ┴─> phrases ─────────────────────┴─> Mouth ─> RTP

One task group; it ends when the call does, or when it fails, and then nothing of it is left.
"""

import asyncio
import logging
import time
from dataclasses import dataclass

from core import commands as msg
from core import speech
from core.audio import CODECS
from core.bus import Link, PeerGone
from core.drive import Inbox, drive
from core.events import AnyEvent, MediaReported
from core.machine import Tick
from core.outbox import Outbox
from core.settings import Settings
from core.sites import Language
from media_server import metrics
from media_server.brain_link import BrainLink
from media_server.ear import Ear
from media_server.ledger import Ledger
from media_server.mouth import Began, Ended, Mouth, RanDry, SaidWhole
from media_server.neighbour import Neighbour
from media_server.phrasebook import Phrasebook
from media_server.rtp.outgoing import Outgoing
from media_server.rtp.pacing import Pacer
from media_server.rtp.udp import RtpSocket
from media_server.screening.script import script_of
from media_server.screening.tones import Tones
from media_server.turn import state as turn
from media_server.turn.machine import step
from media_server.vad.silero import Silero

log = logging.getLogger(__name__)

DEAD_LINE = 30.0
"""Seconds without a controller, and without a packet, after which nobody is there any more."""

TURNS_APART = 1000
"""Between the turns of a call's first session and those of the next, which can't know how many there were."""


class NeighbourAway(Exception):
    """A process that the call needs is not there: the call is refused, and goes to people."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all calls of this process share."""

    settings: Settings
    silero: Silero
    pacer: Pacer
    phrasebook: Phrasebook
    outbox: Outbox


class Session:
    def __init__(self, opening: msg.OpenMedia, control: Link[msg.ToMedia], shared: Shared) -> None:
        settings, site, codec = shared.settings, opening.site, CODECS[opening.codec]
        self.call_id = opening.call_id
        self._site = site
        self._shared = shared
        self.controller: Link[msg.ToMedia] | None = control
        self._alone_since = 0.0  # loop seconds
        self._overheard_since: float | None = None
        """When a secret was asked for that nobody paused the recording for."""
        self._unsent: list[msg.FromMedia] = []
        """What a controller that is away has still to be told."""
        self._inbox: Inbox[turn.TurnEvent] = Inbox()
        then: turn.Then = "hang_up" if opening.announce else "listen"
        before = TURNS_APART * (opening.session - 1)
        self._turn = turn.Turn(
            patience=site.patience, language=site.language, operator=site.operator, then=then, first=opening.first, number=before,
            script=script_of(opening),
        )  # fmt: skip
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        self.socket = RtpSocket(settings.media.bind)
        self._outgoing = Outgoing(codec, shared.pacer)
        self._rate = codec.rate
        self._open_to_calls = False
        self._patience_s = opening.patience_s
        self._connected = False
        self.ear = Ear(codec, shared.silero.listen(), settings.media, self._hear, self._inbox.put)
        self._mouth = Mouth(self._outgoing, self._speak)
        self._ledger = Ledger(opening.call_id, site.site_id, turns=before)
        self._voice_failures = 0
        self._holds = 0

        self._meet_neighbours(opening)

    def _meet_neighbours(self, opening: msg.OpenMedia) -> None:
        """Recogniser, voice and brain: one connection each, for this call."""
        settings, site = self._shared.settings, self._site
        hearing = speech.OpenHearing(call_id=opening.call_id, site_id=site.site_id, languages=site.languages)
        speaking = speech.OpenSpeaking(call_id=opening.call_id, voice=site.voice, rate=self._rate, site_id=site.site_id)
        self._hearing = Neighbour(
            "stt-worker", settings.socket("stt-worker"), speech.FromStt, hearing, speech.HearingOpened,
            self._on_hearing, lambda: self._inbox.put(turn.HearingLost()), on_ready=self._expect,
        )  # fmt: skip
        self._voice = Neighbour(
            "tts-worker", settings.socket("tts-worker"), speech.FromTts, speaking, speech.SpeakingOpened,
            self._on_voice, lambda: None, on_ready=lambda: self._mouth.ask_again(self._now()),
        )  # fmt: skip
        self._brain = BrainLink(opening, settings.socket("brain"), self._mouth, self._ledger, self._inbox.put)

    # ── life ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    async def run(self) -> None:
        """The whole call. NeighbourAway if it can't begin; any other error is a bug and ends this call only."""
        neighbours = (self._hearing, self._voice, self._brain.neighbour)
        try:
            async with asyncio.TaskGroup() as tasks:
                helpers = [tasks.create_task(neighbour.run()) for neighbour in neighbours]
                helpers.append(tasks.create_task(self._break()))
                await self._open(neighbours)
                await drive(self._turn, step, self._inbox, self._perform, self._observe)
                for helper in helpers:
                    helper.cancel()
        finally:
            self._close()

    async def _open(self, neighbours: tuple[Neighbour, ...]) -> None:
        try:
            async with asyncio.timeout(self._patience_s):
                for neighbour in neighbours:
                    await neighbour.ready.wait()
        except TimeoutError:
            raise NeighbourAway(" ".join(one.name for one in neighbours if not one.ready.is_set()) + " is away") from None
        voice: speech.SpeakingOpened = self._voice.answer
        await self._shared.phrasebook.prepare(self._site, self._rate, voice.lexicon, voice.revision)
        self._open_to_calls = True
        self.tell(msg.MediaOpened(host=self.socket.host, port=self.socket.port))

    def _close(self) -> None:
        try:
            self._write_down_the_end()
        finally:
            self._shared.silero.forget(self.ear.listener)
            self._outgoing.close()
            self.socket.close()
            if self._open_to_calls:
                self.tell(msg.MediaClosed(reason="closed"))

    def _write_down_the_end(self) -> None:
        for ended in self._mouth.drop():
            self._ended(ended)
        self._ledger.closed(self._now())
        self._publish(*self._ledger.facts())
        if self._connected:
            out = self._outgoing
            report = self.ear.receiver.report(sent=out.sent, underruns=out.underruns, pacing_p99_ms=out.pacing_p99_ms)
            self._publish(MediaReported(call_id=self.call_id, site_id=self._site.site_id, at=time.time(), rtp=report))

    async def _break(self) -> None:
        await self._broken

    def fail(self, error: Exception) -> None:
        """Something done for this call from outside failed: end it with that error. Too late is no harm."""
        if not self._broken.done():
            self._broken.set_exception(error)

    # ── the controller ───────────────────────────────────────────────────────────────────────────────────────────────
    def control(self, message: msg.ToMedia) -> None:
        """What ari-app asks of a call that is open."""
        match message:
            case msg.ConnectMedia(host=host, port=port) if not self._connected:
                self.socket.connect(host, port)
                self._outgoing.connect(self.socket.fileno())
                self._connected = True
            case msg.Answered() if self._turn.phase is not turn.Phase.RINGING:
                pass  # a controller that came back can't know that we have heard it
            case msg.Answered(at=at):
                now = self._now()
                self._ledger.answered(now - max(0.0, time.time() - at), at)
                self._inbox.put(turn.CallAnswered())
            case msg.Digit() | msg.Hold() | msg.Unhold() | msg.Say() | msg.AnnounceTransfer() | msg.StandBy() | msg.ComeBack():
                self._inbox.put(message)
            case msg.CloseMedia():
                self._inbox.put(turn.Closed())
            case msg.OpenMedia() | msg.AdoptMedia() | msg.ConnectMedia() | msg.ProbeMedia() | msg.DrainMedia():
                log.warning("! unexpected control message", extra={"call": self.call_id, "got": type(message).__name__})

    def adopt(self, control: Link[msg.ToMedia]) -> None:
        """A controller came back."""
        self.controller = control
        self.tell(msg.MediaOpened(host=self.socket.host, port=self.socket.port))
        if (since := self._overheard_since) is not None:
            self._overheard_since = None
            self.tell(msg.SecretAwaited(on=True, overheard_s=self._now() - since))
        self.tell(msg.SecretAwaited(on=self._turn.secret))  # one that died may have heard of it and done nothing
        unsent, self._unsent = self._unsent, []
        for message in unsent:
            if not isinstance(message, msg.SecretAwaited):
                self.tell(message)

    def orphan(self, control: Link[msg.ToMedia]) -> None:
        """The controller is gone; the conversation goes on."""
        if self.controller is control:
            self.controller, self._alone_since = None, self._now()

    def tell(self, message: msg.FromMedia) -> None:
        """Now, or when there is a controller again."""
        try:
            if self.controller is None:
                raise PeerGone("no controller")
            self.controller.send(message)
        except PeerGone:
            self._unsent.append(message)

    # ── sound: every 20 ms ───────────────────────────────────────────────────────────────────────────────────────────
    def tick(self, now: float) -> None:
        if self.controller is None and now - max(self.ear.last_packet or 0.0, self._alone_since) > DEAD_LINE:
            self._inbox.put(turn.Closed())
        if not self._connected:
            return
        for data, came in self.socket.drain():
            self.ear.datagram(data, came)
        sent = self._outgoing.tick(now)
        self.ear.tick(now, sent.reference)
        for news in self._mouth.told(sent.events):
            match news:
                case Began(reply=reply, at=at):
                    self._began(reply, at)
                case SaidWhole(reply=reply):
                    self._inbox.put(turn.SaidWhole(reply))
                case RanDry(reply=reply):
                    self._inbox.put(turn.RanDry(reply))
                case Ended():
                    self._ended(news)
                    self._inbox.put(turn.Drained(news.reply))
        if self._mouth.stalled(now):
            self._voice_lost(now)

    def _began(self, reply: int, at: float) -> None:
        self._ledger.sounded(reply, at)
        self._inbox.put(turn.SoundStarted(reply))
        self._publish(*self._brain.tools_used(reply), *self._ledger.facts())

    def _ended(self, ended: Ended) -> None:
        self._ledger.said(ended.reply, ended.text, self._now(), interrupted=ended.interrupted)
        self._publish(*self._brain.tools_used(ended.reply), *self._ledger.facts())
        self._brain.heard(ended)

    # ── the neighbours ───────────────────────────────────────────────────────────────────────────────────────────────
    def _hear(self, audio: speech.Audio) -> None:
        self._hearing.send(audio)

    def _on_hearing(self, message: speech.FromStt) -> None:
        match message:
            case speech.Final():
                self._ledger.understood(self._now())
                self._inbox.put(message)
            case speech.Partial():
                self._inbox.put(message)
            case speech.HearingFailed(full=True) if not self._open_to_calls:
                self.fail(NeighbourAway("stt-worker is full"))  # at once: the caller would wait for nothing
            case speech.HearingFailed():  # one fault, told once: by the end of this connection
                raise PeerGone("the recogniser failed")

    def _expect(self) -> None:
        """Tell the recogniser what our question may be answered with."""
        self._hearing.send(speech.Expect(phrases=self._turn.reply_words))

    def _speak(self, sentence: speech.Speak) -> None:
        self._voice.send(sentence)  # a voice that is away is asked again when it is back

    def _on_voice(self, message: speech.FromTts) -> None:
        match message:
            case speech.Sound(reply=reply):
                if self._mouth.sound(message):
                    self._ledger.mark(reply, "tts_first_audio", self._now())
            case speech.SpeakingFailed():
                self._voice_lost(self._now())

    def _voice_lost(self, now: float) -> None:
        """Once: the sentence is asked for again. Twice in a call: the machine is told."""
        self._voice_failures += 1
        if self._voice_failures == 1:
            self._mouth.ask_again(now)
        else:
            self._mouth.give_up()
            self._inbox.put(turn.SpeakingLost())

    # ── what the turn machine wants done ─────────────────────────────────────────────────────────────────────────────
    def _perform(self, action: turn.TurnAction) -> None:  # noqa: C901 (one table)
        match action:
            case speech.Flush() | speech.EndUtterance():
                self._hearing.send(action)
            case turn.AskBrain(ask=ask, reply=reply):
                self._forget_unheard()
                self._brain.ask(ask, reply)
            case msg.Commit():
                self._brain.commit(action)
            case msg.SumUp():
                self._brain.neighbour.send(action)
            case turn.CancelAnswer(turn=number):
                self._brain.cancel(number)
                self._forget_unheard()
            case turn.OpenGate(reply=reply):
                self._mouth.open_gate(reply)
            case turn.PlayPhrase(phrase=phrase, reply=reply):
                self._play(phrase, reply)
            case turn.PlayText(text=text, language=language, reply=reply):
                self._say("said", reply, text, language or self._turn.language)
            case turn.Duck():
                self._outgoing.duck()
            case turn.Unduck():
                self._outgoing.unduck()
            case turn.PauseSound():
                self._outgoing.pause()
            case turn.ResumeSound():
                self._outgoing.resume()
            case turn.DropSound():
                for ended in self._mouth.drop():
                    self._voice.send(speech.CancelReply(reply=ended.reply))
                    self._ended(ended)
            case msg.AnsweredBy() | msg.PressKeys():
                self.tell(action)
            case turn.HangUp(reason=reason):
                self.tell(msg.HangUpRequested(reason=reason))
            case turn.Transfer(destination=destination, reason=why, summary=summary):
                language = self._turn.language
                self.tell(msg.TransferRequested(destination=destination, reason=why, summary=summary, language=language))

    def _observe(self, before: turn.Turn, event: turn.TurnEvent | Tick, after: turn.Turn) -> None:
        self._turn = after
        if isinstance(event, turn.SpeechStopped):
            self._ledger.paused(event.at)
        elif isinstance(event, msg.Digit):  # the last key is to a number what the last sound is to a sentence
            self._ledger.paused(self._now())
            self.ear.key_pressed(self._now())
        self.ear.heed(after.heard)
        if after.reply_words != before.reply_words:
            self._expect()
        if (before.screening is None) is not (after.screening is None):
            self.ear.tones = None if after.screening is None else Tones()
        if after.secret is not before.secret:
            if after.secret and self.controller is None and self._overheard_since is None:
                self._overheard_since = self._now()
            self.tell(msg.SecretAwaited(on=after.secret))
        if before.phase is not after.phase:
            metrics.PHASES.labels(after.phase).inc()
            log.debug("= %s", after.phase, extra={"call": self.call_id})

    def _forget_unheard(self) -> None:
        """What the brain said and nobody has heard is not wanted any more."""
        for reply in self._mouth.forget_unheard():
            self._voice.send(speech.CancelReply(reply=reply))
        self._brain.forget_unheard()

    def _play(self, phrase: turn.PhraseName, reply: int) -> None:
        language = self._turn.language
        if phrase == "hold":
            if self._mouth.sounding:  # the answer was quicker, by a frame
                return
            self._holds += 1
        text, pcm = self._shared.phrasebook.get(self._site, language, phrase, self._rate, self._holds)
        if pcm is None:
            self._say(phrase, reply, text, language)
        else:
            self._ledger.phrase(reply, phrase, language)
            self._mouth.play(reply, text, language, pcm, self._now())

    def _say(self, source: str, reply: int, text: str, language: Language) -> None:
        self._ledger.phrase(reply, source, language)
        self._mouth.say(reply, 0, text, language, self._now())
        self._mouth.complete(reply)
        self._mouth.open_gate(reply)

    def _publish(self, *facts: AnyEvent) -> None:
        for fact in facts:
            self._shared.outbox.publish(fact)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

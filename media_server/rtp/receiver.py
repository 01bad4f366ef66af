"""RTP in, frames of 20 ms at 16 kHz out: what the caller said, sample by sample, and the keys pressed. ◆

    datagram ──parse──> Reorder ──> place on the call's clock ──> conceal gaps ──> 16 kHz ──> Frame, Frame, …

Frames have no holes: whatever is lost, late, out of order or not sent, there is one for each 20 ms from the first packet on.
Timestamps say where sound belongs, sequence numbers only whether a hole is loss or silence, and Asterisk hides even that when it
transcodes (facts/asterisk.md 1.3): a short hole is always concealed.
"""

from dataclasses import dataclass

import numpy as np

from core.audio import FRAME, FRAME_S, RATE, Codec, Pcm
from core.events import RtpReport
from core.resample import Resampler
from core.rtp import COMFORT_NOISE, TELEPHONE_EVENT, RtpPacket, TelephoneEvent, timestamp_ahead
from media_server.rtp.conceal import MUTE_S, Concealer
from media_server.rtp.dtmf import Keypad, KeyPressed
from media_server.rtp.jitter import Released, Reorder, Verdicts
from media_server.rtp.quality import Jitter, mos

STARVED_S = 0.060, 0.200
"""With nothing coming, time goes on by itself after so long: the lower bound on a quiet line, up to the other with its jitter."""
DOUBT_S = 0.200
"""So long nothing coming may be loss: frames say `concealed`. After that the sender is silent."""
SLACK_S = 0.200
"""A timestamp may run ahead of the time that has passed by so much; more is a jump: the sender changed its clock."""
HOLE_S = 5.0
"""Longest hole that is filled at once. With a pull every tick there is none such."""
KEY_S = 0.300
"""How far the controller's word of a key and the hole its packets left may be apart."""
CATCH_UP = 5
"""Frames made by one pull at most."""


@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms of the caller at 16 kHz."""

    start: int
    """First sample, on the call's clock; each frame starts where the one before ended."""
    pcm: Pcm
    concealed: bool
    """Some of it is invented: no proof of sound, nor of a pause."""


class Receiver:
    """The caller's half of one RTP leg. Time is `now` in seconds, of any one clock that does not jump."""

    def __init__(self, codec: Codec) -> None:
        self.verdicts = Verdicts()
        self.concealed = 0
        """Frames with invented sound."""
        self.resyncs = 0
        """Times the sender began anew (SSRC, sequence or timestamp jumped): what adapts to the line should start over too."""
        self._codec = codec
        self._reorder = Reorder(self.verdicts)
        self._jitter = Jitter(codec.rate)
        self._concealer = Concealer(codec.rate)
        self._resampler = Resampler(codec.rate, RATE)
        self._keypad = Keypad()
        self._silent = False
        """The sender said that it will send no sound for a while: comfort noise or a key."""
        self._key_at = -1.0
        """When the controller last told of a key…"""
        self._hole: tuple[float, int] = (-1.0, 0)
        """…and when packets were last found missing, and how many."""
        self._heard_at: float | None = None
        self._end = 0
        """Samples on the call's clock so far, at the codec's rate."""
        self._expected = 0
        """Where the next packet begins if nothing is missing."""
        self._timestamp = 0
        """RTP's name of `_expected`."""
        self._frames = 0
        self._rest: Pcm = np.zeros(0, np.int16)
        self._rest_concealed = False

    @property
    def deadline(self) -> float | None:
        """When a pull would bring something, if nothing is pushed before; None before the first packet."""
        if self._heard_at is None:
            return None
        starved = self._heard_at + self._patience + max(0, self._end - self._expected) / self._codec.rate + FRAME_S
        return min(starved, self._reorder.deadline or starved)

    def push(self, datagram: bytes, now: float) -> list[Frame | KeyPressed]:
        """What a datagram completes. Any bytes will do: what is not ours is counted as malformed."""
        packet = RtpPacket.parse(datagram)
        if packet is None or not self._is_ours(packet):
            self.verdicts.malformed += 1
            return []
        out: list[Frame | KeyPressed] = []
        lost = self.verdicts.lost
        for released in self._reorder.push(packet, now):
            self._take(released, out)
        self._missed(self.verdicts.lost - lost, now)
        return out

    def key_pressed(self, now: float) -> None:
        """The controller knows of a key. Asterisk keeps its RFC 4733 packets to itself: the hole they leave is no loss."""
        self._key_at = now
        at, count = self._hole
        if now - at <= KEY_S:
            self.verdicts.lost -= count
            self._hole = (at, 0)

    def pull(self, now: float) -> list[Frame | KeyPressed]:
        """What time completes: packets that waited for one that did not come, and frames of a line that is silent.

        Ask once a tick, after reading what waits in the socket: after a stall of ours the packets are there, not lost.
        """
        out: list[Frame | KeyPressed] = []
        lost = self.verdicts.lost
        for released in self._reorder.pull(now):
            self._take(released, out)
        self._missed(self.verdicts.lost - lost, now)
        if self._heard_at is not None and now - self._heard_at > self._patience:
            elapsed = round((now - self._heard_at - self._patience) * self._codec.rate)
            frames = (self._expected + elapsed - self._end) // self._codec.frame_samples
            for _ in range(min(frames, CATCH_UP)):
                self._starve(out)
        return out

    def report(self, sent: int = 0, underruns: int = 0, pacing_p99_ms: float = 0.0) -> RtpReport:
        """Both directions of the leg: ours as counted here, the other as told."""
        counts = self.verdicts
        return RtpReport(
            received=counts.received,
            played=counts.played,
            late=counts.late,
            duplicate=counts.duplicate,
            malformed=counts.malformed,
            lost=counts.lost,
            concealed=self.concealed,
            jitter_ms=self._jitter.seconds * 1000,
            sent=sent,
            underruns=underruns,
            pacing_p99_ms=pacing_p99_ms,
            mos=mos(counts.lost + counts.late, counts.received + counts.lost, self._jitter.seconds),
        )

    def _missed(self, count: int, now: float) -> None:
        if count and now - self._key_at <= KEY_S:
            self.verdicts.lost -= count
        elif count:
            self._hole = (now, count)

    @property
    def _patience(self) -> float:
        quiet, noisy = STARVED_S
        return min(quiet + 4 * self._jitter.seconds, noisy)

    def _is_ours(self, packet: RtpPacket) -> bool:
        if packet.payload_type in (self._codec.receives, self._codec.sends):
            return len(packet.payload) % self._codec.sample_bytes == 0
        if packet.payload_type == TELEPHONE_EVENT:
            return TelephoneEvent.parse(packet.payload) is not None
        return packet.payload_type == COMFORT_NOISE

    def _take(self, released: Released, out: list[Frame | KeyPressed]) -> None:
        packet = released.packet
        if packet.payload_type == TELEPHONE_EVENT:
            self._take_event(released, out)
        elif packet.payload_type == COMFORT_NOISE:
            self.verdicts.played += 1
            self._silent = True
            self._place(released, out)
        else:
            self._report_keys(self._keypad.release(), out)
            self._take_sound(released, out)

    def _take_event(self, released: Released, out: list[Frame | KeyPressed]) -> None:
        """A key does not move the clock: all its packets carry the timestamp of its beginning."""
        self.verdicts.played += 1
        self._silent = True
        if released.fresh:
            self._place(released, out)
        if event := TelephoneEvent.parse(released.packet.payload):
            self._report_keys(self._keypad.push(released.packet.timestamp, event), out)

    def _take_sound(self, released: Released, out: list[Frame | KeyPressed]) -> None:
        pcm = self._codec.decode(released.packet.payload)
        begin = self._place(released, out)
        self._silent = False
        self._jitter.push(released.packet.timestamp, released.arrived)
        self._expected = begin + pcm.size
        self._timestamp = released.packet.timestamp + pcm.size
        overlap = self._end - begin
        if overlap and overlap >= pcm.size:  # time went on without it
            self.verdicts.late += 1
            return
        self.verdicts.played += 1
        self._emit(self._concealer.heard(pcm[overlap:]), out, concealed=False)

    def _place(self, released: Released, out: list[Frame | KeyPressed]) -> int:
        """Where on the call's clock a packet begins; what is missing before it is filled."""
        lead = timestamp_ahead(released.packet.timestamp, self._timestamp)
        passed = released.arrived - (self._heard_at if self._heard_at is not None else released.arrived)
        self._heard_at = released.arrived
        hole = self._expected + lead - self._end
        jumped = not 0 <= lead <= (passed + SLACK_S) * self._codec.rate or hole > HOLE_S * self._codec.rate
        if released.fresh or jumped:
            self.resyncs += self._end > 0
            self._jitter.resync()
            lead = self._end - self._expected
        self._expected += lead
        self._timestamp = released.packet.timestamp
        hole = self._expected - self._end
        if hole > 0 and (released.lost or (not self._silent and hole <= MUTE_S * self._codec.rate)):
            self._emit(self._concealer.conceal(hole), out, concealed=True)
        elif hole > 0:
            self._emit_silence(hole, out)
        return self._expected

    def _starve(self, out: list[Frame | KeyPressed]) -> None:
        samples = self._codec.frame_samples
        if self._silent or self._end - self._expected >= DOUBT_S * self._codec.rate:
            self._emit_silence(samples, out)
        else:
            self._emit(self._concealer.conceal(samples), out, concealed=True)

    def _emit_silence(self, samples: int, out: list[Frame | KeyPressed]) -> None:
        self._concealer.silence()
        self._emit(np.zeros(samples, np.int16), out, concealed=False)

    def _report_keys(self, keys: str, out: list[Frame | KeyPressed]) -> None:
        out.extend(KeyPressed(key, self._end * RATE // self._codec.rate) for key in keys)

    def _emit(self, pcm: Pcm, out: list[Frame | KeyPressed], concealed: bool) -> None:
        self._end += pcm.size
        sound = np.concatenate((self._rest, self._resampler.push(pcm)))
        before, before_concealed = self._rest.size, self._rest_concealed
        whole = sound.size - sound.size % FRAME
        for begin in range(0, whole, FRAME):
            invented = concealed or (begin < before and before_concealed)
            out.append(Frame(self._frames * FRAME, sound[begin : begin + FRAME], invented))
            self._frames += 1
            self.concealed += invented
        self._rest, self._rest_concealed = sound[whole:], concealed or (whole < before and before_concealed)

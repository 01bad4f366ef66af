"""Whose sound is decoded next. The recogniser of these callers counts slices in place of decoding them."""

import random
from collections.abc import Iterator

import pytest

from core.bus import PeerGone
from core.commands import Message
from core.speech import Audio, EndUtterance, Final, Flush, HearingFailed, Partial
from media_server.stt.hearing import MOST_SOUND, Hearing
from media_server.stt.seats import Seat, Seats


class Slices(Hearing):
    """Two slices of work for each Audio, none for the rest."""

    def __init__(self, name: str, diary: list[str]) -> None:
        self._name, self._diary = name, diary
        self.closed = self.dropped = False

    def take(self, message: Audio | Flush | EndUtterance) -> Iterator[Partial | Final | None]:
        match message:
            case Audio(pcm=b"poison"):
                raise RuntimeError("decoder")
            case Audio():
                for _ in range(2):
                    self._diary.append(self._name)
                    yield None
            case Flush(utterance=utterance, revision=revision):
                self._diary.append(f"{self._name}!")
                yield Final(utterance=utterance, revision=revision, text=self._name, language="en", confidence=1.0)

    def drop(self) -> None:
        self.dropped = True

    def close(self) -> None:
        self.closed = True


class Room:
    """Callers by name; `diary` is whose slice was decoded, "!" the end of a Flush."""

    def __init__(self, *names: str) -> None:
        self.diary: list[str] = []
        self.answers: list[Message] = []
        self.seats = Seats()
        self.seat = {name: Seat(Slices(name, self.diary), self.answers.append) for name in names}
        self.held = [self.seats.taken(seat) for seat in self.seat.values()]
        for one in self.held:
            one.__enter__()

    def says(self, name: str, pieces: int = 1, pcm: bytes = b"12") -> None:
        for _ in range(pieces):
            self.seat[name].put(Audio(start=0, pcm=pcm))

    def pauses(self, name: str) -> None:
        self.seat[name].put(Flush(utterance=0, revision=0))

    def decode(self) -> str:
        """Until nothing is left to do."""
        while (seat := self.seats.next()) is not None:
            seat.work()
        return " ".join(self.diary)


def test_callers_who_speak_take_turns() -> None:
    room = Room("a", "b")
    room.says("a", 2)
    room.says("b", 1)
    diary = room.decode().split()
    assert sorted(diary) == ["a", "a", "a", "a", "b", "b"]
    assert "a" in diary[:2] and "b" in diary[:2]


def test_who_is_waited_for_goes_before_who_still_speaks() -> None:
    room = Room("a", "b", "c")
    room.says("a", 5)
    room.says("c", 5)
    room.says("b", 2)
    room.pauses("b")
    assert room.decode().startswith("b b b b b! ")


def test_the_longest_wait_goes_first() -> None:
    room = Room("a", "b")
    room.says("a", 3)
    room.says("b", 1)
    room.pauses("b")
    room.pauses("a")
    assert room.decode() == "b b b! a a a a a a a!"


def test_a_caller_who_goes_on_after_a_pause_waits_like_the_others() -> None:
    room = Room("a", "b")
    room.says("a", 1)
    room.pauses("a")
    room.says("a", 2)
    room.says("b", 1)
    room.pauses("b")
    assert room.decode().startswith("a a a! b b b!")


def test_a_decoder_that_fails_costs_its_utterance_only() -> None:
    room = Room("a", "b")
    room.says("a", pcm=b"poison")
    room.pauses("a")
    room.says("b")
    room.pauses("b")
    room.decode()
    assert [type(answer) for answer in room.answers] == [HearingFailed, Final, Final]


def test_an_utterance_that_never_ends_is_not_kept_beyond_its_limit() -> None:
    room = Room("a")
    room.says("a", 40, pcm=bytes(MOST_SOUND // 20))
    room.pauses("a")
    assert len(room.decode().split()) == 2 * 21 + 1
    room.says("a")
    assert len(room.decode().split()) == 2 * 22 + 1, "what was decoded makes room"


def test_a_caller_who_hangs_up_in_the_middle_leaves_nothing_to_do() -> None:
    room = Room("a")
    room.says("a", 3)
    seat = room.seats.next()
    assert seat is not None
    seat.work()
    room.held[0].__exit__(None, None, None)
    assert room.seats.next() is None
    assert isinstance(seat.hearing, Slices) and seat.hearing.closed


def test_a_front_that_is_gone_is_told_to_who_decodes() -> None:
    def gone(_: Message) -> None:
        raise PeerGone("closed")

    seat = Seat(Slices("a", []), gone)
    seat.put(Flush(utterance=0, revision=0))
    with pytest.raises(PeerGone):
        seat.work()


def waits(callers: int, cost: float, seconds: float = 240.0) -> list[float]:
    """Virtual time: seconds from each Flush to its Final, for callers who speak half of the time in sentences of 2.4 s.

    `cost` seconds of work for each second of sound.
    """
    chance, room, now, asked = random.Random(7), Room(*map(str, range(callers))), 0.0, dict[str, float]()
    events: list[tuple[float, str, bool]] = []
    for name in room.seat:
        at = chance.uniform(0, 4)
        while at < seconds:
            pieces = max(8, round(chance.gauss(24, 6)))
            events += [(at + 0.1 * number, name, False) for number in range(1, pieces + 1)]
            events.append((at + 0.1 * pieces + 0.16, name, True))
            at += 0.1 * pieces + chance.uniform(1.7, 3.1)
    found: list[float] = []
    events.sort(reverse=True)
    while events or any(seat.busy for seat in room.seat.values()):
        while events and events[-1][0] <= now:
            at, name, pauses = events.pop()
            if pauses:
                asked[name] = at
                room.pauses(name)
            else:
                room.says(name)
        if (seat := room.seats.next()) is None:
            now = events[-1][0]
            continue
        before = len(room.diary)
        seat.work()
        for step in room.diary[before:]:
            now += 0.0 if step.endswith("!") else 0.05 * cost
            if step.endswith("!"):
                found.append(now - asked[step.removesuffix("!")])
    return sorted(found)


def test_callers_who_keep_a_processor_four_fifths_busy_hardly_wait() -> None:
    """Eight callers, 0.2 of a processor each while they speak: decoded in turns, one in twenty waited 0.43 s."""
    found = waits(8, 0.2)
    assert len(found) > 300
    assert found[int(len(found) * 0.95)] < 0.2

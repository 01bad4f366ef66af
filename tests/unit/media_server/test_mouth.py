"""What is said, in which order, and how much of it was heard."""

import numpy as np
import pytest

from core.audio import CODECS, Codec
from core.speech import Sound, Speak
from media_server.mouth import STALL, Began, Ended, Mouth, RanDry
from media_server.rtp.outgoing import Outgoing
from media_server.rtp.pacing import RING, Look

ULAW = CODECS["ulaw"]
HALF_A_SECOND = (np.sin(np.arange(4000) * 0.3) * 8000).astype(np.int16)


class Wire:
    """A pacer whose clock the test turns: one packet leaves at each `pass_frame`."""

    def __init__(self) -> None:
        self.ring: list[bytes] = []
        self.voiced = self.noise = 0
        self.now = 0.0
        self.talking = False

    def open(self, fd: int, codec: Codec, noise: bytes) -> int:
        return 0

    def close(self, line: int) -> None:
        self.ring.clear()

    def push(self, line: int, payload: bytes) -> bool:
        assert len(self.ring) < RING
        self.ring.append(payload)
        return True

    def drop(self, line: int, keep: int = 0) -> int:
        dropped = len(self.ring[keep:])
        del self.ring[keep:]
        return dropped

    def look(self, line: int) -> Look:
        return Look(
            sent=self.voiced + self.noise, voiced=self.voiced, noise=self.noise, errors=0, skipped=0, last=self.now,
            queued=len(self.ring), talking=self.talking,
        )  # fmt: skip

    def p99_ms(self, line: int | None = None) -> float:
        return 0.0

    def stop(self) -> None:
        pass

    def pass_frame(self) -> None:
        self.now += 0.02
        self.talking = bool(self.ring)
        if self.ring:
            self.ring.pop(0)
            self.voiced += 1
        else:
            self.noise += 1


class Speaking:
    def __init__(self) -> None:
        self.wire = Wire()
        self.asked: list[Speak] = []
        self.mouth = Mouth(Outgoing(ULAW, self.wire), self.asked.append)
        self.mouth.outgoing.connect(0)

    def frames(self, count: int) -> list[Began | RanDry | Ended]:
        news: list[Began | RanDry | Ended] = []
        for _ in range(count):
            self.wire.pass_frame()
            news += self.mouth.told(self.mouth.outgoing.tick(self.wire.now).events)
        return news

    def sound(self, reply: int, index: int, *, last: bool = True) -> bool:
        return self.mouth.sound(Sound(reply=reply, index=index, pcm=HALF_A_SECOND.tobytes(), last=last))


@pytest.fixture
def speaking() -> Speaking:
    return Speaking()


def test_a_phrase_is_heard_at_once_and_its_end_is_told(speaking: Speaking) -> None:
    speaking.mouth.play(1, "Namaste", "hi-Latn", HALF_A_SECOND, 0.0)
    began, *_rest, ended = speaking.frames(40)
    assert isinstance(began, Began) and began.reply == 1
    assert ended == Ended(1, "Namaste", interrupted=False)


def test_an_answer_waits_behind_its_gate(speaking: Speaking) -> None:
    speaking.mouth.say(2, 0, "Free above five hundred.", "en", 0.0)
    assert speaking.sound(2, 0)
    speaking.mouth.complete(2)
    assert speaking.frames(40) == []
    speaking.mouth.open_gate(2)
    assert speaking.frames(40)[-1] == Ended(2, "Free above five hundred.", interrupted=False)


def test_sentences_are_heard_in_order_and_the_reply_ends_with_the_last(speaking: Speaking) -> None:
    speaking.mouth.open_gate(2)
    speaking.mouth.say(2, 0, "One.", "en", 0.0)
    speaking.mouth.say(2, 1, "Two.", "en", 0.0)
    speaking.sound(2, 0, last=False)
    speaking.sound(2, 1)
    speaking.frames(40)
    speaking.sound(2, 0)
    assert not any(isinstance(one, Ended) for one in speaking.frames(60)), "the brain may have more to say"
    speaking.mouth.complete(2)
    assert speaking.frames(60)[-1] == Ended(2, "One. Two.", interrupted=False)


def test_an_answer_that_stops_in_the_middle_is_told_once_and_again_after_its_next_sentence(speaking: Speaking) -> None:
    speaking.mouth.open_gate(2)
    speaking.mouth.say(2, 0, "One.", "en", 0.0)
    speaking.sound(2, 0)
    assert speaking.frames(60)[1:] == [RanDry(2)]
    speaking.mouth.say(2, 1, "Two.", "en", 1.2)
    assert speaking.frames(20) == [], "the voice owes us its sound, not the brain"
    speaking.sound(2, 1)
    assert speaking.frames(60) == [RanDry(2)]
    speaking.mouth.complete(2)
    assert speaking.frames(1) == [Ended(2, "One. Two.", interrupted=False)]


def test_an_interrupted_answer_is_cut_at_the_words_that_were_heard(speaking: Speaking) -> None:
    speaking.mouth.open_gate(2)
    speaking.mouth.say(2, 0, "one two three four", "en", 0.0)
    speaking.sound(2, 0)
    speaking.mouth.say(2, 1, "never heard", "en", 0.0)
    speaking.frames(13)
    assert speaking.mouth.drop() == [Ended(2, "one two", interrupted=True)]
    assert not speaking.sound(2, 1), "late sound of a dropped reply"
    assert not any(isinstance(one, Ended) for one in speaking.frames(40))


def test_what_nobody_has_heard_can_be_forgotten_while_something_else_is_said(speaking: Speaking) -> None:
    speaking.mouth.play(1, "Hold on", "en", HALF_A_SECOND, 0.0)
    speaking.mouth.say(2, 0, "x", "en", 0.0)
    assert speaking.mouth.forget_unheard() == [2]
    assert speaking.frames(40)[-1] == Ended(1, "Hold on", interrupted=False)


def test_an_answer_without_sentences_ends_when_it_is_complete_and_let_out(speaking: Speaking) -> None:
    speaking.mouth.complete(3)
    speaking.mouth.open_gate(3)
    assert speaking.frames(1) == [Ended(3, "", interrupted=False)]


def test_a_voice_that_owes_us_sound_is_noticed_and_asked_again(speaking: Speaking) -> None:
    speaking.mouth.open_gate(2)
    speaking.mouth.say(2, 0, "One.", "en", 10.0)
    speaking.mouth.complete(2)
    assert not speaking.mouth.stalled(10.0 + STALL)
    assert speaking.mouth.stalled(10.1 + STALL)
    speaking.mouth.ask_again(12.1)
    assert [one.text for one in speaking.asked] == ["One.", "One."]
    assert not speaking.mouth.stalled(13.0)
    speaking.mouth.give_up()
    assert speaking.frames(2)[-1] == Ended(2, "", interrupted=False)


def test_a_sentence_cut_by_a_dying_voice_ends_where_it_was_cut(speaking: Speaking) -> None:
    speaking.mouth.open_gate(2)
    speaking.mouth.say(2, 0, "One.", "en", 10.0)
    speaking.mouth.complete(2)
    speaking.sound(2, 0, last=False)
    speaking.mouth.ask_again(12.0)
    assert len(speaking.asked) == 1
    assert speaking.frames(40)[-1] == Ended(2, "One.", interrupted=False)


def test_noise_that_left_before_the_first_word_is_no_hole_in_it():
    wire = Wire()
    outgoing = Outgoing(ULAW, wire)
    outgoing.connect(3)
    outgoing.tick(wire.now)
    wire.pass_frame()
    outgoing.say(1, 0, HALF_A_SECOND, last=True)
    wire.pass_frame()
    outgoing.tick(wire.now)
    assert outgoing.underruns == 0


def test_a_gate_opened_again_after_the_end_ends_at_once(speaking: Speaking) -> None:
    speaking.mouth.play(2, "Yes.", "en", HALF_A_SECOND, 0.0)
    speaking.frames(40)
    speaking.mouth.open_gate(2)
    assert speaking.frames(1) == [Ended(2, "", interrupted=False)]

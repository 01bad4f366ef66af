"""media_server.echo.presence: lines without an echo are told from lines with one, at once or late."""

import numpy as np
import pytest

from core.audio import FRAME, RATE, Pcm
from media_server.echo.canceller import DELAY, EchoCanceller
from media_server.echo.presence import EchoPresence


def voice(seed: int, seconds: float, level: float = 3000) -> Pcm:
    """Noise in syllables of its own rhythm."""
    chance = np.random.default_rng(seed)
    syllables = np.repeat(chance.uniform(0.02, 1, int(seconds * 8) + 1), RATE // 8)[: int(seconds * RATE)]
    return (chance.normal(0, level, syllables.size) * syllables).astype(np.int16)


def silence(seconds: float) -> Pcm:
    return np.zeros(int(seconds * RATE), np.int16)


def echo(sent: Pcm, delay_s: float = 0.1, db: float = -15) -> Pcm:
    return (np.concatenate((silence(delay_s), sent))[: sent.size] * 10 ** (db / 20)).astype(np.int16)


def compared(sent: Pcm, came: Pcm) -> EchoPresence:
    presence = EchoPresence()
    for at in range(0, sent.size - FRAME + 1, FRAME):
        presence.compare(sent[at : at + FRAME], came[at : at + FRAME])
    return presence


def test_a_line_is_not_called_free_of_echo_before_we_have_spoken() -> None:
    assert not compared(silence(5), voice(1, 5)).absent
    assert not compared(voice(1, 1), silence(1)).absent


def test_a_line_that_returned_nothing_while_we_spoke_has_no_echo() -> None:
    assert compared(voice(1, 3), silence(3)).absent


@pytest.mark.parametrize("db", [-6, -15, -25])
def test_a_line_with_an_echo_is_never_called_free_of_it(db: float) -> None:
    sent = voice(1, 10)
    assert not compared(sent, echo(sent, db=db)).absent


def test_a_caller_who_talks_over_us_makes_no_echo() -> None:
    assert compared(voice(1, 8), np.concatenate((silence(4), voice(2, 4)))).absent


@pytest.mark.parametrize("delay_s", [0.04, 0.1, 0.3])
def test_an_echo_that_begins_in_mid_call_is_noticed_and_stays_noticed(delay_s: float) -> None:
    sent = voice(1, 12)
    came = echo(sent, delay_s)
    came[: 4 * RATE] = 0  # then the loudspeaker is switched on
    came[8 * RATE :] = 0
    assert not compared(sent, came).absent
    assert compared(sent[: 4 * RATE], came[: 4 * RATE]).absent


def test_on_a_line_without_an_echo_who_interrupts_is_heard_from_the_first_syllable() -> None:
    canceller, sent = EchoCanceller(), voice(1, 6)
    came = np.concatenate((silence(4), voice(2, 2)))
    heard = []
    for at in range(0, sent.size, FRAME):
        canceller.render(sent[at : at + FRAME])
        heard.append(canceller.capture(came[at : at + FRAME]))
    clean = np.concatenate(heard)
    begin = 4 * RATE
    assert np.array_equal(clean[begin + DELAY : begin + RATE], came[begin : begin + RATE - DELAY])


@pytest.mark.parametrize("begins", [0.1, 0.8, 1.4])
def test_who_talks_into_our_first_words_is_told_from_an_echo_by_what_they_say(begins: float) -> None:
    sent, came = voice(1, 3), np.concatenate((silence(begins), voice(2, 3 - begins)))
    knows = int((begins + 0.3) * RATE) // FRAME * FRAME
    presence = compared(sent[:knows], came[:knows])
    assert presence.theirs and not presence.absent, "nothing is proven: an echo would still be noticed"


@pytest.mark.parametrize(("db", "delay_s"), [(-6, 0.03), (-12, 0.1), (-18, 0.4)])
def test_an_echo_of_our_first_words_is_never_taken_for_the_caller(db: float, delay_s: float) -> None:
    sent = voice(1, 3)
    came = echo(sent, delay_s, db)
    assert not any(compared(sent[:end], came[:end]).theirs for end in range(FRAME, sent.size, 16 * FRAME))


def test_what_was_taken_for_echo_until_the_caller_was_known_is_kept_as_it_came() -> None:
    canceller, sent = EchoCanceller(), voice(1, 2)
    came = np.concatenate((silence(0.8), voice(2, 1.2)))
    plain = []
    for at in range(0, sent.size, FRAME):
        canceller.render(sent[at : at + FRAME])
        canceller.capture(came[at : at + FRAME])
        plain.append(canceller.plain)
    assert canceller.resting
    assert np.array_equal(np.concatenate(plain)[DELAY:], came[:-DELAY])

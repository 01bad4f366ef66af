"""One call's utterances, with the real PocketSphinx and a voice that really speaks."""

from collections.abc import Iterator

import numpy as np
import pytest

from core.resample import Pcm
from core.speech import Audio, EndUtterance, Final, Flush, Partial
from media_server.stt.hearing import MOST_SOUND, Hearing
from media_server.stt.recogniser import Model, Recogniser
from tests.unit.media_server.stt.spoken import RATE, said, silence

PHRASES = (
    "what is your return policy",
    "where is my order",
    "do you have a shop in delhi",
    "mera refund kab aayega",
    "how long does delivery take",
)
BELIEVED = 0.45


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Model().recogniser(PHRASES)


@pytest.fixture
def hearing(recogniser: Recogniser) -> Hearing:
    return Hearing(recogniser, ("hi-Latn", "en"))


def audio(pcm: Pcm, start: int = 0) -> Iterator[Audio]:
    """As the media server sends it: 20 ms at a time."""
    for at in range(0, pcm.size, 320):
        yield Audio(start=start + at, pcm=pcm[at : at + 320].tobytes())


def hear(hearing: Hearing, pcm: Pcm, *, start: int = 0, utterance: int = 0, revision: int = 0) -> tuple[Final, list[str]]:
    """The Final of a flush after `pcm`, and the partials on the way."""
    answers = [answer for message in audio(pcm, start) for answer in hearing.take(message)]
    *_, final = hearing.take(Flush(utterance=utterance, revision=revision))
    assert isinstance(final, Final)
    return final, [answer.text for answer in answers if isinstance(answer, Partial)]


def test_a_phrase_of_the_site_is_heard_and_believed(hearing: Hearing) -> None:
    final, partials = hear(hearing, said("how long does delivery take"))
    assert (final.text, final.language, final.utterance, final.revision) == ("how long does delivery take", "en", 0, 0)
    assert final.confidence > BELIEVED
    assert len(partials) > 1, "words are shown while they are said"


def test_a_hindi_voice_is_heard_as_hinglish(hearing: Hearing) -> None:
    final, _ = hear(hearing, said("मेरा रिफंड कब आएगा", "hi"))
    assert (final.text, final.language) == ("mera refund kab aayega", "hi-Latn") and final.confidence > BELIEVED


def test_a_short_word_of_the_site_is_not_listened_for_alone() -> None:
    hearing = Hearing(Model().recogniser((*PHRASES, "offer", "warranty")), ("hi-Latn", "en"))
    assert hear(hearing, said("offer"))[0].text != "offer", "any murmur would be one"
    hearing = Hearing(Model().recogniser((*PHRASES, "offer", "warranty")), ("hi-Latn", "en"))
    assert hear(hearing, said("warranty"))[0].text == "warranty"


def test_an_order_number_is_heard_as_digits(hearing: Hearing) -> None:
    final, _ = hear(hearing, said("my order number is four two five"))
    assert final.text.startswith("my order number is ") and final.text.rpartition(" ")[2].isdecimal()


def test_words_of_no_phrase_are_not_believed(hearing: Hearing) -> None:
    final, _ = hear(hearing, said("my grandmother used to tell us stories about the mountains"))
    assert final.confidence < BELIEVED


@pytest.mark.parametrize("kind", ["silence", "nothing at all", "white noise", "a tone", "a direct current", "clipped hum"])
def test_what_is_no_speech_has_no_words(hearing: Hearing, kind: str) -> None:
    seconds = np.arange(2 * RATE) / RATE
    sound = {
        "silence": silence(2),
        "nothing at all": np.zeros(2 * RATE),
        "white noise": np.random.default_rng(3).normal(0, 1500, 2 * RATE),
        "a tone": 6000 * np.sin(2 * np.pi * 440 * seconds),
        "a direct current": np.full(2 * RATE, 12000),
        "clipped hum": np.clip(200000 * np.sin(2 * np.pi * 50 * seconds), -32768, 32767),
    }[kind]
    final, _ = hear(hearing, sound.astype(np.int16))
    assert final.text == "" or final.confidence < BELIEVED


def test_a_flush_without_sound_has_no_words(hearing: Hearing) -> None:
    (final,) = hearing.take(Flush(utterance=3, revision=1))
    assert final == Final(utterance=3, revision=1, text="", language="hi-Latn", confidence=0.0)


def test_when_the_caller_goes_on_the_next_final_covers_all_of_it(hearing: Hearing) -> None:
    whole = said("do you have a shop in delhi")
    middle = whole.size // 2
    hear(hearing, whole[:middle])
    final, _ = hear(hearing, whole[middle:], start=middle, revision=1)
    assert (final.text, final.revision) == ("do you have a shop in delhi", 1)


def test_a_second_flush_of_the_same_sound_says_the_same(hearing: Hearing) -> None:
    first, _ = hear(hearing, said("where is my order"))
    (second,) = hearing.take(Flush(utterance=0, revision=1))
    assert isinstance(second, Final) and (second.text, second.confidence) == (first.text, first.confidence)


def test_sound_that_came_before_is_not_heard_twice(hearing: Hearing) -> None:
    whole = said("where is my order")
    for message in audio(whole[:12800]):
        list(hearing.take(message))
    final, _ = hear(hearing, whole[6400:], start=6400)  # the pre-roll of a second onset begins in the middle of the first
    alone, _ = hear(Hearing(hearing._recogniser, ("en",)), whole)
    assert final.text == alone.text and final.confidence == pytest.approx(alone.confidence, abs=0.05)


def test_after_its_end_an_utterance_is_forgotten(hearing: Hearing) -> None:
    whole = said("where is my order")
    hear(hearing, whole)
    assert list(hearing.take(EndUtterance(utterance=0))) == []
    final, _ = hear(hearing, said("mera refund kab aayega"), start=10 * RATE, utterance=1)
    assert "where" not in final.text
    list(hearing.take(EndUtterance(utterance=1)))
    (nothing,) = hearing.take(Flush(utterance=2, revision=0))
    assert isinstance(nothing, Final) and nothing.text == ""


def test_a_minute_without_a_pause_is_cut_and_memory_is_bounded(hearing: Hearing) -> None:
    minute = np.resize(said("my grandmother used to tell us stories"), 60 * RATE)
    for at in range(0, minute.size, RATE):
        for _ in hearing.take(Audio(start=at, pcm=minute[at : at + RATE].tobytes())):
            assert len(hearing._sound) <= MOST_SOUND
    (final,) = (answer for answer in hearing.take(Flush(utterance=0, revision=0)) if answer is not None)
    assert isinstance(final, Final)


def test_an_odd_byte_and_an_empty_packet_do_no_harm(hearing: Hearing) -> None:
    list(hearing.take(Audio(start=0, pcm=b"")))
    list(hearing.take(Audio(start=0, pcm=b"\x01\x02\x03")))
    (final,) = (answer for answer in hearing.take(Flush(utterance=0, revision=0)) if answer is not None)
    assert isinstance(final, Final) and final.text == ""

"""While a question is open its replies are heard too: days, times, names of a choice, yes and no. With the real PocketSphinx."""

from collections.abc import Iterator

import pytest

from core.speech import Audio, EndUtterance, Expect, Final, Flush
from media_server.stt.hearing import Hearing
from media_server.stt.recogniser import TELEPHONE_CMN, Model
from media_server.stt.reply_words import named
from tests.unit.media_server.stt.spoken import said
from tests.unit.media_server.stt.test_hearing import BELIEVED, PHRASES

DAY, TIME, DOCTOR, YES_NO = ("{day}",), ("{time}",), ("sharma", "mehta", "gurpreet singh"), ("{yes_no}",)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model()


def hear(model: Model, sound: str, language: str, *questions: tuple[str, ...]) -> Final:
    hearing = Hearing(model.recogniser(PHRASES), ("hi-Latn", "en"))

    def take(*messages: Audio | Flush | Expect | EndUtterance) -> Iterator[object]:
        for message in messages:
            yield from hearing.take(message)

    pcm = said(sound, language)  # type: ignore[arg-type]
    sounds = [Audio(start=at, pcm=pcm[at : at + 320].tobytes()) for at in range(0, pcm.size, 320)]
    asked = [Expect(phrases=phrases) for phrases in questions]
    *_, final = take(*asked, *sounds, Flush(utterance=0, revision=0))
    assert isinstance(final, Final)
    return final


REPLIES = (
    ("tomorrow", "en", DAY, "tomorrow"),
    ("on monday", "en", DAY, "on monday"),
    ("कल ग्यारह बजे", "hi", DAY, "kal gyarah baje"),
    ("twenty fourth november", "en", DAY, "twenty fourth november"),
    ("eleven", "en", TIME, "eleven"),
    ("half past four", "en", TIME, "half past four"),
    ("ग्यारह बजे", "hi", TIME, "gyarah baje"),
    ("साढ़े तीन बजे", "hi", TIME, "saadhe teen baje"),
    ("शाम पाँच बजे", "hi", TIME, "shaam paanch baje"),
    ("sharma", "en", DOCTOR, "sharma"),
    ("mehta", "en", DOCTOR, "mehta"),
    ("gurpreet singh", "en", DOCTOR, "gurpreet singh"),
    ("मंगलवार", "hi", DAY, "mangalvar"),
    ("तीन बजे", "hi", TIME, "teen baje"),
    ("tomorrow at ten", "en", DAY, "tomorrow at ten"),
    ("हाँ", "hi", YES_NO, "haan"),
    ("no", "en", YES_NO, "no"),
    ("जी हाँ", "hi", YES_NO, "ji haan"),
    ("what is your return policy", "en", YES_NO, "what is your return policy"),
    ("मेरा रिफंड कब आएगा", "hi", TIME, "mera refund kab aayega"),
    ("yes go ahead", "en", YES_NO, "yes go ahead"),
    ("yes please", "en", YES_NO, "yes please"),
    ("मत करो", "hi", YES_NO, "mat karo"),
)
"""What is said, by which voice, while which replies are wanted, and what is to be heard."""
ENOUGH = 18
"""Of REPLIES. eSpeak never says a thing twice alike, so one or two are missed now and then; without the search for replies
nearly all are."""


def test_replies_to_an_open_question_are_heard_and_believed(model: Model) -> None:
    heard = {(sound, question): hear(model, sound, voice, question) for sound, voice, question, _ in REPLIES}
    wrong = [
        (heard[sound, question], text)
        for sound, _, question, text in REPLIES
        if heard[sound, question].text != text or heard[sound, question].confidence <= BELIEVED
    ]
    assert len(REPLIES) - len(wrong) >= ENOUGH, wrong


def test_a_question_asked_while_a_day_is_wanted_is_heard_as_one(model: Model) -> None:
    said.cache_clear()
    finals = []
    for _ in range(4):  # never twice alike
        finals.append(hear(model, "what is your return policy", "en", DAY))
        said.cache_clear()
    heard = [final for final in finals if final.text == "what is your return policy" and final.confidence > BELIEVED]
    assert len(heard) >= 3, finals


def test_once_the_question_is_closed_its_replies_are_not_listened_for(model: Model) -> None:
    final = hear(model, "half past four", "en", TIME, ())
    assert final.text != "half past four"


def test_a_question_without_a_word_that_could_be_heard_changes_nothing(model: Model) -> None:
    final = hear(model, "what is your return policy", "en", ("शर्मा",))
    assert final.text == "what is your return policy"


def test_a_monday_said_by_who_speaks_hinglish_is_no_english(model: Model) -> None:
    hearing = Hearing(model.recogniser(PHRASES), ("hi-Latn", "en"))
    for number, (sound, voice) in enumerate([("मेरा रिफंड कब आएगा", "hi"), ("on monday", "en")]):
        pcm = said(sound, voice)  # type: ignore[arg-type]
        for message in (
            Expect(phrases=DAY),
            Audio(start=number * 100_000, pcm=pcm.tobytes()),
            Flush(utterance=number, revision=0),
        ):
            *_, final = [None, *hearing.take(message)]
        assert isinstance(final, Final) and final.language == "hi-Latn"
        list(hearing.take(EndUtterance(utterance=number)))


def test_every_word_of_every_named_reply_has_a_sound(model: Model) -> None:
    for name in named():
        decoder = model.replies.take((name,), TELEPHONE_CMN)
        assert decoder is not None
        decoder.decoder.end_utt()
        model.replies.give_back(decoder)


def test_a_reply_costs_one_decoder_however_many_questions_there_are(model: Model) -> None:
    first = model.replies.take(DAY, TELEPHONE_CMN)
    assert first is not None
    first.decoder.end_utt()
    model.replies.give_back(first)
    second = model.replies.take(("sharma", "mehta"), TELEPHONE_CMN)
    assert second is not None and second.decoder is first.decoder
    second.decoder.end_utt()
    model.replies.give_back(second)

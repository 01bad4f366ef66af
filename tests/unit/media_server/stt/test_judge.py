"""What is believed, and how much."""

from dataclasses import replace

from media_server.stt.judge import BestPath, Evidence, judge, language_of

PHRASE = BestPath(("where", "is", "my", "order"), score=-12000, frames=120)
NUMBER = BestPath(("#one", "#two", "#three", "#four", "#five"), score=-13000, frames=140)
SPOKEN = Evidence(
    frames=200, speech_frames=120, phones=12, free_score=-13000, phrase=PHRASE, number=None, guess="where is my order"
)


def test_a_phrase_that_fits_as_well_as_free_phones_is_believed() -> None:
    heard = judge(SPOKEN)
    assert (heard.text, heard.language) == ("where is my order", "en") and heard.confidence > 0.8


def test_the_further_a_phrase_lies_behind_free_phones_the_less_it_is_believed() -> None:
    confidences = [judge(replace(SPOKEN, free_score=-13000 + behind)).confidence for behind in range(0, 12000, 1000)]
    assert confidences == sorted(confidences, reverse=True) and confidences[-1] < 0.05


def test_one_short_word_in_much_speech_is_not_believed() -> None:
    assert judge(replace(SPOKEN, speech_frames=180, phrase=BestPath(("haan",), -15000, 30))).confidence < 0.45


def test_a_number_wins_where_no_phrase_fits() -> None:
    heard = judge(replace(SPOKEN, speech_frames=140, phrase=replace(PHRASE, score=-20000), number=NUMBER))
    assert heard.text == "12345" and 0.45 < heard.confidence <= 0.8


def test_a_reply_that_was_asked_for_may_fit_a_little_worse_than_a_phrase_and_no_more() -> None:
    reply = BestPath(("tomorrow",), score=PHRASE.score - 400, frames=110)
    assert judge(replace(SPOKEN, reply=reply)).text == "tomorrow" and judge(replace(SPOKEN, reply=reply)).reply
    heard = judge(replace(SPOKEN, reply=replace(reply, score=PHRASE.score - 600)))
    assert (heard.text, heard.reply) == ("where is my order", False)
    assert judge(replace(SPOKEN, phrase=None, reply=reply)).text == "tomorrow"
    assert judge(replace(SPOKEN, reply=replace(reply, words=()))).text == "where is my order"


def test_words_that_never_reach_the_end_of_a_phrase_keep_their_text_and_are_not_believed() -> None:
    heard = judge(replace(SPOKEN, phrase=None, guess="where is"))
    assert (heard.text, heard.confidence) == ("where is", 0.0)


def test_clicks_and_tones_have_no_words() -> None:
    assert judge(replace(SPOKEN, speech_frames=8, phones=3)).text == ""
    assert judge(replace(SPOKEN, speech_frames=190, phones=2)).text == ""
    assert judge(replace(SPOKEN, speech_frames=0, phones=0)).text == ""


def test_one_hindi_word_makes_a_sentence_hinglish() -> None:
    assert language_of("delivery charge kitna hai") == "hi-Latn"
    assert language_of("what is the delivery charge") == "en"
    assert language_of("order number 12345") == "en"

"""One answer, two forms; and the same form however a model's words are cut on their way."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from brain.markdown import certain, harmless
from brain.render import Answer, Form, Spoken, Written, form, render
from core.commands import Citation
from core.sentences import SentenceStream
from core.sites import Language

WHOLE = """
Delivery mein 3 din lagte hain. |Kya |Rs. 500 |ok? |- EMI¶|- **Cash** on delivery¶|* UPI¶|1. pehle |2) phir¶|# Heading¶|## |
**bold** |*it* |_so_ |snake_case |`code` |```¶|[site](https://a.in/x) |[bad](javascript:alert(1)) |[half|<b>|</b> |a < b |
![pic](https://evil.in/?q=secret) |<script>alert(1)</script> |https://roshni.in/returns |(https://a.in) |¦ a ¦ b ¦¶|¦---¦---¦¶|
---¶|> quoted¶|₹1,49,900 |24 नवंबर तक। |ਤਿੰਨ ਦਿਨ ਲੱਗਦੇ ਹਨ। |options:¶|word|12|](
"""
MARKS = [*"\n .*_-![]()<>|#:,;?।", "\n\n"]
PIECES = st.lists(
    st.sampled_from([*WHOLE.replace("\n", "").replace("¶", "\n").replace("¦", "\0").split("|"), *MARKS]), max_size=25
).map(lambda pieces: "".join(pieces).replace("\0", "|"))


def written_in(channel: Form, chunks: Sequence[str], language: Language = "hi-Latn") -> list[str]:
    found = [text for chunk in chunks for text in channel.write(chunk, language)]
    return [*found, *channel.end((), language)]


def words(said: Sequence[str]) -> list[list[str]]:
    """Of each sentence. A mark more or less at its end is not heard."""
    return [re.findall(r"\w+", sentence) for sentence in said]


@given(PIECES, st.data())
@settings(max_examples=600)
def test_a_text_cut_anywhere_has_the_same_form(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    chunks = [text[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert written_in(Spoken(), chunks) == written_in(Spoken(), [text])
    assert written_in(Spoken(), list(text)) == written_in(Spoken(), [text])
    assert "".join(written_in(Written(), chunks)) == "".join(written_in(Written(), [text]))


def test_a_link_within_a_bracket_makes_no_tag() -> None:
    text = "See <![pic](https://a.in/x) > and <[b](https://a.in/x)> ok."
    assert written_in(Spoken(), list(text), "en") == written_in(Spoken(), [text], "en") == ["See pic > and b ok."]


def test_a_line_of_an_address_alone_leaves_a_list_to_the_words_before_it() -> None:
    text = "Options:\nhttps://roshni.in/returns ```\n- EMI\n"
    assert written_in(Spoken(), list(text), "en") == written_in(Spoken(), [text], "en") == ["Options: EMI."]


@given(PIECES)
@settings(max_examples=300)
def test_what_is_spoken_has_no_marks_no_address_and_two_sentences_at_most(text: str) -> None:
    said = written_in(Spoken(), [text])
    assert len(said) <= 2
    for sentence in said:
        assert not set("*`|~") & set(sentence) and "<b>" not in sentence
        assert "://" not in sentence
        assert sentence == sentence.strip() and any(character.isalnum() for character in sentence)


@given(PIECES)
@settings(max_examples=300)
def test_what_is_shown_has_no_image_no_html_and_no_script(text: str) -> None:
    shown = "".join(written_in(Written(), [text]))
    assert "![pic](" not in shown and "<script>" not in shown and "<b>" not in shown and "](javascript:" not in shown


@pytest.mark.parametrize(
    ("markdown", "language", "said"),
    [
        ("Three options:\n- EMI\n- **Cash** on delivery\n- UPI\n", "en", ["Three options: EMI, Cash on delivery and UPI."]),
        ("1. EMI\n2. UPI\n3. Cash", "hi-Latn", ["3 cheezein: EMI, UPI aur Cash."]),
        ("- EMI\n- UPI", "hi", ["2 चीज़ें: EMI और UPI."]),
        ("- EMI\n- UPI", "pa", ["2 ਚੀਜ਼ਾਂ: EMI ਅਤੇ UPI."]),
        ("- a\n- b\n- c\n- d\n- e\n- f", "en", ["6 things: a, b, c, d, and 2 more."]),
        ("## Returns\nWithin [7 days](https://a.in/r).", "en", ["Returns.", "Within 7 days."]),
        ("₹1,49,900 ka TV 24 November tak. Rs. 500 do. Aur.", "hi-Latn", ["₹1,49,900 ka TV 24 November tak.", "Rs. 500 do."]),
        ("", "en", []),
    ],
)  # fmt: skip
def test_markdown_as_people_say_it(markdown: str, language: Language, said: list[str]) -> None:
    assert render(Answer(markdown, language), "call") == said


def test_a_sentence_leaves_as_soon_as_it_is_certain() -> None:
    spoken = Spoken()
    assert spoken.write("Delivery mein teen din lagte hain. Us", "hi-Latn") == []
    assert spoken.write("se pehle ", "hi-Latn") == ["Delivery mein teen din lagte hain."]


def test_a_whole_sentence_of_a_model_is_said_while_the_next_is_being_written() -> None:
    spoken = Spoken()
    assert spoken.sentence("**Delivery** mein teen din lagte hain. ", "hi-Latn") == ["Delivery mein teen din lagte hain."]
    assert spoken.sentence("Rs. 500 lagte hain.", "hi-Latn") == [], "more could still follow this mark"
    assert spoken.end((), "hi-Latn") == ["Rs. 500 lagte hain."]


@pytest.mark.parametrize(
    "begun", ["Three options:\n", "It costs Rs. ", "Order No. ", "Come at 5 p.m. ", "Look. [at the ", "1. ", "Three"]
)
def test_what_may_not_be_a_whole_sentence_waits(begun: str) -> None:
    assert Spoken().sentence(begun, "en") == []


@given(PIECES)
@example("Delivery mein 3 din lagte hain. <b>: ok")
@example("Delivery mein 3 din lagte hain. (https://a.in) ok")
@example("!\nDelivery mein 3 din lagte hain. options:\n!")
@settings(max_examples=600)
def test_said_at_once_sentences_are_those_that_wait_for_the_next(text: str) -> None:
    stream, spoken = SentenceStream(whole=True), Spoken()
    cut = [*stream.push(text), *stream.flush()]
    said = [told for sentence in cut for told in spoken.sentence(sentence, "hi-Latn")]
    assert words([*said, *spoken.end((), "hi-Latn")]) == words(written_in(Spoken(), cut))


def test_a_chat_gets_numbers_in_one_piece_its_own_words_and_the_sources() -> None:
    chat = form("chat")
    said = [*chat.say("Order number 1 2 3 4 5 mujhe nahin mila. Kripya number phir se boliye.", "hi-Latn")]
    said += chat.end(
        (Citation("d1", "Returns [v2]", 3, "…", "https://a.in/r"), Citation("d1", "Returns [v2]", 4, "…", "https://a.in/r")),
        "hi-Latn",
    )
    assert "".join(said) == (
        "Order number 12345 mujhe nahin mila. Kripya number phir se likhiye.\n\nJaankari yahan se: [Returns  v2](https://a.in/r)"
    )


def test_sentences_of_tools_follow_each_other_with_a_space() -> None:
    chat = form("chat")
    assert (
        "".join([*chat.say("Ek.", "en"), *chat.say("Do.", "en"), *chat.write("**Teen** ", "en"), *chat.end((), "en")])
        == "Ek. Do. **Teen** "
    )


def test_bytes_cut_anywhere_are_put_together_before_they_are_rendered() -> None:
    """What a driver does (brain.llm): the incremental decoder keeps half a letter back."""
    import codecs

    text = "**डिलीवरी** में ₹49 लगते हैं। ਧੰਨਵਾਦ जी।"
    decoder = codecs.getincrementaldecoder("utf-8")()
    chunks = [decoder.decode(bytes([byte])) for byte in text.encode()]
    assert written_in(Spoken(), chunks, "hi") == written_in(Spoken(), [text], "hi") == ["डिलीवरी में ₹49 लगते हैं।", "ਧੰਨਵਾਦ जी।"]


def test_certain_keeps_back_what_may_become_a_link() -> None:
    assert certain("see [the si", finished=False) == "see "
    assert certain("see [the site](https://a.in) now", finished=False) == "see [the site](https://a.in) "
    assert harmless("[x](data:text/html,1) [y](https://a.in)") == "x [y](https://a.in)"


def test_what_was_spelt_for_a_voice_is_written_as_people_write_it() -> None:
    said = form("chat").say("U P I ya card se. T Vs bhi. Email help at roshni dot in hai, code 12 34.", "hi-Latn")
    assert said == ["UPI ya card se. TVs bhi. Email help@roshni.in hai, code 12 34."]


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("Apna das ank ka mobile number boliye, ya keypad par dabaiye.", "Apna das ank ka mobile number likhiye."),
        ("Please tell me your order number, or key it in.", "Please write your order number."),
        ("अपना ऑर्डर नंबर बोलिए, या कीपैड पर दबाइए।", "अपना ऑर्डर नंबर लिखिए।"),
        ("ਨੰਬਰ ਦੇ ਆਖਰੀ ਚਾਰ ਅੰਕ ਬੋਲੋ ਜਾਂ ਦਬਾਓ।", "ਨੰਬਰ ਦੇ ਆਖਰੀ ਚਾਰ ਅੰਕ ਲਿਖੋ।"),
        ("Delivery wale ko boliye.", "Delivery wale ko boliye."),
    ],
)
def test_a_chat_asks_to_write_not_to_speak(spoken: str, written: str) -> None:
    assert form("chat").say(spoken, "en") == [written]


def test_what_they_are_to_answer_is_heard_after_as_much_as_people_listen_to() -> None:
    spoken = form("call")
    assert spoken.say("One. Two. Three.", "en") == ["One.", "Two."]
    assert spoken.say("Four.", "en") == []
    assert spoken.say("Is it yours? Yes or no?", "en", always=True) == ["Is it yours?", "Yes or no?"]
    assert spoken.say("Five.", "en") == []

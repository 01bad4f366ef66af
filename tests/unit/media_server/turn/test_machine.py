"""Stories of whole turns: who speaks when, and who falls silent for whom."""

import pytest

from core.commands import (
    AnswerDone,
    BrainFailed,
    Commit,
    Digit,
    EndUtterance,
    Flush,
    Hold,
    Say,
    Sentence,
    ToolFinished,
    ToolStarted,
    Unhold,
)
from core.sites import Patience
from media_server.turn.moves import REST_LIMIT
from media_server.turn.state import (
    AskBrain,
    CancelAnswer,
    Drained,
    DropSound,
    Duck,
    HangUp,
    HearingLost,
    OpenGate,
    PauseSound,
    Phase,
    RanDry,
    SoundStarted,
    SpeakingLost,
    SpeechStarted,
    SpeechStopped,
    SpeechSuspected,
    Transfer,
    Unduck,
)
from tests.stories import Story

PATIENCE = Patience()


def asked() -> Story:
    """The caller asked something from 4 to 6 s and was understood at 6.2 s."""
    return Story().greeted().speaks(4.0, 6.0).is_understood("what are your delivery charges", 6.2)


def answered() -> Story:
    """…and hears the answer from 6.7 s on."""
    return asked().is_answered(6.7)


def test_the_call_begins_with_the_greeting_and_then_listens() -> None:
    story = Story().greeted()
    assert story.phrases() == ["greeting"]
    assert story.phase is Phase.LISTENING


def test_the_brain_is_asked_at_the_first_pause_and_heard_when_the_turn_is_taken() -> None:
    story = asked().until(6.5)
    assert story.when(AskBrain) == pytest.approx(6.2)
    assert story.when(Commit) == pytest.approx(6.0 + PATIENCE.end_of_turn)
    assert story.last(OpenGate).reply == story.last(AskBrain).reply
    assert story.phase is Phase.THINKING


def test_words_that_ask_for_more_words_get_more_time() -> None:
    story = Story().greeted().speaks(4.0, 6.0).is_understood("my order number is", 6.2).until(8.0)
    assert story.when(Commit) == pytest.approx(6.0 + PATIENCE.end_of_turn_open)


def test_words_that_are_hardly_believed_get_more_time() -> None:
    story = Story().greeted().speaks(4.0, 6.0).is_understood("what are your delivery charges", 6.2, confidence=0.5).until(8.0)
    assert story.when(Commit) == pytest.approx(6.0 + 1.4 * PATIENCE.end_of_turn)


def test_a_caller_who_goes_on_within_the_pause_is_one_turn_with_the_newer_words() -> None:
    story = asked().happens(SpeechStarted(6.25), 6.35).happens(SpeechStopped(7.5), 7.56)
    story.is_understood("what are your delivery charges to pune", 7.7).until(8.5)
    assert [action.ask.turn for action in story.of(AskBrain)] == [1, 1]
    assert [action.revision for action in story.of(Commit)] == [story.last(AskBrain).ask.revision]
    assert len(story.of(EndUtterance)) == 0, "one utterance until our answer is heard"


def test_a_cough_while_we_think_delays_the_answer_and_asks_nothing_anew() -> None:
    story = asked().until(6.5).happens(SpeechStarted(6.55), 6.65).happens(SpeechStopped(6.7), 6.76)
    story.is_understood("what are your delivery charges", 6.9).until(7.2)
    assert len(story.of(AskBrain)) == 1
    assert story.phase is Phase.THINKING
    assert story.names()[-4:] == ["ResumeSound", "Unduck", "Commit", "OpenGate"]


def test_a_caller_who_goes_on_while_we_think_is_asked_about_as_a_whole() -> None:
    story = asked().until(6.5).speaks(6.6, 7.6).is_understood("what are your delivery charges to pune", 7.8).until(8.7)
    assert [action.ask.text for action in story.of(AskBrain)][-1] == "what are your delivery charges to pune"
    assert story.names()[-4:] == ["DropSound", "Unduck", "Commit", "OpenGate"]


def test_the_turn_is_not_taken_while_speech_is_suspected() -> None:
    story = asked().happens(SpeechSuspected(), 6.44).until(6.5)
    assert not story.of(Commit)
    story.happens(SpeechStarted(6.4), 6.52)
    assert story.phase is Phase.HEARING and not story.of(Commit)
    assert asked().happens(SpeechSuspected(), 6.44).until(6.6).of(Commit), "it was nothing"


def test_a_caller_cut_off_by_our_answer_is_let_finish_and_asked_about_as_a_whole() -> None:
    story = answered().happens(SpeechStarted(6.8), 6.9)
    assert story.phase is Phase.HEARING and story.of(PauseSound) and not story.of(EndUtterance)
    story.happens(SpeechStopped(7.6), 7.66).is_understood("what are your delivery charges to pune", 7.8).until(8.65)
    assert [action.ask.turn for action in story.of(AskBrain)] == [1, 1]
    assert story.names()[-4:] == ["DropSound", "Unduck", "Commit", "OpenGate"]


def test_a_cough_right_after_our_first_word_only_delays_the_rest() -> None:
    story = answered().happens(SpeechStarted(6.8), 6.9).happens(SpeechStopped(7.0), 7.06)
    story.is_understood("what are your delivery charges", 7.2).until(7.3)
    assert len(story.of(AskBrain)) == 1
    assert story.names()[-4:] == ["ResumeSound", "Unduck", "Commit", "OpenGate"]


def test_the_utterance_ends_with_the_answer_or_with_the_interruption() -> None:
    assert isinstance(answered().happens(Drained(story_reply(answered())), 9.0).did[-1][1], EndUtterance)
    assert answered().happens(SpeechStarted(8.0), 8.1).of(EndUtterance)


def test_holding_lines_come_while_the_brain_takes_its_time_and_the_answer_after_them() -> None:
    story = asked().until(14.0)
    assert story.phrases() == ["greeting", "hold", "hold"]
    story.is_answered(14.5)
    assert story.phase is Phase.SPEAKING


def test_a_brain_that_never_answers_ends_in_an_apology_and_a_person() -> None:
    story = asked().until(30.0)
    assert story.phrases()[-1] == "apology"
    story.happens(Drained(story.turn.speaking or 0))
    assert story.last(Transfer) == Transfer("humans", "brain_failed", "")


def test_a_brain_that_fails_is_asked_once_more() -> None:
    story = asked().until(6.5)
    first = story.last(AskBrain).ask
    story.happens(BrainFailed(turn=first.turn, revision=first.revision, detail="x"))
    second = story.last(AskBrain).ask
    assert second.text == first.text and second.revision > first.revision
    assert story.last(Commit).revision == second.revision
    story.happens(BrainFailed(turn=second.turn, revision=second.revision, detail="x"))
    assert story.phrases()[-1] == "apology"


# ── an answer that stops in the middle ───────────────────────────────────────────────────────────────────────────────
def begun() -> Story:
    """The first sentence of the answer was heard from 6.7 to 9 s; nothing says that it was the last."""
    story = asked().until(6.7)
    return story.happens(SoundStarted(story.last(AskBrain).reply)).happens(RanDry(story.last(AskBrain).reply), 9.0)


def sentence(story: Story, index: int = 1) -> Sentence:
    ask = story.last(AskBrain).ask
    return Sentence(turn=ask.turn, revision=ask.revision, index=index, text="And free above 500.", language="en")


def test_a_brain_that_stops_in_the_middle_costs_a_holding_line_an_apology_and_a_person() -> None:
    story = begun().until(9.0 + REST_LIMIT - 0.1)
    assert story.phrases() == ["greeting", "hold"]
    story.until(9.0 + REST_LIMIT)
    assert story.phrases()[-1] == "apology" and story.of(CancelAnswer)
    story.happens(Drained(story.turn.speaking or 0), 15.0)
    assert story.last(Transfer) == Transfer("humans", "brain_failed", "")


def test_a_brain_that_goes_on_after_a_holding_line_is_heard_to_its_end() -> None:
    story = begun().until(10.5)
    hold, answer = story.turn.replies, story.last(AskBrain).reply
    story.happens(SoundStarted(hold)).happens(sentence(story), 12.0).happens(Drained(hold), 12.5).until(20.0)
    assert story.phrases() == ["greeting", "hold"] and story.phase is Phase.SPEAKING
    story.happens(AnswerDone(turn=1, revision=1, answer_source="knowledge")).happens(Drained(answer))
    assert story.phase is Phase.LISTENING and not story.of(CancelAnswer)


def test_each_sentence_gives_the_brain_its_time_anew() -> None:
    story = begun().happens(sentence(begun()), 12.0).happens(RanDry(begun().turn.speaking or 0), 14.0)
    assert story.until(17.9).phrases() == ["greeting", "hold", "hold"]
    assert story.until(18.0).phrases()[-1] == "apology"


def test_a_tool_at_work_may_take_as_long_as_an_answer() -> None:
    story = begun()
    story.happens(ToolStarted(turn=1, revision=1, tool="crm"), 10.0).until(10.0 + PATIENCE.reply_limit - 0.1)
    assert set(story.phrases()) == {"greeting", "hold"}
    story.happens(ToolFinished(turn=1, revision=1, tool="crm", arguments={}, ok=True, seconds=11.0))
    assert story.until(story.now + REST_LIMIT).phrases()[-1] == "apology"


def test_a_caller_who_only_hums_into_our_silence_is_waited_with() -> None:
    story = begun().speaks(9.5, 9.7).is_understood("haan", 9.9)
    assert story.phase is Phase.SPEAKING
    assert story.until(9.9 + REST_LIMIT - 0.1).phrases() == ["greeting", "hold"]
    assert story.until(9.9 + REST_LIMIT).phrases()[-1] == "apology"


def test_a_caller_who_asks_something_else_into_our_silence_is_answered() -> None:
    story = begun().speaks(9.5, 11.0).is_understood("and what about refunds", 11.2).until(12.0)
    assert story.last(AskBrain).ask.turn == 2 and story.phase is Phase.THINKING


def test_late_answers_of_an_older_revision_are_ignored() -> None:
    story = asked().until(6.5)
    before = story.turn
    story.happens(AnswerDone(turn=1, revision=0, answer_source="knowledge", then="hang_up"))
    assert story.turn == before


def test_the_caller_interrupts_with_words() -> None:
    story = answered().happens(SpeechStarted(8.0), 8.1).partly("what about", 8.2)
    assert story.of(Duck) and not story.of(PauseSound), "too early to say"
    story.until(8.31)
    assert story.when(PauseSound) == pytest.approx(8.3)
    story.happens(SpeechStopped(9.5), 9.56).is_understood("what about refunds", 9.7).until(10.2)
    assert story.last(AskBrain).ask.turn == 2
    assert "DropSound" in story.names()[-4:]


def test_one_word_alone_may_be_a_haan_half_heard() -> None:
    story = answered().happens(SpeechStarted(8.0), 8.1).partly("who", 8.3).happens(SpeechStopped(8.35), 8.41)
    assert not story.of(PauseSound)
    assert story.is_understood("haan", 8.55).phase is Phase.SPEAKING


def test_stop_stops_at_once() -> None:
    story = answered().happens(SpeechStarted(8.0), 8.1).partly("ruko", 8.15)
    assert story.when(PauseSound) == pytest.approx(8.15)


def test_a_sound_without_words_stops_us_too_and_we_go_on_when_it_was_nothing() -> None:
    story = answered().happens(SpeechStarted(8.0), 8.1).until(8.5)
    assert story.when(PauseSound) == pytest.approx(8.45)
    story.happens(SpeechStopped(8.6), 8.66).is_understood("", 8.8).until(8.6 + PATIENCE.resume + 0.01)
    assert story.names()[-2:] == ["Unduck", "ResumeSound"]
    assert story.phase is Phase.SPEAKING


def test_mm_hm_does_not_stop_the_agent() -> None:
    story = answered().happens(SpeechStarted(8.0), 8.1).partly("haan ji", 8.25)
    story.happens(SpeechStopped(8.4), 8.46).is_understood("haan ji", 8.6)
    assert not story.of(PauseSound)
    assert story.phase is Phase.SPEAKING and isinstance(story.of(Unduck)[-1], Unduck)
    assert len(story.of(AskBrain)) == 1


def test_yes_to_our_question_is_an_answer_even_over_our_last_words() -> None:
    story = asked().is_answered(6.7, expects="yes_no").happens(SpeechStarted(8.0), 8.1)
    story.happens(SpeechStopped(8.3), 8.36).is_understood("haan ji", 8.5).until(8.7)
    assert story.last(AskBrain).ask.text == "haan ji"
    assert story.when(Commit) == pytest.approx(8.3 + PATIENCE.end_of_turn_answer)


def test_our_answer_may_end_while_the_caller_interrupts() -> None:
    story = answered().happens(SpeechStarted(8.0), 8.1).happens(Drained(story_reply(answered())), 8.2)
    assert story.phase is Phase.HEARING
    story.happens(SpeechStopped(9.0), 9.06).is_understood("and refunds", 9.2).until(10.1)
    assert story.last(AskBrain).ask.turn == 2
    assert story.phase is Phase.THINKING


def story_reply(story: Story) -> int:
    assert story.turn.speaking is not None
    return story.turn.speaking


def test_goodbye_is_not_interrupted_and_hangs_up_at_its_end() -> None:
    story = asked().is_answered(6.7, then="hang_up").happens(SpeechStarted(7.0), 7.1)
    assert not story.of(Duck)
    story.happens(Drained(story_reply(story)), 8.0)
    assert story.last(HangUp).reason == "goodbye"
    assert story.until(20.0).phase is Phase.OVER, "even if nobody hangs up"


@pytest.mark.parametrize("event", [Hold(), SpeakingLost()])
def test_after_our_last_word_nothing_calls_us_back(event: Hold | SpeakingLost) -> None:
    story = asked().is_answered(6.7, then="hang_up")
    story.happens(Drained(story_reply(story)), 8.0).happens(event, 8.1).happens(Unhold(), 8.2)
    assert story.phase is Phase.LEAVING
    assert story.phrases() == ["greeting"]
    assert story.until(20.0).phase is Phase.OVER


def test_a_transfer_waits_for_our_last_word() -> None:
    story = asked().is_answered(6.7, then="transfer", destination="sales", summary="asks for charges")
    assert not story.of(Transfer)
    story.happens(Drained(story_reply(story)), 8.0)
    assert story.last(Transfer) == Transfer("sales", "asked", "asks for charges")


def test_a_silent_caller_is_asked_twice_and_then_told_goodbye() -> None:
    story = Story().greeted()
    for _ in range(3):
        story.until(story.now + PATIENCE.no_input + 0.1).happens(Drained(story_reply(story)))
    assert story.phrases() == ["greeting", "reminder", "reminder", "goodbye"]
    assert story.last(HangUp).reason == "no_input"


def test_noise_that_never_ends_is_taken_as_a_turn() -> None:
    story = Story().greeted().happens(SpeechStarted(4.0), 4.1).until(34.3)
    assert len(story.of(Flush)) == 1
    story.is_understood("", 34.4)
    assert story.last(AskBrain).ask.text == ""


def test_a_short_noise_is_let_go() -> None:
    story = Story().greeted().speaks(4.0, 4.3).is_understood("", 4.5).until(5.0)
    assert story.phase is Phase.LISTENING and not story.of(AskBrain)


def test_keyed_digits_are_one_turn_after_a_pause_or_hash() -> None:
    for ending in (4.9, None):
        story = Story().greeted()
        for index, digit in enumerate("12345"):
            story.happens(Digit(digit=digit), 4.0 + index / 10)
        story = story.happens(Digit(digit="#"), ending) if ending else story.until(8.0)
        ask = story.last(AskBrain).ask
        assert (ask.text, ask.via) == ("12345", "keypad")
        assert story.of(Commit) and story.phase is Phase.THINKING


def test_the_last_digit_of_a_number_whose_length_we_know_ends_it_keyed_or_spoken() -> None:
    def wanted() -> Story:
        story = asked().is_answered(6.7, expects="digits", digits=5)
        return story.happens(Drained(story_reply(story)), 8.0)

    story = wanted()
    for index, digit in enumerate("12345"):
        story.happens(Digit(digit=digit), 9.0 + index / 10)
    assert story.when(Commit) == pytest.approx(9.4)
    spoken = wanted().speaks(9.0, 11.0).is_understood("12345", 11.2).until(12.0)
    assert spoken.when(Commit) == pytest.approx(11.0 + PATIENCE.end_of_turn_answer)
    half_read = wanted().speaks(9.0, 11.0).is_understood("123", 11.2).until(13.0)
    assert half_read.when(Commit) == pytest.approx(11.0 + PATIENCE.end_of_turn_open)


def test_star_takes_the_digits_back_and_nothing_keyed_is_nothing_asked() -> None:
    story = Story().greeted()
    for digit in "12*":
        story.happens(Digit(digit=digit), story.now + 0.1)
    assert story.until(10.0).of(AskBrain) == [] and story.phase in (Phase.LISTENING, Phase.SPEAKING)


def test_a_key_silences_us_and_a_storm_of_keys_stays_small() -> None:
    story = answered()
    for index in range(1000):
        story.happens(Digit(digit="7"), 8.0 + index / 100)
    assert isinstance(story.of(DropSound)[-1], DropSound)
    assert story.of(CancelAnswer)
    story.until(30.0)
    assert len(story.last(AskBrain).ask.text) == 20


def test_hold_keeps_our_words_for_later() -> None:
    story = answered().happens(Hold(), 7.5).happens(SpeechStarted(8.0), 8.1)
    assert story.phase is Phase.HELD
    story.happens(Unhold(), 60.0)
    assert story.phase is Phase.SPEAKING and story.names()[-1] == "ResumeSound"


def test_a_recogniser_that_dies_once_is_forgiven_and_twice_is_a_person() -> None:
    story = Story().greeted().happens(SpeechStarted(4.0), 4.1).happens(HearingLost(), 4.5)
    assert story.phrases()[-1] == "again"
    assert story.turn.utterance == 0
    story.happens(Drained(story_reply(story)), 6.0).happens(HearingLost(), 7.0)
    assert story.phrases()[-1] == "apology"
    story.happens(Drained(story_reply(story)), 9.0)
    assert story.last(Transfer).reason == "hearing_failed"


def test_a_recogniser_that_never_answers_counts_as_lost() -> None:
    story = Story().greeted().speaks(4.0, 6.0).until(12.0)
    assert story.phrases()[-2:] == ["hold", "again"]


def test_a_recogniser_that_is_slow_costs_a_holding_line_and_no_turn() -> None:
    story = Story().greeted().speaks(4.0, 6.0).is_understood("what are your delivery charges", 8.0).is_answered(8.1)
    assert story.phrases() == ["greeting", "hold"]
    assert story.phase is Phase.SPEAKING


def test_a_voice_that_dies_apologises_from_the_cache_and_if_that_fails_transfers_at_once() -> None:
    story = answered().happens(SpeakingLost(), 7.0)
    assert story.phrases()[-1] == "apology"
    story.happens(SpeakingLost(), 7.1)
    assert story.last(Transfer).reason == "speaking_failed"


def test_what_software_asks_us_to_say_is_spoken_between_turns() -> None:
    story = Story().greeted().happens(Say(text="Your table is ready"), 4.0)
    reply = story.turn.replies
    story.happens(SoundStarted(reply), 4.1).happens(Drained(reply), 6.0)
    assert story.phase is Phase.LISTENING

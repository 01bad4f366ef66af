"""What the media server finds out about who took a call of ours: into the record, into the outcome, as keys into a menu."""

from typing import Literal

import pytest

from ari_app.call import vocabulary as do
from ari_app.call.wishes import SendKeys
from core import commands
from tests.unit.ari_app.test_call_machine import GONE, talking


def test_who_answered_is_written_down_each_time_it_is_told() -> None:
    story = talking()
    for told in (commands.AnsweredBy(kind="person", seconds=1.2), commands.AnsweredBy(kind="machine", seconds=4.3)):
        assert story.after(told) == [do.NoteAnsweredBy(told)]


@pytest.mark.parametrize("reason", ["machine", "voicemail_left"])
def test_a_machine_is_the_outcome_and_whether_it_has_our_message(reason: Literal["machine", "voicemail_left"]) -> None:
    story = talking()
    story.after(commands.HangUpRequested(reason=reason))
    assert story.after(GONE)[-1] == do.NoteEnded(reason, 16, "Normal Clearing")


def test_a_menus_keys_are_pressed_and_nobody_waits_for_an_answer() -> None:
    assert talking().after(commands.PressKeys(digits="1w2")) == [SendKeys("", "1w2")]

"""What an operator hears before they accept: made by the voice, whole or not at all, and gone with the call."""

import asyncio
import dataclasses
import os
import wave
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from ari_app.books import Caller
from ari_app.briefing import KEPT_S, Briefing, spoken, waiting
from core.bus import Link, serve
from core.handover import Handover
from core.ids import CallId
from core.speech import OpenSpeaking, Sound, Speak, SpeakingFailed, SpeakingOpened, ToTts
from tests.unit.ari_app.world import PHRASES, SITE

CALLER = Caller(CallId("1"), "+919812345678", "1000", "(ulaw)")
ROSHNI = msgspec.structs.replace(SITE, name="Roshni")
SUMMARY = "Caller speaks Hinglish. Asked: refund kab aayega. Told last: Saat din mein."
TENTH = bytes(1600)
"""Of a second."""


class Voice:
    def __init__(self, *, fails: bool = False) -> None:
        self.said: list[str] = []
        self.rates: list[int] = []
        self._fails = fails

    async def handle(self, link: Link[ToTts]) -> None:
        async for message in link:
            match message:
                case OpenSpeaking(rate=rate):
                    self.rates.append(rate)
                    link.send(SpeakingOpened(engine="espeak"))
                case Speak(reply=reply, index=index, text=text):
                    self.said.append(text)
                    if self._fails:
                        link.send(SpeakingFailed(reply=reply, index=index, detail="out of memory"))
                    link.send(Sound(reply=reply, index=index, pcm=TENTH, last=False))
                    link.send(Sound(reply=reply, index=index, pcm=b"", last=True))


def made(home: Path, voice: Voice | None, then: Callable[[Briefing], None]) -> None:
    async def run() -> None:
        briefing = Briefing(home / "tts.sock", home / "briefings")
        if voice is None:
            await briefing.make(CALLER, SITE, SUMMARY)
        else:
            async with serve(home / "tts.sock", ToTts, voice.handle):
                await briefing.make(CALLER, SITE, SUMMARY)
        then(briefing)

    asyncio.run(run())


def test_it_says_for_whom_who_why_and_what_to_press() -> None:
    told = spoken(ROSHNI, "+919812345678", SUMMARY)
    assert told[0] == "Call for Roshni, from 9 1 9 8 1 2 3 4 5 6 7 8."
    assert told[1:-1] == ("Caller speaks Hinglish.", "Asked: refund kab aayega.", "Told last: Saat din mein.")
    assert told[-1] == "Press 1 to accept, 2 to decline."


def test_a_hidden_number_is_not_read_out_and_a_long_story_is_cut_after_a_sentence() -> None:
    told = spoken(ROSHNI, "anonymous", "One sentence of some length. " * 40)
    assert told[0] == "Call for Roshni."
    assert 3 < len(told) < 15


def test_without_a_summary_there_is_still_who_and_what_to_press() -> None:
    assert spoken(ROSHNI, "", "") == ("Call for Roshni.", "Press 1 to accept, 2 to decline.")


def test_operators_hear_their_own_language_and_the_site_s_own_words() -> None:
    in_hindi = msgspec.structs.replace(ROSHNI, handover=Handover(language="hi"))
    assert spoken(in_hindi, "+9198", "") == ("Roshni के लिए कॉल है, नंबर 9 1 9 8 से।", "लेने के लिए 1 दबाइए, मना करने के लिए 2।")
    own = msgspec.structs.replace(PHRASES, operator_call_from="{number} wants {site}.", operator_keys="One or two?")
    assert spoken(msgspec.structs.replace(ROSHNI, phrases={"en": own}), "98", "") == ("9 8 wants Roshni.", "One or two?")
    assert waiting(in_hindi) == ("एक कॉलर लाइन पर है।", "लेने के लिए 1 दबाइए, मना करने के लिए 2।")


def test_the_file_is_what_asterisk_plays_on_a_phone(tmp_path: Path) -> None:
    voice = Voice()

    def then(briefing: Briefing) -> None:
        for name, sentences in ((briefing.path(CALLER.call_id), 5), (briefing.general(SITE), 2)):
            with wave.open(f"{name}.wav") as file:
                assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
                assert file.getnframes() == sentences * 800
        assert voice.rates == [8000, 8000]
        assert voice.said[-2:] == ["A caller is waiting.", "Press 1 to accept, 2 to decline."]

    made(tmp_path, voice, then)


def test_what_every_call_can_do_with_is_said_once_for_many_at_the_same_time(tmp_path: Path) -> None:
    voice = Voice()

    async def run() -> None:
        briefing = Briefing(tmp_path / "tts.sock", tmp_path / "briefings")
        callers = [dataclasses.replace(CALLER, call_id=CallId(str(number))) for number in range(4)]
        async with serve(tmp_path / "tts.sock", ToTts, voice.handle):
            await asyncio.gather(*(briefing.make(caller, SITE, SUMMARY) for caller in callers))
        assert all(Path(f"{briefing.path(caller.call_id)}.wav").exists() for caller in callers)
        assert Path(f"{briefing.general(SITE)}.wav").exists()

    asyncio.run(run())
    assert voice.said.count("A caller is waiting.") == 1


@pytest.mark.parametrize("voice", [None, Voice(fails=True)])
def test_a_voice_that_is_away_or_fails_leaves_no_file(tmp_path: Path, voice: Voice | None) -> None:
    made(tmp_path, voice, lambda _: None)
    assert list((tmp_path / "briefings").iterdir()) == []


def test_the_reason_of_an_earlier_search_is_told_to_nobody(tmp_path: Path) -> None:
    (tmp_path / "briefings").mkdir()
    (tmp_path / "briefings" / f"{CALLER.call_id}.wav").touch()
    made(tmp_path, None, lambda _: None)
    assert list((tmp_path / "briefings").iterdir()) == []


def test_a_disk_that_will_not_have_it_costs_the_summary_and_not_the_call(tmp_path: Path) -> None:
    (tmp_path / "briefings").write_text("in the way")
    made(tmp_path, Voice(), lambda _: None)


def test_two_first_calls_at_the_same_moment_have_both_their_files(tmp_path: Path) -> None:
    async def run() -> None:
        briefing, other = (
            Briefing(tmp_path / "tts.sock", tmp_path / "briefings"),
            dataclasses.replace(CALLER, call_id=CallId("2")),
        )
        async with serve(tmp_path / "tts.sock", ToTts, Voice().handle):
            await asyncio.gather(briefing.make(CALLER, SITE, SUMMARY), briefing.make(other, SITE, SUMMARY))

    asyncio.run(run())
    files = {file.stem: file for file in (tmp_path / "briefings").iterdir()}
    assert len(files) == 3, "a summary each, and what is told of every call"
    assert {file.stat().st_size for name, file in files.items() if name not in ("1", "2")} == {44 + 2 * 1600}


def test_it_goes_with_the_call_and_so_does_what_was_left_behind(tmp_path: Path) -> None:
    def then(briefing: Briefing) -> None:
        old, new = tmp_path / "briefings" / "old.wav", tmp_path / "briefings" / "new.wav"
        for file in (old, new):
            file.touch()
        os.utime(old, (0, old.stat().st_mtime - 2 * KEPT_S))
        briefing.forget(CALLER.call_id)
        assert {file.stem for file in (tmp_path / "briefings").iterdir()} == {Path(briefing.general(SITE)).name, "new"}
        briefing.forget(CALLER.call_id)

    made(tmp_path, Voice(), then)

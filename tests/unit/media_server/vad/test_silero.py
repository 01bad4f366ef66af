"""Silero and the canceller on real speech: who speaks is told from who echoes."""

import numpy as np
import pytest

from core.audio import CODECS, RATE
from media_server.ear import LATE_LEAD
from media_server.echo.canceller import EchoCanceller
from media_server.echo.guard import EchoGuard
from media_server.vad import silero
from media_server.vad.segment import Segmenter, SpeechStarted, SpeechStopped, SpeechSuspected
from media_server.vad.silero import WINDOW, ModelMissing, Silero, open_model

QUIET = np.random.default_rng(3)


@pytest.fixture(scope="module")
def vad():
    return Silero()


def line_noise(seconds):
    return QUIET.normal(0, 12, int(seconds * RATE)).astype(np.int16)


def windows_of(vad, pcm, chunk=320, **marks):
    listener = vad.listen()
    found = []
    for begin in range(0, pcm.size - chunk + 1, chunk):
        listener.push(begin, pcm[begin : begin + chunk], **marks)
        found += [window for _, window in vad.run()]
    vad.forget(listener)
    return found


def test_speech_is_found_where_it_is_to_a_few_hundredths_of_a_second(vad, caller):
    pcm = np.concatenate([line_noise(1), caller, line_noise(1)])
    segmenter = Segmenter()
    events = [event for window in windows_of(vad, pcm) for event in segmenter.push(window)]
    audible = np.flatnonzero(np.abs(caller.astype(int)) > 500)
    events = [event for event in events if not isinstance(event, SpeechSuspected)]
    assert isinstance(events[0], SpeechStarted) and events[0].at == pytest.approx(RATE + audible[0], abs=0.06 * RATE)
    assert isinstance(events[-1], SpeechStopped) and events[-1].at == pytest.approx(RATE + audible[-1], abs=0.06 * RATE)


def test_noise_and_tones_are_no_speech(vad):
    tone = (5000 * np.sin(2 * np.pi * 425 * np.arange(2 * RATE) / RATE)).astype(np.int16)
    for sound in (line_noise(2), line_noise(2) * 60, tone, np.zeros(2 * RATE, np.int16)):
        segmenter = Segmenter()
        assert [event for window in windows_of(vad, sound) for event in segmenter.push(window)] == []


@pytest.mark.parametrize("chunk", [1, 160, 320, 500, 2000])
def test_windows_follow_each_other_without_holes_in_any_chunks(vad, chunk):
    found = windows_of(vad, line_noise(0.32), chunk)
    assert [window.start for window in found] == [number * WINDOW for number in range(len(found))]
    assert len(found) == 5120 // chunk * chunk // WINDOW


def test_calls_in_one_batch_are_judged_as_each_alone(vad, caller, agent):
    sounds = [caller, agent[: caller.size], line_noise(1)]
    alone = [[window.probability for window in windows_of(vad, sound)] for sound in sounds]
    listeners = {vad.listen(): number for number in range(3)}
    together = [[], [], []]
    for begin in range(0, caller.size - 319, 320):
        for listener, number in listeners.items():
            if begin + 320 <= sounds[number].size:
                listener.push(begin, sounds[number][begin : begin + 320])
        for listener, window in vad.run():
            together[listeners[listener]].append(window.probability)
    for listener in listeners:
        vad.forget(listener)
    for one, other in zip(alone, together, strict=True):
        assert one == pytest.approx(other, abs=1e-3)


def test_marks_of_frames_become_marks_of_windows(vad):
    listener = vad.listen()
    for number in range(10):
        listener.push(number * 320, np.zeros(320, np.int16), concealed=number == 4, ours=number in (0, 1, 2, 3, 7))
    found = [window for _, window in vad.run()] + [window for _, window in vad.run()]
    vad.forget(listener)
    assert [window.concealed for window in found] == [False, False, True, True, False, False]
    assert [window.ours for window in found] == [True, True, False, False, False, False]


def test_levels_are_those_of_the_quarters(vad):
    pcm = np.repeat(np.array([100, 200, 300, 400], np.int16), 128)
    assert windows_of(vad, pcm, 512)[0].levels == pytest.approx((100, 200, 300, 400))


def test_a_forgotten_call_is_not_judged(vad):
    listener = vad.listen()
    listener.push(0, line_noise(1))
    vad.forget(listener)
    assert vad.run() == []


def test_a_backlog_is_worked_off_in_pieces(vad):
    listener = vad.listen()
    listener.push(0, line_noise(1))
    assert len(vad.run()) == 4
    vad.forget(listener)


def test_a_model_that_is_not_there_says_what_to_install(monkeypatch):
    monkeypatch.setattr(silero.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelMissing, match="pip install --no-deps pipecat-ai"):
        open_model("audio/vad/data/silero_vad.onnx")


def echo_of(sound, level_db, delay_ms):
    """What a speakerphone gives back of us: some reflections, quieter, later, and coded once more."""
    path = np.zeros(1200)
    path[[0, 190, 460, 1020]] = 1, 0.4, -0.3, 0.15
    path *= 10 ** (level_db / 20) / np.sqrt(np.sum(path**2))
    echo = np.convolve(sound, path)[: sound.size]
    ulaw = CODECS["ulaw"]
    late = np.concatenate([np.zeros(delay_ms * 16), echo])[: sound.size]
    return ulaw.decode(ulaw.encode(late.astype(np.int16)))


def speech_heard(vad, sent, came, canceller=True):
    """Onsets that the caller's side has, in seconds, while `sent` was sent and `came` came."""
    echo, guard, listener, segmenter = EchoCanceller(), EchoGuard(), vad.listen(), Segmenter()
    onsets = []
    for begin in range(0, sent.size - 319, 320):
        frame = came[begin : begin + 320]
        echo.render(sent[begin : begin + 320])
        guard.render(sent[begin : begin + 320])
        clean = echo.capture(frame) if canceller else frame
        ours = guard.is_echo(clean, line_returns=echo.line_returns, theirs=echo.resting)
        listener.push(begin, clean, ours=canceller and ours)
        for _, window in vad.run():
            onsets += [event.at / RATE for event in segmenter.push(window) if isinstance(event, SpeechStarted)]
    vad.forget(listener)
    return onsets


@pytest.mark.parametrize("delay_ms", [30, 120, 250, 450])
@pytest.mark.parametrize("level_db", [-15, -25])
def test_our_own_voice_coming_back_is_nobody_speaking(vad, agent, level_db, delay_ms):
    came = echo_of(agent, level_db, delay_ms) + line_noise(agent.size / RATE)[: agent.size]
    assert speech_heard(vad, agent, came) == []


def test_without_the_canceller_it_would_be(vad, agent):
    assert speech_heard(vad, agent, echo_of(agent, -15, 120), canceller=False) != []


def interrupted(came, caller, begins):
    """`came` with the caller in it, and when their first sample is."""
    came = (came + line_noise(came.size / RATE)[: came.size]).astype(np.int32)
    onset = int(begins * RATE)
    stretch = came[onset : onset + caller.size]
    stretch += caller[: stretch.size]
    audible = np.flatnonzero(np.abs(caller.astype(int)) > 500)[0]
    return np.clip(came, -32768, 32767).astype(np.int16), begins + audible / RATE


@pytest.mark.parametrize("begins", [3.0, 5.5, 7.2])
def test_a_caller_who_interrupts_is_heard_through_the_echo(vad, agent, caller, begins):
    came, first = interrupted(echo_of(agent, -15, 120), caller, begins)
    onsets = speech_heard(vad, agent, came)
    assert onsets and onsets[0] == pytest.approx(first, abs=0.15)


@pytest.mark.parametrize("begins", [0.2, 0.5, 0.8, 1.2])
@pytest.mark.parametrize("level", [1.0, 0.4])
def test_a_caller_who_talks_into_our_first_words_is_heard_soon_enough_for_all_of_it(vad, agent, caller, begins, level):
    came, first = interrupted(np.zeros(agent.size), (caller * level).astype(np.int16), begins)
    onsets = speech_heard(vad, agent, came)
    assert onsets and onsets[0] < first + LATE_LEAD / RATE, "what is sent to the recogniser begins so long before the onset"


@pytest.mark.parametrize("level_db", [-15, -25])
def test_nor_does_an_echo_hide_one_for_long_or_speak_by_itself_after(vad, agent, caller, level_db):
    came, first = interrupted(echo_of(agent, level_db, 120), caller, 0.8)
    onsets = speech_heard(vad, agent, came)
    assert onsets and first - 0.05 < onsets[0] < first + 1.0 and onsets[-1] < first + caller.size / RATE

"""`haazir call` as a person runs it, against the running instance."""

import json
from pathlib import Path

from haazir.caller import wav
from tests.e2e.calling import Caller
from tests.e2e.hearing import SAME, likeness


def test_a_call_from_wave_files_prints_what_was_said_heard_and_measured(caller: Caller, tmp_path: Path) -> None:
    question = tmp_path / "question.wav"
    wav.write(question, wav.resample(caller.say("what is your return policy"), 8000, 22050), rate=22050)
    run = caller.trial.haazir("call", "--wav", str(question), "--save", str(tmp_path / "heard.wav"), "--json")
    assert run.returncode == 0, run.stderr + run.stdout
    result = json.loads(run.stdout)
    (turn,) = result["wire"]["turns"]
    assert turn["said"] == "question.wav"
    assert turn["answer"]["answer_source"] == "knowledge"
    assert 0 < turn["v2v_content"] < 5
    heard = wav.read(tmp_path / "heard.wav")
    assert likeness(heard, caller.rendered("You can return a product within ten days.", "en")) > SAME


def test_texts_and_keys_make_a_readable_page(caller: Caller) -> None:
    run = caller.trial.haazir("call", "--say", "where is my order", "--digits", "12345")
    assert run.returncode == 0, run.stderr + run.stdout
    for part in ("you heard as", "agent", "from tool", "v2v any", "packets from the agent"):
        assert part in run.stdout


def test_a_site_that_is_not_there_is_told_with_those_that_are(caller: Caller) -> None:
    run = caller.trial.haazir("call", "--site", "nope")
    assert run.returncode == 1
    assert run.stderr.strip() == "haazir call: there is no site 'nope'; there are: demo"

"""The first hour of somebody's site, by the API alone: made, told two things, called; closed; deleted."""

import time
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from haazir.caller.phone import CallRefused
from haazir.caller.script import Call
from haazir.caller.trial import Trial
from tests.e2e.calling import Caller, ask, greeting

SITE, NUMBER = "sunrise", "2000"
QUESTION, ANSWER = "what is the consultation fee", "The consultation fee is five hundred rupees."
MESSAGE = "We are closed. Please call again tomorrow."


@pytest.fixture(scope="module")
def admin(trial: Trial) -> Iterator[httpx.Client]:
    status = trial.status()
    with httpx.Client(base_url=status.api, headers={"Authorization": f"Bearer {status.admin_key}"}, timeout=20) as client:
        yield client


@pytest.fixture(scope="module")
def clinic(admin: httpx.Client, caller: Caller) -> Iterator[Caller]:
    """A site of three fields, a number and two FAQs, and somebody who calls it at once."""
    made = admin.post("/v1/sites", json={"site_id": SITE, "name": "Sunrise Clinic", "languages": ["en", "hi-Latn"]})
    assert made.status_code == 201, made.text
    assert admin.post(f"/v1/sites/{SITE}/numbers", json={"number": NUMBER}).status_code == 201
    key = admin.post(f"/v1/sites/{SITE}/keys", json={"name": "test"}).json()["api_key"]
    for question, told in ((QUESTION, ANSWER), ("where is the clinic", "We are opposite the bus stand.")):
        answer = admin.post(
            "/v1/kb/faqs", json={"question": question, "answer": told}, headers={"Authorization": f"Bearer {key}"}
        )
        assert answer.status_code == 201, answer.text
    yield replace(caller, server=replace(caller.server, site_id=SITE, number=NUMBER, api_key=key))
    assert admin.delete(f"/v1/sites/{SITE}", params={"force": True}).status_code == 204


def test_a_site_of_three_fields_answers_its_first_call(clinic: Caller) -> None:
    question = clinic.say(QUESTION)

    async def script(call: Call) -> None:
        await greeting(call)
        await ask(call, question, QUESTION)

    finished = clinic.play(script)
    assert "Sunrise Clinic" in finished.said_by_agent()
    assert [(turn["text"], turn["answer_source"]) for turn in finished.answers] == [(ANSWER, "knowledge")]


def test_what_was_written_a_moment_ago_is_heard_by_the_next_call(clinic: Caller, admin: httpx.Client) -> None:
    question, told = "how long does a visit take", "A visit takes half an hour."
    sound = clinic.say(question)
    key = {"Authorization": f"Bearer {clinic.server.api_key}"}
    assert admin.post("/v1/kb/faqs", json={"question": question, "answer": told}, headers=key).status_code == 201

    async def script(call: Call) -> None:
        await greeting(call)
        for _ in range(2):  # as callers do: an utterance alone may be misheard, what a call does not listen for is never heard
            await ask(call, sound, question)

    assert told in [turn["text"] for turn in clinic.play(script).answers]


def test_a_closed_site_says_so_and_hangs_up_and_without_words_refuses(clinic: Caller, admin: httpx.Client) -> None:
    async def script(call: Call) -> None:
        await call.agent_speaks(since=call.answered_at)
        await call.over(10.0)

    close = {"hours": {"week": {"mon": ["00:00-00:01"]}, "closed": "reject", "message": {"en": MESSAGE}}}
    assert admin.patch(f"/v1/sites/{SITE}", json=close).status_code == 200
    time.sleep(clinic.trial.settings.calls.site_cache_s + 0.5)  # how long a controller may go by what it knows
    finished = clinic.play(script)
    assert finished.said_by_agent() == MESSAGE and finished.record["outcome"] == "completed"

    assert admin.patch(f"/v1/sites/{SITE}", json={"hours": {"message": None}}).status_code == 200
    time.sleep(clinic.trial.settings.calls.site_cache_s + 0.5)
    with pytest.raises(CallRefused) as refused:
        clinic.play(script)
    assert refused.value.status == 480

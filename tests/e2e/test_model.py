"""A site with a language model, from the public port to the model's server, on an instance that may talk to loopback."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from core.settings import REPOSITORY
from haazir.caller.trial import Trial, running

CARE = "Clean the inside of a refrigerator with lukewarm water and baking soda. Never use bleach."
SETTLED_S = 20.0
"""A change of a site is live on the next turn but one: seconds that we look for it."""


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.standins.llm"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as cloud:
        assert cloud.stdout is not None
        yield cloud.stdout.readline().strip()
        cloud.terminate()


@pytest.fixture(scope="module")
def trial() -> Iterator[Trial]:
    """In place of the one that the other modules share."""
    with running(HAAZIR_NETWORK_PRIVATE_HOSTS="127.0.0.0/8") as trial:
        yield trial


class Shop:
    """The demo site over HTTP."""

    def __init__(self, trial: Trial, base_url: str) -> None:
        status = trial.status()
        self._base_url = base_url
        self._admin = {"Authorization": f"Bearer {status.admin_key}"}
        self._http = httpx.Client(base_url=status.api, timeout=20, headers={"Authorization": f"Bearer {status.sites[0].api_key}"})

    def __enter__(self) -> "Shop":
        return self

    def __exit__(self, *exc: object) -> None:
        self._http.close()

    def use(self, model: str) -> None:
        about = {"llm": {"model": model, "base_url": self._base_url, "secret": "cloud"}}
        assert self._http.patch("/v1/sites/demo", headers=self._admin, json=about).status_code == 200

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._http.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def chat(self, text: str) -> tuple[str, dict[str, Any]]:
        """A conversation of its own."""
        body = {"model": "site:demo", "messages": [{"role": "user", "content": text}], "metadata": {"channel": "chat"}}
        answer = self.ask("POST", "/v1/chat/completions", body)
        return answer["choices"][0]["message"]["content"], answer["haazir"]

    def until(self, text: str, holds: Callable[[str, dict[str, Any]], bool]) -> tuple[str, dict[str, Any]]:
        """Asked again until a change is live."""
        limit = time.monotonic() + SETTLED_S
        while not holds(*(told := self.chat(text))):
            assert time.monotonic() < limit, told
            time.sleep(0.5)  # the brain looks at a site every few seconds: there is nothing to wait for
        return told


@pytest.fixture(scope="module")
def shop(trial: Trial, base_url: str) -> Iterator[Shop]:
    with Shop(trial, base_url) as there:
        there.ask("PUT", "/v1/sites/demo/secrets/cloud", {"value": "sk-anything"})
        yield there


def test_without_a_model_a_general_question_goes_to_a_person_and_is_a_gap(shop: Shop) -> None:
    text, about = shop.chat("bluetooth kya hota hai")
    assert about["answer_source"] == "abstain" and about["expects"] == "yes_no" and "saathi" in text
    limit = time.monotonic() + SETTLED_S
    while not any(gap["question"] == "bluetooth kya hota hai" for gap in shop.ask("GET", "/v1/kb/gaps")["data"]):
        assert time.monotonic() < limit, "the gap was never counted"
        time.sleep(0.2)


def test_a_general_question_is_answered_by_the_model_and_a_made_up_price_by_nobody(shop: Shop) -> None:
    shop.use("echo")
    shop.until("bluetooth kya hota hai", lambda _, about: about["answer_source"] == "fallback")
    text, about = shop.chat("iphone kitne ka hai")
    assert about["answer_source"] == "abstain" and "iphone" not in text
    shop.use("invents-a-price")
    text, _ = shop.until("bluetooth kya hota hai", lambda _, about: about["answer_source"] == "abstain")
    assert "499" not in text


def test_a_document_is_told_in_the_models_words_and_cited(shop: Shop) -> None:
    document = shop.ask("POST", "/v1/kb/documents", {"title": "Cleaning", "text": CARE})
    shop.use("from-passage")
    text, about = shop.until("how do i clean the inside of a refrigerator", lambda _, about: bool(about["citations"]))
    assert text.startswith("Clean the inside of a refrigerator with lukewarm water and baking soda.") and "[1]" not in text
    assert [citation["document_id"] for citation in about["citations"]] == [document["id"]]


@pytest.mark.parametrize("model", ["down", "garbage", "ghost-tool"])
def test_an_ill_model_leaves_an_honest_sentence(shop: Shop, model: str) -> None:
    shop.use(model)
    text, about = shop.until("aasman neela kyon hota hai", lambda _, about: about["answer_source"] == "abstain")
    assert "saathi" in text and about["expects"] == "yes_no"

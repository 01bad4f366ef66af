"""What is shown of a mirror is what is so, also when nobody is there any more to say it; and what A's model is given."""

import pytest

from brain.knowledge.embedders import wording
from brain.knowledge.normal import normalise
from core.sites import Embedding
from mirror.state import SILENT_S, State, Status, as_seen

NOW = 1_800_000_000.0


def seen(status: Status, ago: float) -> Status:
    return as_seen(State(status=status, at=NOW - ago), NOW).status


def test_a_worker_that_fell_silent_is_not_taken_at_its_word() -> None:
    assert seen("fresh", SILENT_S - 1) == "fresh"
    assert seen("fresh", SILENT_S + 1) == seen("copying", 3600) == "stale"
    assert "kb-worker" in as_seen(State(status="fresh", at=0.0), NOW).why


def test_a_puller_that_waits_or_has_said_its_last_word_may_be_silent() -> None:
    assert seen("away", 300) == "away" and seen("away", 3600) == "stale"
    for status in ("paused", "refused", "drifted", "failed", "waiting"):
        assert seen(status, 86_400) == status


@pytest.mark.parametrize(("latin", "given"), [(True, "mera ordar kahan hai"), (False, "मेरा ऑर्डर कहाँ है")])
def test_a_model_that_knows_no_devanagari_gets_latin_letters(latin: bool, given: str) -> None:
    embedding = Embedding(model="text-embedding-3-small", base_url="https://api.example/v1", dimensions=1536, latin=latin)
    asked = "मेरा ऑर्डर कहाँ है"
    assert wording(embedding, asked, normalise(asked)) == given
    assert wording(Embedding(), asked, normalise(asked)) == normalise(asked).english, "ours gets English, as ever"

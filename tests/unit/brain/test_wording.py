"""The nearest language that there are words in."""

import importlib
import pkgutil
from collections.abc import Iterator

import brain
from brain.wording import spoken_in
from core.sites import LANGUAGES

NOT_SAID = {"UTTERANCES", "instant"}
"""What callers say; and the words of an engine that only tests have."""


def test_hindi_and_punjabi_speakers_understand_hinglish_before_english() -> None:
    texts = {"en": "Three days.", "hi-Latn": "Teen din."}
    assert spoken_in({**texts}, "hi") == spoken_in({**texts}, "pa") == ("Teen din.", "hi-Latn")  # type: ignore[dict-item]
    assert spoken_in({"pa": "ਤਿੰਨ ਦਿਨ।"}, "en") == ("ਤਿੰਨ ਦਿਨ।", "pa")


def test_whatever_the_agent_says_of_itself_it_can_say_in_every_language() -> None:
    tables = [table for module in pkgutil.walk_packages(brain.__path__, "brain.") for table in _tables(module.name)]
    assert len(tables) > 100
    assert not [name for name, languages in tables if languages != set(LANGUAGES)]


def _tables(module: str) -> Iterator[tuple[str, set[str]]]:
    """Texts by language, wherever in a module's values they are."""
    held = vars(importlib.import_module(module))
    values = [(f"{module}:{name}", value) for name, value in held.items() if name not in NOT_SAID]
    while values:
        name, value = values.pop()
        if isinstance(value, dict) and value and set(value) <= set(LANGUAGES):
            if all(isinstance(text, str | tuple) for text in value.values()):
                yield name, set(value)
        elif isinstance(value, dict):
            values += [(f"{name}.{key}", inner) for key, inner in value.items() if key not in NOT_SAID]
        elif isinstance(value, tuple):
            values += [(f"{name}[{place}]", inner) for place, inner in enumerate(value)]

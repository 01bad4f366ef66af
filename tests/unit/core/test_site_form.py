"""Settings as owners write them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.phrases import usual_phrases
from core.site_form import SiteInvalid, form_of, merged, patched, site_of
from core.sites import LANGUAGES

SHOP = {"site_id": "shop", "name": "Shop"}
ANY_JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def test_a_name_is_enough() -> None:
    shop = site_of(SHOP)
    assert shop.languages == ("hi-Latn", "en") and set(shop.phrases) == {"hi-Latn", "en"}
    assert shop.phrase("hi-Latn").hold[0] == "Aap line par bane rahein, main information check kar raha hoon."


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_usual_lines_with_the_sites_name(language: str) -> None:
    lines = usual_phrases(language, "Dr. {name} & Sons")  # type: ignore[arg-type]
    assert "Dr. (name) & Sons" in lines.greeting
    assert all(line for line in (*lines.hold, *lines.hold_chat, lines.reminder, lines.again, lines.apology, lines.goodbye))


def test_written_and_read_again_it_is_the_same() -> None:
    shop = site_of(SHOP | {"hours": {"holidays": ["2026-08-15"], "week": {"mon": ["10:00-18:00"]}}})
    assert site_of(json.loads(json.dumps(form_of(shop)))) == shop
    assert patched(shop, {}) == shop


def test_a_patch_keeps_what_it_does_not_name() -> None:
    shop = site_of(SHOP | {"patience": {"pause": 0.2}})
    assert patched(shop, {"patience": {"digits": 3}}).patience.pause == 0.2
    assert patched(shop, {"patience": None}).patience.pause == 0.16
    with pytest.raises(SiteInvalid, match="site_id: can't be changed"):
        patched(shop, {"site_id": "mall"})


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"llm": {"model": "ollama/llama3", "secret": "key"}}, "llm.model"),
        ({"llm": {"model": "no-such-model", "secret": "key"}}, "llm.model"),
        ({"llm": {"model": "gpt-4.1-mini"}}, "llm.secret"),
        ({"embedding": {"model": "bedrock/titan", "secret": "key"}}, "embedding.model"),
        ({"embedding": {"model": "text-embedding-3-small"}}, "embedding.secret"),
    ],
)
def test_a_model_that_no_driver_takes_is_refused_where_it_is_set(settings: dict[str, object], place: str) -> None:
    with pytest.raises(SiteInvalid) as refused:
        patched(site_of(SHOP), settings)
    assert refused.value.field == place
    with pytest.raises(SiteInvalid):
        site_of(SHOP | settings)
    with_server = {name: {**about, "base_url": "http://models.in/v1"} for name, about in settings.items()}  # type: ignore[dict-item]
    assert patched(site_of(SHOP), with_server)


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [  # RFC 7396, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_merge_patch_is_that_of_the_rfc(target: object, patch: object, result: object) -> None:
    assert merged(target, patch) == result


@given(some.dictionaries(some.sampled_from([*form_of(site_of(SHOP)), "else"]), ANY_JSON, max_size=4))
def test_whatever_is_given_is_a_site_or_has_a_place_that_is_wrong(strange: dict[str, object]) -> None:
    try:
        assert site_of(SHOP | strange).name
    except SiteInvalid as error:
        assert error.detail

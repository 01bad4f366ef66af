"""Declarations that somebody made up: a flaw is told, nothing breaks, and no pattern takes for ever."""

import contextlib
import time
import timeit
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from brain.tools.declaration import Declaration
from brain.tools.declaring import flaws
from brain.tools.openapi import OpenApiError, declared
from tests.unit.brain.tools.shop import LOOPBACK, declarations

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
WORDS = st.sampled_from(
    ["type", "properties", "required", "enum", "pattern", "order", "object", "string", "$ref", "parameters", "in", "name"]
)
LIKE_SCHEMA = st.recursive(
    ANY_JSON | WORDS, lambda inner: st.dictionaries(WORDS, inner, max_size=4) | st.lists(inner, max_size=3), max_leaves=10
)
READ = declarations("https://crm.example.com")[0]


def with_order(**schema: Any) -> Declaration:
    return msgspec.structs.replace(READ, arguments={**READ.arguments, "properties": {"order": schema}})


def test_those_of_our_tests_have_none() -> None:
    for each in declarations("https://crm.example.com"):
        assert flaws(each) == []
    for each in declarations("http://127.0.0.1:8000"):
        assert flaws(each) and flaws(each, LOOPBACK) == []


def test_what_is_sent_is_a_write_unless_the_site_says_otherwise() -> None:
    """A POST that was taken for a read would be done without a read-back, and perhaps twice."""
    search = msgspec.structs.replace(READ, method="POST")
    assert search.writes and [place for place, _ in flaws(search)] == ["confirm"]
    assert flaws(msgspec.structs.replace(search, effect="read")) == []
    assert not READ.writes and msgspec.structs.replace(READ, effect="write").writes


@given(st.dictionaries(WORDS, LIKE_SCHEMA, max_size=4))
@settings(max_examples=300)
def test_whatever_is_sent_as_arguments_is_judged(arguments: dict[str, Any]) -> None:
    declaration = msgspec.structs.replace(READ, arguments=arguments)
    if flaws(declaration) == []:
        for name in declaration.properties:
            declaration.form(name)
            Draft202012Validator(dict(declaration.properties[name])).is_valid("a" * 300)


@pytest.mark.parametrize(
    "pattern", ["^[0-9]{5}$", "^[A-Z]{2}-?[0-9]{3,6}$", r"^\d{10}$", "^[A-Za-z ]+$", "^[6-9][0-9]{9}$", r"^[a-z.\-]+@[a-z.]+$"]
)
def test_usual_patterns_are_fine_and_quick(pattern: str) -> None:
    assert flaws(with_order(type="string", pattern=pattern)) == []
    validator = Draft202012Validator({"pattern": pattern})
    # This thread's own work, and no garbage collected meanwhile (timeit): nothing that other programs, or other tests, do.
    assert timeit.timeit(lambda: validator.is_valid("a" * 300 + "!"), timer=time.thread_time, number=1) < 0.05


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "[a-z]*[a-z]*[a-z]*!", "a{1,}b{1,}c{1,}", r"(.)\1", "[", "*", "a" * 300, "(?=a)", ".*"]
)
def test_patterns_that_could_take_for_ever_or_are_none_are_refused(pattern: str) -> None:
    ((place, _),) = flaws(with_order(type="string", pattern=pattern))
    assert place.startswith("arguments.properties.order")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": ["string", "null"]}, {"type": "object"}, {"enum": [{}]}, {"enum": []}, {"enum": ["a"] * 51},
        {"type": "string", "not": {}}, {"type": "string", "multipleOf": 1e-320}, {},
    ],
)  # fmt: skip
def test_what_is_no_single_value_is_refused(schema: dict[str, Any]) -> None:
    assert flaws(with_order(**schema))


@given(st.dictionaries(st.sampled_from(["openapi", "paths", "servers", "components"]), LIKE_SCHEMA, max_size=4), LIKE_SCHEMA)
@settings(max_examples=300)
def test_whatever_is_sent_as_openapi_is_read_or_refused(document: dict[str, Any], operation: Any) -> None:
    document = {"openapi": "3.1.0", **document}
    if isinstance(operation, dict):
        document["paths"] = {"/a/{order}": {"get": {**operation, "operationId": "x"}}}
    with contextlib.suppress(OpenApiError):
        declared(document, "x", "https://crm.example.com")

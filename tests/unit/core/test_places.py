"""A value that is none of a few is told with those few, wherever it stood."""

from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import Meta

from core.places import complaint

Word = Literal["en", "hi"]


class Shape(msgspec.Struct, kw_only=True):
    maybe: Word | None = None
    named: dict[Word, str] = {}
    some: Annotated[tuple[Word, ...], Meta(description="some")] = ()
    text: Annotated[str, Meta(min_length=1)] = "x"


@pytest.mark.parametrize(
    ("given", "place"), [({"maybe": "xx"}, "maybe"), ({"named": {"xx": "y"}}, "named"), ({"some": ["en", "xx"]}, "some[1]")]
)
def test_what_there_is_to_choose_from_is_said(given: object, place: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert(given, Shape)
    assert complaint(refused.value, Shape) == (place, "Invalid enum value 'xx'; there are en, hi")


def test_an_empty_text_is_called_empty() -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert({"text": ""}, Shape)
    assert complaint(refused.value, Shape) == ("text", "must not be empty")

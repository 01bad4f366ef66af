"""What a call out is for: read from what somebody wrote, and what is wrong with it said with its place."""

import msgspec
import pytest

from core.forms import Option, Question
from core.purpose import Purpose, filled, problems
from core.site_form import SiteInvalid, site_of

HOUSE = (Question(id="owner", ask="Is it yours, {name}?", type="yes_no"),)


def test_what_is_well_written_has_no_problems() -> None:
    purpose = Purpose(
        person="{name}", opening={"en": "About {order}.", "pa": "{order} ਬਾਰੇ।"}, form="house", on_machine="Call us, {name}.",
        variables={"name": "Asha", "order": "12345"},
    )  # fmt: skip
    assert problems(purpose, {"house": HOUSE}) == []
    assert problems(Purpose(), {}) == []
    assert purpose.questions({"house": HOUSE}) == HOUSE and purpose.questions({}) == ()


def test_all_that_is_wrong_is_said_at_once() -> None:
    purpose = Purpose(
        opening="{nme}, good morning",
        form=(
            Question(id="a", ask="", type="choice", options=(Option(value="x"),)),
            Question(id="a", ask={"en": "How many, {who}?"}, least=1),
            Question(id="b", ask="How many?", type="number", least=5, most=1),
            Question(id="c", ask="Which?", type="choice", options=(Option(value="x"), Option(value="x"))),
        ),
        variables={"name": "Asha"},
    )
    assert problems(purpose, {}) == [
        ("form[1].id", "a is the id of two questions"),
        ("form[0].ask", "is the question, and can't be empty"),
        ("form[0].options", "a choice needs two or more"),
        ("form[1].least", "is for a number"),
        ("form[2].least", "is more than `most`"),
        ("form[3].options[1].value", "x stands there twice"),
        ("opening", "{nme} is no variable of this call"),
        ("form.a.ask", "{who} is no variable of this call"),
    ]
    assert problems(Purpose(form="hous"), {"house": HOUSE}) == [("form", "the site has no form 'hous'; its forms: house")]
    assert problems(Purpose(form="house"), {}) == [("form", "the site has no form 'house': it has none")]


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ('{"form": [{"id": "Rooms", "ask": "?"}]}', "matching regex"),
        ('{"form": [{"id": "rooms", "ask": "?", "typ": "number"}]}', "unknown field `typ`"),
        ('{"kind": "spam"}', "Invalid enum value 'spam'"),
        ('{"opening": {"fr": "Bonjour"}}', "Invalid enum value 'fr'"),
        ('{"script": "…"}', "unknown field `script`"),
    ],
)
def test_what_can_not_be_read_names_its_field(written: str, complaint: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=complaint):
        msgspec.json.decode(written, type=Purpose)


def test_variables_are_put_in_and_one_that_is_missing_leaves_nothing_behind() -> None:
    assert filled("Namaste {name} ji,  {what}  aaya.", {"name": "Asha\nRani"}) == "Namaste Asha Rani ji, aaya."


def test_a_site_keeps_forms_and_is_told_what_is_wrong_with_one() -> None:
    given = {
        "site_id": "shop",
        "name": "Shop",
        "forms": {"house": [{"id": "owner", "ask": {"en": "Is it yours?"}, "type": "yes_no"}]},
    }
    assert site_of(given).forms["house"][0].id == "owner"
    given["forms"] = {"house": [{"id": "roof", "ask": "Which?", "type": "choice"}]}
    with pytest.raises(SiteInvalid) as wrong:
        site_of(given)
    assert str(wrong.value) == "forms.house[0].options: a choice needs two or more"

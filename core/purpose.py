"""What a call out is for: handed from POST /v1/calls through the dialer, ari-app and media server to the brain, as written. ◆

disclosure (the site's) ─> is it {person}? ─> opening ─> may we talk now? ─> the form's questions, one by one ─> closing
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from core import forms
from core.forms import Form, Name, Problem, Spoken, texts
from core.languages import Language, Text

_PLACE = re.compile(r"\{([^{}]*)\}")


class Purpose(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: Literal["sales", "lead", "reminder", "survey", "custom"] = "custom"
    """For the record; a reminder does not ask whether they have time."""
    language: Language | None = None
    """Spoken first; None: the site's first. Who answers in another is answered in it."""
    person: Text = ""
    """Who is wanted ("{name}"): asked for before anything is told. Empty: whoever answers will do."""
    opening: Spoken = ""
    """Why we call, in a sentence or two; said once it is the right person."""
    goal: Text = ""
    """What the call is to reach: told to the person who takes it over."""
    form: Annotated[str, Meta(pattern=r"^([a-z][a-z0-9_]{0,39})?$")] | Form = ""
    """The questions, or the name of one of the site's forms; empty: none."""
    closing: Spoken = ""
    """The last line after the last question; empty: thanks."""
    do_not_call: Spoken = ""
    """Said to who wants no more calls; empty: that the number has been taken off."""
    on_machine: Text = ""
    """Left on an answering machine after the beep; empty: hung up."""
    on_menu: Annotated[str, Meta(pattern=r"^[0-9*#A-Dw]{0,40}$")] = ""
    """Keys that are pressed when a menu answers, w: half a second of nothing; empty: hung up."""
    variables: dict[Name, Annotated[str, Meta(max_length=500)]] = {}
    """Of this very call: the person's name, their order."""

    def questions(self, of_site: Mapping[str, Form]) -> Form:
        """Those of its form; none if the site has no such form (any more)."""
        return of_site.get(self.form, ()) if isinstance(self.form, str) else self.form


def problems(purpose: Purpose, of_site: Mapping[str, Form]) -> list[Problem]:
    """All that is wrong with it, each with its place. `of_site`: the site's forms. Of a campaign: with a row's variables."""
    found = list[Problem]()
    if isinstance(purpose.form, str):
        if purpose.form and purpose.form not in of_site:
            known = f"; its forms: {', '.join(sorted(of_site))}" if of_site else ": it has none"
            found.append(("form", f"the site has no form {purpose.form!r}{known}"))
    else:
        found += [(f"form{place}", detail) for place, detail in forms.problems(purpose.form)]
    for field, text in _all_texts(purpose, of_site):
        unknown = [name for name in _PLACE.findall(text) if name not in purpose.variables]
        found += [(field, f"{{{name}}} is no variable of this call") for name in dict.fromkeys(unknown)]
    return found


def _all_texts(purpose: Purpose, of_site: Mapping[str, Form]) -> Iterator[tuple[str, str]]:
    for field in ("person", "opening", "closing", "do_not_call", "on_machine"):
        for text in texts(getattr(purpose, field)):
            yield field, text
    for question in purpose.questions(of_site):
        for text in texts(question.ask):
            yield f"form.{question.id}.ask", text


def filled(text: str, variables: Mapping[str, str]) -> str:
    """With the variables in it, in one line. One that is missing leaves nothing behind."""
    return " ".join(_PLACE.sub(lambda place: variables.get(place[1], ""), text).split())

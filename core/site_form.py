"""A site's settings as its owner writes them: what is left out is filled in, what can't be is said with its place. ◆

    given (TOML, JSON) ── the usual phrases beneath ──> checked ──> Site
    Site + merge patch ───────────────────────────────────┘

A form is a site's settings in plain values, as msgspec.to_builtins gives them.
"""

import zoneinfo
from collections.abc import Mapping
from typing import Any

import msgspec

from core import forms, places
from core.handover import EXTENSION
from core.ids import SITE_ID
from core.phrases import usual_phrases
from core.reception import CALLERS
from core.sites import LANGUAGES, NUMBER, OPENING, QUEUE, USUAL_LANGUAGES, Embedding, Site
from core.vendors import vendor_model, why_not

Form = dict[str, Any]

_LIKE = {
    SITE_ID: "small letters, digits and hyphens, as roshni-store",
    NUMBER: "digits, perhaps a + before, as +911612345678",
    OPENING: "from and to, as 10:00-19:30",
    CALLERS: "a number, as +919812345678, or how numbers begin, as +91140*",
    QUEUE: "small letters, digits, - and _, as humans",
    EXTENSION: "an operator's extension, as 201",
}
"""What a pattern wants, for who has not learnt to read it."""


class SiteInvalid(ValueError):
    """`field` is the place, as languages[0] or hours.week.mon; empty: the whole. `detail` says what is wrong there."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}" if field else detail)
        self.field = field
        self.detail = detail


def site_of(given: Mapping[str, Any]) -> Site:
    """A whole site of what its owner wrote. SiteInvalid."""
    return _checked(merged(_usual(given), dict(given)))


def patched(site: Site, patch: Mapping[str, Any]) -> Site:
    """`site` changed by a JSON merge patch (RFC 7396). What is taken away goes back to its default. SiteInvalid."""
    if patch.get("site_id", site.site_id) != site.site_id:
        raise SiteInvalid("site_id", "can't be changed: make another site")
    form = merged(form_of(site), dict(patch))
    return _checked(merged(_usual(form), form))


def form_of(site: Site) -> Form:
    """Ready for JSON or TOML."""
    form: Form = msgspec.to_builtins(site)
    return form


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396: objects are merged, null takes away, anything else takes the place of what was there."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def _usual(given: Mapping[str, Any]) -> Form:
    """The usual phrases in its languages, as far as these can be read: what can't is complained of later."""
    name, languages = given.get("name"), given.get("languages", USUAL_LANGUAGES)
    said = name if isinstance(name, str) else ""
    wanted = [each for each in LANGUAGES if isinstance(languages, list | tuple) and each in languages]
    return {"phrases": {language: msgspec.to_builtins(usual_phrases(language, said)) for language in wanted}}


def _checked(form: Form) -> Site:
    try:
        site = msgspec.convert(form, Site)
    except msgspec.ValidationError as error:
        place, words = places.complaint(error, Site)
        likes = [like for pattern, like in _LIKE.items() if repr(pattern) in words]
        raise SiteInvalid(place, f"must be {likes[0]}" if likes else words) from error
    if strange := places.unknown(form, form_of(site)):
        raise SiteInvalid(strange[0], "there is no such setting")
    if (nul := places.nul(form)) is not None:
        raise SiteInvalid(nul, "has a NUL character")
    for field, values in (("languages", site.languages), ("numbers", site.numbers)):
        if len(set(values)) < len(values):
            raise SiteInvalid(field, "has something twice")
    for field, url in (("llm.base_url", site.llm.base_url), ("embedding.base_url", site.embedding.base_url)):
        if url and not url.startswith(("http://", "https://")):
            raise SiteInvalid(field, "must begin with http:// or https://")
    for name, questions in site.forms.items():
        for place, wrong in forms.problems(questions):
            raise SiteInvalid(f"forms.{name}{place}", wrong)
    _check_models(site)
    try:
        zoneinfo.ZoneInfo(site.timezone)
    except (KeyError, ValueError, OSError) as error:  # not there; not a name; a folder of the database
        raise SiteInvalid("timezone", "is none of the IANA database, as Asia/Kolkata is") from error
    return site


def _check_models(site: Site) -> None:
    """What no driver would take is better said now than on a call."""
    for field, model in (("llm", site.llm), ("embedding", site.embedding)):
        if not model.model or model.base_url or model.model == Embedding().model:
            continue
        if (wrong := why_not(model.model, model.secret)) is not None:
            raise SiteInvalid(f"{field}.model" if vendor_model(model.model) is None else f"{field}.secret", wrong)

"""What a call out says and does to others than people, made of its purpose. ◆"""

from dataclasses import dataclass

from core.commands import OpenMedia
from core.forms import Spoken
from core.languages import Language
from core.purpose import Purpose, filled
from core.sites import Site

_INTRODUCTIONS: dict[Language, tuple[str, str]] = {
    "hi-Latn": ("Namaste, {site} se call hai.", "Namaste, {site} se {person} ke liye call hai."),
    "en": ("Hello, this is {site} calling.", "Hello, this is {site}, calling for {person}."),
    "hi": ("नमस्ते, {site} से कॉल है।", "नमस्ते, {site} से {person} के लिए कॉल है।"),
    "pa": ("ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ, {site} ਤੋਂ ਕਾਲ ਹੈ।", "ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ, {site} ਤੋਂ {person} ਲਈ ਕਾਲ ਹੈ।"),
}


@dataclass(frozen=True, slots=True)
class Script:
    screen: bool
    """Find out who has answered before the first word."""
    language: Language
    message: str = ""
    """For an answering machine; empty: none is left."""
    introduction: str = ""
    """For a voice that asks who calls before it lets the phone ring: who, and why."""
    keys: str = ""
    """For a menu; empty: hung up."""


def script_of(opening: OpenMedia) -> Script | None:
    """None: not a call out, or one in the middle of which another media server died: who answered is known."""
    purpose, site = opening.purpose, opening.site
    if purpose is None or opening.session != 1:
        return None
    language = purpose.language or site.language
    return Script(
        screen=opening.screen,
        language=language,
        message=filled(purpose.on_machine, purpose.variables),
        introduction=_introduction(purpose, site, language),
        keys=purpose.on_menu,
    )


def _introduction(purpose: Purpose, site: Site, language: Language) -> str:
    anybody, somebody = _INTRODUCTIONS[language]
    person = filled(purpose.person, purpose.variables)
    who = (somebody if person else anybody).replace("{site}", site.name).replace("{person}", person)
    return f"{who} {filled(_in(purpose.opening, language), purpose.variables)}".strip()


def _in(spoken: Spoken, language: Language) -> str:
    """In this language, or in the first there is."""
    return spoken if isinstance(spoken, str) else spoken.get(language, next(iter(spoken.values()), ""))

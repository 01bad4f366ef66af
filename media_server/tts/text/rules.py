"""One rule of the front end: what it looks like in writing, and how it is said."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from media_server.tts.text.tongues import Tongue


@dataclass(frozen=True, slots=True)
class Rule:
    written: re.Pattern[str]
    say: Callable[[re.Match[str], Tongue], str]

    def apply(self, text: str, tongue: Tongue) -> str:
        """The text with what is written so replaced by words, set apart by spaces."""
        return self.written.sub(lambda match: f" {self.say(match, tongue)} ", text)


def rule(written: str, say: Callable[[re.Match[str], Tongue], str], *, case: bool = False) -> Rule:
    """`written` is a regular expression; upper and lower case are the same in it unless `case`."""
    return Rule(re.compile(written, 0 if case else re.IGNORECASE), say)

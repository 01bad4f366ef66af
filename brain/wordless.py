"""What asks nothing: "?", an emoji, a line of SQL or of a program, an insult. A short answer, and no gap. ◆"""

import re
from typing import Literal

from brain.temper import is_angry
from core.script import latin

Wordless = Literal["", "no_words", "a_program", "angry"]

_WORD = re.compile(r"[^\W_]")
_PROGRAM = re.compile(
    r"""\bselect\b.+\bfrom\b.*(?:;|\bwhere\b|--|=) | \b(?:drop|alter|truncate|create)\s+(?:table|database|user)\b
    | \b(?:insert\s+into|delete\s+from|union\s+(?:all\s+)?select|update\s+\w+\s+set)\b
    | ['"`]\s*(?:;|--|\bor\b\s+['"\d]|\band\b\s+['"\d]+\s*=) | \bor\s+1\s*=\s*1\b
    | <\s*/?\s*(?:script|iframe|img|svg)\b | \bon(?:error|load)\s*= | \$\{.*\} | \{\{.*\}\} | (?:\.\./){2,} | ;\s*rm\s+-
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


def wordless(text: str) -> Wordless:
    if not _WORD.search(text):
        return "no_words"
    return "a_program" if _PROGRAM.search(text) else ""


def asks_nothing(text: str) -> Wordless:
    """Of what nothing that we know answers: then abuse is only abuse."""
    return wordless(text) or ("angry" if is_angry(latin(text)) else "")

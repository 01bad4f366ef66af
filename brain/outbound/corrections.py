"""Something they had answered, said differently now: "nahin nahin, teen kamre". ◆"""

from brain.outbound.answers import Setting, answer
from brain.outbound.script import Script
from brain.outbound.spelling import spelt, words
from brain.outbound.state import Interview
from core.forms import Answer, Question, texts

_MARK = spelt("nahin no na sorry are arre galti galat actually matlab wait ruko mean not oh correction")
_BARE = 3
"""Words, the value among them, of a correction that does not name what it corrects."""
_COMMON = spelt(
    "aap aapke aapka aapki ka ke ki ko kya hai hain hun han se men par kitne kitna kitni kab kaun the is are your you how many"
    " what of in a to for ji mere mera meri mujhe i my we ya or chahie kin kina tuhade ghar"
)


def found(interview: Interview, question: Question, text: str, script: Script, setting: Setting) -> tuple[str, Answer] | None:
    """(which question, what is meant), if it begins like a correction and is no answer to the open one."""
    said = words(text)
    marks = next((at for at, word in enumerate(said) if word not in _MARK), len(said))
    rest = " ".join(said[marks:])
    if not marks or not rest:
        return None
    for name in _candidates(interview, script, rest):
        before = script.question(name)
        if before is None or before.type in ("text", "yes_no", "phone"):
            continue
        meant = answer(before, rest, setting)
        named = in_common(before, rest)
        if meant is not None and meant != interview.answers.get(name) and (named or _is_bare(before, question, rest)):
            return name, meant
    return None


def in_common(question: Question, text: str) -> bool:
    """Whether it names what the question is about."""
    asked = {word for each in texts(question.ask) for word in words(each)}
    return bool((asked & set(words(text))) - _COMMON)


def _candidates(interview: Interview, script: Script, rest: str) -> list[str]:
    """Those that it names first, then the one answered last."""
    answered = list(reversed(interview.answers))
    named = [name for name in answered if (question := script.question(name)) is not None and in_common(question, rest)]
    return [*named, *([interview.last] if interview.last and interview.last not in named else [])]


def _is_bare(before: Question, question: Question, rest: str) -> bool:
    """Hardly more than the value. "Nahin, teen" is no answer to "how much?", even if that wants a number as well."""
    others = [word for word in words(rest) if not word.isdecimal() and word not in _COMMON]
    return len(others) <= _BARE and not in_common(question, rest)

"""What a conversation keeps of itself: its last turns word for word, of those before the questions, for a person the gist. ◆

turn, turn, turn … ──remember──> Memory(recent, summary)      Memory ──for_person──> "Caller speaks Hinglish. Asked: …"
"""

from collections.abc import Sequence
from dataclasses import replace

from brain import recap_words as words
from brain.turn import Exchange, Memory
from brain.wording import listed
from core.commands import Line
from core.sites import Language

RECENT = 10
"""Turns that are remembered word for word."""
STILL_THERE_S = 1800.0
"""Somebody who writes again within this still knows what we had asked."""
SUMMARY_LIMIT = 600
"""Characters: what a person reads in the seconds before they take over."""
LINE_LIMIT = 160
"""Characters of one thing said in it."""

_BEFORE = "Asked before: "


def exchanges(history: Sequence[Line], language: Language) -> tuple[Exchange, ...]:
    """What was said in a chat that keeps its own history: each question with what came after it."""
    found: list[Exchange] = []
    for line in history:
        if line.role == "caller":
            found.append(Exchange(line.text, "", "chat", language))
        elif found:
            found[-1] = replace(found[-1], answered=f"{found[-1].answered} {line.text}".strip())
    return tuple(found[-RECENT:])


def remember(memory: Memory, exchange: Exchange) -> Memory:
    """One more turn that is over. What no longer has its place among the recent ones leaves its question behind."""
    recent = (*memory.recent, exchange)
    summary = memory.summary
    for old in recent[:-RECENT]:
        summary = _more(summary, old.asked)
    return replace(memory, recent=recent[-RECENT:], summary=summary)


def resumed(memory: Memory, *, same_channel: bool, silent_s: float) -> Memory:
    """What is left of a memory when somebody comes back: on the same channel and soon, all of it. Else what was said and asked,
    but nothing that waited for a reply, and nothing they had proven: another may hold the telephone."""
    if same_channel and silent_s < STILL_THERE_S:
        return memory
    kept = Memory(memory.language, topic=memory.topic, asked=memory.asked, uncertain=memory.uncertain)
    return replace(kept, recent=memory.recent, summary=memory.summary)


def reheard(memory: Memory, heard: str) -> Memory:
    """The last answer was heard only so far."""
    if not memory.recent:
        return memory
    return replace(memory, recent=(*memory.recent[:-1], replace(memory.recent[-1], answered=heard)))


def for_person(memory: Memory, language: Language) -> str:
    """What somebody who takes over should know, in their language: the caller's own, what was asked, what was answered last."""
    questions = [*(turn.asked for turn in memory.recent), *memory.asked]
    asked = "; ".join(dict.fromkeys(_short(question) for question in questions if question.strip())) or words.NOTHING[language]
    channels = [words.CHANNELS[channel][language] for channel in dict.fromkeys(turn.channel for turn in memory.recent)]
    told = next((_short(turn.answered) for turn in reversed(memory.recent) if turn.answered.strip()), "")
    before = memory.summary.removeprefix(_BEFORE) if memory.summary.startswith(_BEFORE) else ""
    parts = [
        language_spoken(memory, language),
        words.CAME_OVER[language].format(channels=listed(channels, language)) if len(channels) > 1 else "",
        words.ASKED[language].format(asked=asked),
        words.TOLD[language].format(told=told) if told else "",
        words.BEFORE[language].format(asked=before) if before else "",
    ]
    return " ".join(part for part in parts if part)[-SUMMARY_LIMIT * 2 :]


def language_spoken(memory: Memory, language: Language) -> str:
    """Told in `language`."""
    return words.SPEAKS[language].format(name=words.NAMES[memory.language][language])


def _more(summary: str, asked: str) -> str:
    """Its oldest questions give way to new ones."""
    kept = [*(summary.removeprefix(_BEFORE).split("; ") if summary else []), _short(asked)]
    while len(text := _BEFORE + "; ".join(dict.fromkeys(filter(None, kept)))) > SUMMARY_LIMIT and len(kept) > 1:
        kept.pop(0)
    return text


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= LINE_LIMIT else f"{line[: LINE_LIMIT - 1]}…"

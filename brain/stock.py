"""What every site understands without being told: its tools' names, small talk, and what no shop knows."""

from collections.abc import Iterable

from brain import elsewhere
from brain.knowledge.write import Doc, Origin
from brain.small_talk import SMALL_TALK
from brain.tools.registry import UTTERANCES

ORIGIN: Origin = "stock"

BUILT_IN: tuple[str, ...] = tuple(UTTERANCES)
"""Names of the tools that are ours; a site may declare others."""
USUAL_TOOLS: tuple[str, ...] = ("transfer_to_operator", "end_call", "repeat_answer")
"""Of a site that does not say: what works without anything of the site's own."""


def stock(tools: Iterable[str]) -> tuple[Doc, ...]:
    """For a site that allows these tools. Those that it declared itself bring their own ways to ask."""
    docs = [Doc("action", name, {}, UTTERANCES[name], ORIGIN) for name in tools if name in UTTERANCES]
    docs += [Doc("action", name, talk.answers, talk.utterances, ORIGIN) for name, talk in SMALL_TALK.items()]
    docs.append(Doc("action", elsewhere.ELSEWHERE, {}, elsewhere.UTTERANCES, ORIGIN))
    return tuple(docs)

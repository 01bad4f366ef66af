"""What the person who takes over is told: written by the site's model where there is one, in time; else brain.recap's own words.

turns ──model, at most SUMMARY_S──> one line, every figure from the conversation? ──> it
                               └── late, away, strange ──> for_person's
"""

import asyncio
from contextlib import aclosing

from brain.guard import unfounded
from brain.llm import prompts
from brain.llm.llm import Llm, LlmFailed, Text
from brain.recap import language_spoken
from brain.turn import Asked, Memory
from core.sites import Site

SUMMARY_S = 1.5
"""The announcement that a person comes takes longer to say: nobody waits for this."""
LONGEST = 600
"""Characters: what is read in the seconds before one says hello."""


async def summary(site: Site, asked: Asked, memory: Memory, llm: Llm, extracted: str) -> str:
    """`extracted`: what is told if the model has nothing better in time."""
    if not memory.recent:  # the first words were "a person, please": there is nothing to sum up
        return extracted
    written = ""
    try:
        async with (
            asyncio.timeout(SUMMARY_S),
            aclosing(llm.stream(prompts.for_person(site, asked, memory))) as deltas,
        ):
            async for delta in deltas:
                written += delta.text if isinstance(delta, Text) else ""
    except (TimeoutError, LlmFailed):
        return extracted
    told = " ".join(written.split())
    said = [asked.text, asked.caller, extracted, *(text for turn in memory.recent for text in (turn.asked, turn.answered))]
    if not 0 < len(told) <= LONGEST or prompts.UNKNOWN in told or unfounded(told, said):
        return extracted
    return f"{language_spoken(memory, site.operators_language)} {told}"

"""What the agent says when something has happened to the caller, and they said nothing: nobody had time for them. ◆"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

from brain.tools.tool import Errand, Request, Tool
from brain.turn import Done, Piece, Say
from brain.wording import say

CALLBACK = "schedule_callback"


async def nobody_free(request: Request, tools: Mapping[str, Tool]) -> AsyncIterator[Piece]:
    """Said so; and if the site calls back, on which day: the tool takes the reply."""
    tool = tools.get(CALLBACK)
    if tool is None or not isinstance(tool, Errand):
        texts, language = say("nobody_free", request.language)
        done = Done("abstain", request.memory)
    else:
        texts, language = say("nobody_free_callback", request.language)
        done = Done("tool", request.memory)
        async for piece in tool.answer(request):  # its memory of what it asks; the words are ours
            done = replace(done, memory=piece.memory) if isinstance(piece, Done) else done
    for text in texts:
        yield Say(text, language)
    yield done

"""Every other vendor's model, through litellm: "gpt-4.1-mini", "gemini/…", "anthropic/…", as litellm names them.

litellm costs 2 s and 160 MB to import and ten times the CPU a token (facts/brain.md A2, A3), so it is imported only when a
site names such a model, in a thread, and never by the way. Its price map comes from its own package, not over the network.
"""

import asyncio
import functools
import logging
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from brain.llm.chunks import Assembler
from brain.llm.llm import Delta, Failure, LlmFailed, Prompt, Used
from brain.llm.wire import request
from core.sites import Llm
from core.vendors import vendor_model, why_not

_STATUS: dict[int, Failure] = {408: "slow", 429: "limited"}


@functools.cache
def _litellm() -> Any:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # read while it is imported: else it asks GitHub, three times
    import litellm

    litellm.drop_params = True  # a model that knows no temperature is asked without one
    litellm.suppress_debug_info = True  # it prints to the console otherwise
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "openai", "httpcore", "httpx"):
        logging.getLogger(name).setLevel(logging.ERROR)  # its debug lines hold what callers said
    return litellm


async def warm() -> None:
    """Import it now, behind everything else, so that no caller waits for it."""
    await asyncio.to_thread(_litellm)


class Litellm:
    """Deadlines are the door's business (brain.llm.door)."""

    def __init__(self, llm: Llm, key: str) -> None:
        """`key` of the vendor's: without one litellm would take this machine's (core.vendors)."""
        self._llm = llm
        self._key = key

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        if refusal := why_not(self._llm.model, self._key):
            raise LlmFailed("refused", refusal)
        litellm = await asyncio.to_thread(_litellm)
        import openai  # litellm's errors are made from its classes

        body = request(prompt, self._llm) | {"model": vendor_model(self._llm.model), "api_key": self._key, "num_retries": 0}
        if self._llm.base_url:
            body["api_base"] = self._llm.base_url
        try:
            answer = await litellm.acompletion(**body, max_retries=0, timeout=self._llm.timeout_s)
            async with aclosing(answer):
                async for delta in _deltas(answer):
                    yield delta
        except openai.APIStatusError as error:
            why: Failure = _STATUS.get(error.status_code) or ("away" if error.status_code >= 500 else "refused")
            raise LlmFailed(why, f"status {error.status_code}") from error
        except openai.APITimeoutError as error:
            raise LlmFailed("slow", type(error).__name__) from error
        except openai.OpenAIError as error:
            raise LlmFailed("away", type(error).__name__) from error


async def _deltas(answer: AsyncIterator[Any]) -> AsyncIterator[Delta]:
    assembler = Assembler()
    async for chunk in answer:
        for choice in chunk.choices[:1]:
            for delta in assembler.text(choice.delta.content):
                yield delta
            for call in choice.delta.tool_calls or ():
                assembler.call(call.index, call.function.name, call.function.arguments)
        if usage := getattr(chunk, "usage", None):
            yield Used(usage.prompt_tokens, usage.completion_tokens)
    assembler.done = True  # it raises where the stream broke, and hides [DONE]
    for delta in assembler.end():
        yield delta

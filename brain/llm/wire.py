"""A prompt as OpenAI's chat API wants it: what both drivers send. ◆"""

from typing import Any

from brain.llm.llm import Prompt
from core.sites import Llm


def request(prompt: Prompt, llm: Llm) -> dict[str, Any]:
    """The JSON body of POST /chat/completions, but for the model's name."""
    body: dict[str, Any] = {
        "messages": [{"role": message.role, "content": message.text} for message in prompt.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": llm.temperature,
        "max_tokens": llm.max_tokens,
    }
    if prompt.tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)},
            }
            for tool in prompt.tools
        ]
    return body

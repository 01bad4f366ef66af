"""A prompt as OpenAI's chat API wants it: what both drivers send. ◆"""

from typing import Any

from brain.llm.llm import Message, Prompt
from core.sites import Llm


def request(prompt: Prompt, llm: Llm) -> dict[str, Any]:
    """The JSON body of POST /chat/completions, but for the model's name."""
    body: dict[str, Any] = {
        "messages": [_message(message) for message in prompt.messages],
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
    if prompt.must_call:
        body["tool_choice"] = "required"
    return body


def _message(message: Message) -> dict[str, Any]:
    said: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.calls:
        said["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.calls
        ]
    if message.answers:
        said["tool_call_id"] = message.answers
    return said

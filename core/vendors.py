"""Which models a site may name for litellm: those of vendors that take a key and have one public address. ◆

litellm knows a hundred more, and would go to a server on this machine for "ollama/…" or spend this machine's own credentials
on "bedrock/…". A site reaches its own server by `base_url`, which is judged (core.public_address).
"""

import re

VENDORS = frozenset(
    "openai anthropic gemini groq mistral deepseek cohere xai openrouter".split()
    + "together_ai fireworks_ai perplexity voyage jina_ai".split()
)
_OPENAI_S = re.compile(r"(?:gpt-|chatgpt-|o\d|text-embedding-)[\w.-]*")
"""Names that need no vendor before them."""


def vendor_model(model: str) -> str | None:
    """The model as litellm takes it, its vendor before it: "gpt-4.1-mini" -> "openai/gpt-4.1-mini". None: no vendor's of ours."""
    if _OPENAI_S.fullmatch(model):
        return f"openai/{model}"
    vendor, slash, name = model.partition("/")
    return model if vendor in VENDORS and slash and name and "://" not in name else None


def why_not(model: str, key: str) -> str | None:
    """Why litellm is not asked for it; None: it may be."""
    if vendor_model(model) is None:
        return f"a model without base_url is one of {', '.join(sorted(VENDORS))}, as in openai/gpt-4.1-mini"
    return None if key else "a vendor's model needs a key in the site's vault, named in `secret`"

"""The languages that the agent speaks, and how a text is written for them. ◆"""

from typing import Annotated, Literal

from msgspec import Meta

Language = Literal["hi-Latn", "hi", "en", "pa"]
"""BCP 47: Hinglish (Hindi in Latin script, mixed with English), Hindi in Devanagari, (Indian) English, Punjabi in Gurmukhi."""

LANGUAGES: tuple[Language, ...] = ("hi-Latn", "hi", "en", "pa")

Text = Annotated[str, Meta(max_length=2000)]

"""The recipe's eSpeak NG, for a process of its own, as in training: its state is global, and other tests set it up otherwise."""

from core.audio import Pcm
from training.tiny_stt.render import Phone, Renderer


def said(text: str, voice: str) -> tuple[Pcm, list[Phone]]:
    """At 150 words a minute and pitch 50."""
    return Renderer().say(text, voice, 150, 50)

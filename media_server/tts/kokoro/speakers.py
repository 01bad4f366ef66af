"""What Kokoro's voices are called, and what a name tells of its voice. ◆

hf_alpha: h Hindi, f a woman         am_adam: a American, m a man
"""

from typing import Literal

USUAL: dict[str, tuple[str, ...]] = {"female": ("hf_alpha", "hf_beta", "af_heart"), "male": ("hm_omega", "hm_psi")}
"""Voices that are taken if none is named, the first that is there. Hindi ones: they say English too."""


def gender(voice: str) -> Literal["female", "male"]:
    """Of a voice by its name, whether it is here or not."""
    return "male" if voice == "male" or voice[1:3] == "m_" else "female"

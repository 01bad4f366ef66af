"""The speakers that Indic Parler knows by name, and how each is described to it. ◆

A description that names a speaker brings that person's voice, the same in every clause; the rest of it says how.
"""

from typing import Literal

WOMEN = (
    "Divya", "Rani", "Mary", "Swapna", "Meera", "Sneha", "Tisha", "Priya", "Gauri", "Nisha", "Kavya", "Riya", "Divjot",
)  # fmt: skip
MEN = (
    "Rohit", "Aman", "Thoma", "Dinesh", "Jatin", "Aakash", "Kabir", "Chingkhei", "Thoiba", "Tarun", "Raghav", "Ravi", "Vikas",
    "Gurpreet",
)  # fmt: skip
"""Of Hindi, English and Punjabi, as its model card lists them (Hindi: Rohit and Divya recommended)."""
FEMALE, MALE = "Divya", "Rohit"
USUAL = {"": FEMALE, "female": FEMALE, "male": MALE}


def speaker(voice: str) -> str | None:
    """Who is meant; None: nobody that it knows."""
    name = USUAL.get(voice, voice.capitalize())
    return name if name in WOMEN or name in MEN else None


def gender(voice: str) -> Literal["female", "male"]:
    """Of whoever is meant, or speaks in the place of nobody."""
    return "male" if speaker(voice) in MEN else "female"


def described(name: str) -> str:
    """What the model is told."""
    whose = "his" if name in MEN else "her"
    return (
        f"{name} speaks clearly and calmly at a moderate pace, in {whose} natural pitch, in a friendly tone. "
        "The recording is of very high quality, very close up, without any background noise."
    )

"""What a caller says when we asked for something secret (a PIN, a phone number): no record has it. ◆"""

CONCEALED = "•••"


def concealed(text: str) -> str:
    """The reply as records may have it: nothing of it, if there is a figure in it; words alone are no secret of that kind."""
    return CONCEALED if any(character.isdecimal() for character in text) else text

"""The carrier's numbers. Their last three digits say what happens when one is called (templates/extensions.conf)."""

_AREA = "+918000000"

RINGS = _AREA + "180"
"""For ever."""
EARLY_MEDIA_THEN_BUSY = _AREA + "183"
PERSON = _AREA + "200"
"""Rings for half a second, says "hello? haan boliye" and listens."""
SILENT_PERSON = _AREA + "201"
SHORT_PERSON = _AREA + "202"
"""Says hello and hangs up."""
VOICEMAIL = _AREA + "301"
"""Greeting, beep; records until four seconds of silence."""
IVR = _AREA + "302"
"""A menu; 1 and 2 are answered, anything else brings the menu again."""
SCREENING = _AREA + "303"
"""Asks who is calling, waits until they have said it, then is a person."""


def refusing(status: int) -> str:
    """The number that answers with this SIP status: 403, 404, 480, 486, 503, 603…"""
    return f"{_AREA}{status}"

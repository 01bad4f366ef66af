"""What a call out is for: handed from POST /v1/calls through the dialer and ari-app to the brain, as it was written. ◆"""

from typing import Annotated

import msgspec
from msgspec import Meta

Words = Annotated[str, Meta(max_length=2000)]
VARIABLE = r"^[a-z][a-z0-9_]{0,39}$"


class Purpose(msgspec.Struct, frozen=True, kw_only=True):
    opening: Words = ""
    """What is said after the disclosure, first of all. {name} stands for a variable."""
    goal: Words = ""
    """What the call is to reach, for who decides what to say next."""
    form: Annotated[str, Meta(max_length=40)] = ""
    """Name of the site's form whose questions are asked; empty: none."""
    variables: dict[Annotated[str, Meta(pattern=VARIABLE)], Annotated[str, Meta(max_length=500)]] = {}
    """Of this very call: the person's name, their order."""

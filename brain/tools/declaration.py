"""A tool as a site declares it: what it is for, what it needs to know, where it goes, and what is said of the answer. ◆

The shape is what /v1/sites/{site_id}/tools takes and what tools/*.toml holds; docs/tools.md explains it with an example.
brain/tools/declaring.py says whether a declaration makes sense; brain/tools/errand.py carries it out.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from core.sites import Language

TOOL_NAME = r"^[a-z][a-z0-9_]{1,47}$"
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Form = Literal["digits", "number", "choice", "yes_no", "date", "time", "name", "words"]
Way = Literal["caller_id", "last4", "keypad"]

Sentence = Annotated[str, Meta(min_length=1, max_length=500)]
Words = dict[Language, Sentence]
"""Said to a caller, by language."""
Url = Annotated[str, Meta(max_length=1000)]
ArgumentName = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,47}$")]
Seconds = Annotated[float, Meta(ge=0.1, le=10)]


class _Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class Slot(_Part, frozen=True, kw_only=True):
    """How one argument is asked for, understood and read back."""

    ask: Words = {}
    """The question. Needed for a required argument."""
    form: Form | None = None
    """What a reply looks like; left out: as the argument's schema says (enum: choice, boolean: yes_no, format date: date …)."""
    digits: Annotated[int, Meta(ge=0, le=20)] = 0
    """With form digits: how many make it complete; 0: as the schema's pattern or length says."""
    words: dict[str, tuple[Annotated[str, Meta(min_length=1, max_length=60)], ...]] = {}
    """Of an enum: the words by which callers mean each value, in Latin letters."""
    labels: dict[str, Words] = {}
    """Of an enum: what each value is called when it is read back: {argument|label}."""
    caller: bool = False
    """Filled with the number that the caller calls from, if it is known."""
    secret: bool = False
    """Masked in records."""


class Case(_Part, frozen=True, kw_only=True):
    """What is said of an answer that looks like this. The first case that fits is told."""

    when: dict[Annotated[str, Meta(max_length=200)], str | int | float | bool | None] = {}
    """Path into the answer -> the value that it must have. Empty: any answer."""
    say: Words
    write: Words = {}
    """In a chat, where it differs."""


class ShowKey(_Part, frozen=True, kw_only=True):
    """How we show the API who we are. The value comes from the site's vault."""

    form: Literal["header", "bearer", "basic"]
    secret: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]
    """The name in the vault. For basic its value is `user:password`."""
    header: Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")] = "X-Api-Key"
    """With form header."""


class Authentication(_Part, frozen=True, kw_only=True):
    """What the caller must show before the tool tells or does anything."""

    ways: Annotated[tuple[Way, ...], Meta(min_length=1)]
    """Tried in this order: caller_id asks nothing of the caller, last4 the registered number's last digits, keypad a PIN."""
    url: Url = ""
    """GET: the record that has the registered number. Empty: the answer of the tool itself has it (reads only)."""
    field: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$")] = "phone"
    """Path to the registered number there."""
    pin_url: Url = ""
    """With keypad: POST {"pin": "…", …arguments}; the answer's `valid` must be true."""


class Declaration(_Part, frozen=True, kw_only=True):
    name: Annotated[str, Meta(pattern=TOOL_NAME)]
    description: Annotated[str, Meta(min_length=1, max_length=500)]
    """One sentence in English: what a language model chooses by."""
    kind: Literal["http", "openapi", "mcp", "python"] = "http"
    effect: Literal["read", "write"] | None = None
    """A write is read back, confirmed, and done once. Left out: over HTTP all but GET is a write, anything else a read."""
    method: Method = "GET"
    url: Url = ""
    """Template: https://crm.example.com/orders/{order_number}. Of kind mcp: the server's address, without places."""
    operation: Annotated[str, Meta(max_length=200)] = ""
    """Of kind openapi: its operationId; of kind mcp: the server's name of the tool."""
    body: dict[str, str | int | float | bool | None] | None = None
    """Left out: arguments that the URL does not hold. "{argument}" alone is put in with its JSON type."""
    headers: dict[Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")], Annotated[str, Meta(max_length=500)]] = {}
    key: ShowKey | None = None
    arguments: dict[str, Any] = msgspec.field(default_factory=lambda: {"type": "object", "properties": {}})
    """JSON Schema of one object, flat: strings, numbers and booleans."""
    slots: dict[ArgumentName, Slot] = {}
    utterances: dict[Language, tuple[Annotated[str, Meta(min_length=2, max_length=120)], ...]] = {}
    """Ways in which callers ask for it; {digits} is a number."""
    confirm: Words = {}
    """Of a write: what is about to be done, over its arguments. "Shall I?" is added."""
    answers: tuple[Case, ...] = ()
    """Over the API's answer, and over the arguments as {arguments.name}."""
    not_found: Words = {}
    refused: Words = {}
    authentication: Authentication | None = None
    timeout_s: Seconds = 2.5
    fresh_s: Annotated[float, Meta(ge=0, le=3600)] = 30.0
    """Of a read: an answer is given again for so long without asking."""
    stale_s: Annotated[float, Meta(ge=0, le=3600)] = 0.0
    """Of a read: for so long after that an old answer is given at once, while a new one is fetched."""

    @property
    def writes(self) -> bool:
        return self.effect == "write" if self.effect else self.method != "GET"

    @property
    def properties(self) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self.arguments.get("properties", {})
        return found

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(self.arguments.get("required", ()))

    def slot(self, argument: str) -> Slot:
        return self.slots.get(argument, NO_SLOT)

    def form(self, argument: str) -> Form:
        """What a caller's reply looks like."""
        if (form := self.slot(argument).form) is not None:
            return form
        schema = self.properties.get(argument, {})
        if "enum" in schema:
            return "choice"
        match schema.get("type"), schema.get("format"):
            case "boolean", _:
                return "yes_no"
            case "integer" | "number", _:
                return "number"
            case _, "date":
                return "date"
            case _, "time":
                return "time"
        pattern = schema.get("pattern", "")
        return "digits" if self.length(argument) or "[0-9]" in pattern or "\\d" in pattern else "words"

    def length(self, argument: str) -> int:
        """Digits that make the argument complete; 0: any number of them."""
        if digits := self.slot(argument).digits:
            return digits
        pattern = self.properties.get(argument, {}).get("pattern", "")
        for start in ("^[0-9]{", "^\\d{"):
            if pattern.startswith(start) and pattern.endswith("}$") and pattern[len(start) : -2].isdecimal():
                return int(pattern[len(start) : -2])
        return 0

    def masked(self, arguments: Mapping[str, Any]) -> dict[str, str]:
        """As records may have them."""
        return {name: "•••" if self.slot(name).secret else str(value) for name, value in arguments.items()}


NO_SLOT = Slot()

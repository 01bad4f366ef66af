"""Two sites of one instance, each with one of everything, and the attempts of one upon the other, made from /openapi.json.

    mine, theirs = Tenant.make(api, "mine"), Tenant.make(api, "theirs")
    for attempt in attempts(description, mine, theirs): …

Whatever an operation takes must be known here: a new parameter or a new body that is not fails the test, so nothing new
stays untried.
"""

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

Json = dict[str, Any]

ADMINS = ("/v1/sites", "/v1/dnc/all")
"""What a site does not read."""
METHODS = ("get", "post", "put", "patch", "delete")
MISSING: Mapping[str, str] = {
    "site_id": "no-such-site",
    "key_id": "key_00000000000000aa",
    "number": "2999",
    "secret": "no_such_secret",
    "tool": "no_such_tool",
    "word": "no-such-word",
    "document_id": "doc_00000000000000000000",
    "faq_id": "faq_0000000000000000",
    "gap_id": "999999999",
    "call_id": "no-such-call",
    "conversation_id": "00000000-0000-4000-8000-000000000000",
    "model": "site:no-such-site",
    "outbound_id": f"out-{'0' * 20}",
    "campaign_id": f"camp-{'0' * 16}",
    "deed": "pause",
    "dnc_number": "+919899999999",
}
"""What each parameter is when it names nothing."""


def kind(path: str, parameter: str) -> str:
    """What a parameter names: `name` is a secret's here and a tool's there."""
    if parameter == "number" and "/dnc/" in path:
        return "dnc_number"
    if parameter == "name":
        return "secret" if "/secrets/" in path else "tool"
    return parameter


def tool(name: str, word: str) -> Json:
    return {
        "name": name,
        "description": f"Tells whether the {word} is ready.",
        "url": "https://lab.example.com/reports/{report}",
        "arguments": {
            "type": "object",
            "properties": {"report": {"type": "string", "pattern": "^[0-9]{6}$"}},
            "required": ["report"],
        },
        "slots": {"report": {"ask": {"en": "What is the report number?"}}},
        "utterances": {"en": [f"is my {word} ready"]},
        "answers": [{"say": {"en": f"Your {word} is ready."}}],
    }


CALL = {"to": "+919800000099", "consent": "an attempt", "at": "2099-01-01T00:00:00Z"}
"""For a day that no test lives to see."""
OUTBOUND = {"enabled": True, "trunk": "carrier", "caller_id": "+911600000000"}
ORIGIN = {"source": "mirror", "origin": {"host": "192.0.2.7", "database": "a", "user": "reader"}}


def bodies(tenant: "Tenant") -> Mapping[tuple[str, str], Json]:
    """A good body for every operation that takes one, as its own site would send it."""
    faq = {"question": "is there a lift", "answer": "Yes, there is a lift."}
    return {
        ("post", "/v1/sites"): {"site_id": f"{tenant.site}-child", "name": "Child"},
        ("patch", "/v1/sites/{site_id}"): {"persona": "Friendly"},
        ("post", "/v1/sites/{site_id}/keys"): {"name": "made by an attempt"},
        ("post", "/v1/sites/{site_id}/keys/{key_id}/rotate"): {"overlap_s": 0},
        ("post", "/v1/sites/{site_id}/numbers"): {"number": "2777"},
        ("put", "/v1/sites/{site_id}/secrets/{name}"): {"value": "taken over"},
        ("put", "/v1/sites/{site_id}/lexicon"): {"words": [{"word": "taken", "say": "over"}]},
        ("put", "/v1/sites/{site_id}/lexicon/{word}"): {"say": "taken over"},
        ("post", "/v1/calls/{call_id}/hangup"): {},
        ("post", "/v1/calls/{call_id}/transfer"): {"destination": "humans", "kind": "blind"},
        ("post", "/v1/calls/{call_id}/say"): {"text": "Hello from another site."},
        ("post", "/v1/calls/{call_id}/dtmf"): {"digits": "1w2#"},
        ("post", "/v1/calls/{call_id}/hold"): {"on": True},
        ("post", "/v1/calls/{call_id}/record"): {"on": False},
        ("post", "/v1/calls/{call_id}/monitor"): {"extension": "201"},
        ("post", "/v1/calls"): CALL,
        ("post", "/v1/campaigns"): {"name": "an attempt", "paused": True},
        ("post", "/v1/campaigns/{campaign_id}/calls"): {"calls": [CALL]},
        ("post", "/v1/dnc"): {"numbers": ["+919800000098"]},
        ("post", "/v1/dnc/all"): {"numbers": ["+919800000097"]},
        ("post", "/v1/kb/documents"): {"title": "Lift", "text": "There is a lift in the shop."},
        ("put", "/v1/kb/documents/{document_id}"): {"title": "Lift", "text": "There is no lift."},
        ("post", "/v1/kb/faqs"): faq,
        ("put", "/v1/kb/faqs/{faq_id}"): faq,
        ("patch", "/v1/kb/gaps/{gap_id}"): {"status": "ignored"},
        ("post", "/v1/kb/search"): {"query": tenant.riddle},
        ("post", "/v1/sites/{site_id}/tools"): tool("lift_status", "lift"),
        ("put", "/v1/sites/{site_id}/tools/{name}"): {k: v for k, v in tool("x", "lift").items() if k != "name"},
        ("post", "/v1/sites/{site_id}/tools/import"): {"document": {"openapi": "3.1.0", "paths": {}}, "operations": []},
        ("put", "/v1/sites/{site_id}/knowledge-source"): ORIGIN,
        ("post", "/v1/sites/{site_id}/knowledge-source/check"): ORIGIN,
        ("post", "/v1/sites/{site_id}/knowledge-source/pause"): {"why": "an attempt"},
        ("post", "/v1/chat/completions"): {"messages": [{"role": "user", "content": tenant.riddle}], "user": "somebody"},
        ("post", "/v1/agui"): {
            "threadId": "somebody", "runId": "r", "state": {}, "tools": [], "context": [], "forwardedProps": {},
            "messages": [{"id": "1", "role": "user", "content": tenant.riddle}],
        },
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    parameters: tuple[str, ...]
    """Those in the path."""
    has_body: bool

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    def at(self, values: Mapping[str, str]) -> str:
        """Its address, `values` by what the parameters name."""
        address = self.path
        for parameter in self.parameters:
            address = address.replace("{" + parameter + "}", values[kind(self.path, parameter)])
        return address


def operations(description: Json) -> list[Operation]:
    """All of /openapi.json, in its order."""
    found = []
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                names = [each["name"] for each in operation.get("parameters", []) if each["in"] == "path"]
                found.append(Operation(method, path, tuple(names), "requestBody" in operation))
    return found


@dataclass
class Tenant:
    """A site, its key, and the ids of what it has."""

    api: httpx.Client
    site: str
    number: str
    word: str
    """In everything that only this site may read."""
    key: str = ""
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def riddle(self) -> str:
        """A question whose answer has the word."""
        return "what is the colour of the founder's umbrella"

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Site-Id": self.site, "X-Api-Key": self.key}

    @classmethod
    def make(cls, api: httpx.Client, admin_key: str, site: str, number: str) -> "Tenant":
        """A new site through the public door, with one of everything that a call is not needed for."""
        tenant = cls(api, site, number, word=f"zebra{secrets.token_hex(4)}")
        admin = {"Authorization": f"Bearer {admin_key}"}
        new = {
            "site_id": site, "name": f"Shop {tenant.word}", "persona": tenant.word, "languages": ["en"], "numbers": [number],
            "tools": ["transfer_to_operator", "end_call", "repeat_answer", "collect_lead", "schedule_callback"],
            "disclosure": "We record.", "outbound": OUTBOUND,
        }  # fmt: skip
        done(api.post("/v1/sites", json=new, headers=admin))
        made = done(api.post(f"/v1/sites/{site}/keys", json={"name": tenant.word}, headers=admin))
        tenant.key = made["api_key"]
        tenant.ids |= {"site_id": site, "number": number, "model": f"site:{site}", "key_id": made["key_id"]}
        tenant.fill()
        return tenant

    def fill(self) -> None:
        word, ids = self.word, self.ids
        ids["secret"] = f"crm_of_{self.site}"  # what is sent in a path may be echoed: no word in it
        self.ask("put", f"/v1/sites/{self.site}/secrets/{ids['secret']}", {"value": f"value-{word}"})
        ids["word"] = f"brand-of-{self.site}"
        self.ask("put", f"/v1/sites/{self.site}/lexicon/{ids['word']}", {"say": word})
        ids["tool"] = self.ask("post", f"/v1/sites/{self.site}/tools", tool(f"report_of_{self.site}", word))["name"]
        text = f"# House rules\n\nThe founder's umbrella is {word} coloured. It stands beside the door of the shop."
        ids["document_id"] = self.ask("post", "/v1/kb/documents", {"title": f"Rules {word}", "text": text})["id"]
        ids["outbound_id"] = self.ask("post", "/v1/calls", CALL | {"consent": word})["id"]
        ids["campaign_id"] = self.ask("post", "/v1/campaigns", {"name": word, "paused": True})["campaign"]["id"]
        ids |= {"deed": "pause", "dnc_number": f"+9198{int.from_bytes(self.site.encode()[:3]) % 10**8:08}"}
        self.ask("post", "/v1/dnc", {"numbers": [ids["dnc_number"]], "reason": word})
        faq = {"question": self.riddle, "answer": f"The umbrella is {word} coloured."}
        ids["faq_id"] = self.ask("post", "/v1/kb/faqs", faq)["id"]
        self.until(lambda: self.ask("get", f"/v1/kb/documents/{ids['document_id']}")["status"] == "ready")
        for said in (self.riddle, "what are the opening hours of the swimming pool on the second floor"):
            asked = {"messages": [{"role": "user", "content": said}], "user": "somebody"}
            self.ask("post", "/v1/chat/completions", asked)
        self.until(lambda: bool(self.ask("get", "/v1/conversations")["data"]))
        ids["conversation_id"] = self.ask("get", "/v1/conversations")["data"][0]["id"]
        self.until(lambda: bool(self.ask("get", "/v1/kb/gaps")["data"]))
        ids["gap_id"] = self.ask("get", "/v1/kb/gaps")["data"][0]["id"]

    def ask(self, method: str, path: str, body: Json | None = None) -> Any:
        """As this site itself; the answer, which must be a good one."""
        return done(self.api.request(method, path, json=body, headers=self.headers))

    def until(self, happened: Any, patience: float = 30.0) -> None:
        """Of other processes: there is no event to wait for."""
        limit = time.monotonic() + patience
        while not happened():
            assert time.monotonic() < limit, "it never happened"
            time.sleep(0.2)

    def everything(self, description: Json) -> dict[str, Any]:
        """What this site reads of itself, by operation. Figures that move by themselves are left out."""
        seen = {}
        for operation in operations(description):
            if operation.method != "get" or not operation.path.startswith("/v1/") or operation.path in ADMINS:
                continue
            answer = self.api.get(operation.at(self.ids), headers=self.headers)
            assert answer.status_code in (200, 404), f"{operation}: {answer.status_code} {answer.text[:200]}"
            seen[str(operation)] = (answer.status_code, _still(answer))
        return seen


def done(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:400]}"
    return answer.json() if answer.content else None


def _still(answer: httpx.Response) -> Any:
    if not answer.headers.get("content-type", "").endswith("json"):
        return answer.content
    found = answer.json()
    for moving in ("bytes", "building", "state"):
        if isinstance(found, dict):
            found.pop(moving, None)
    return found


# ── attempts ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Attempt:
    """One request for what is theirs, and the same for what is nobody's: both must be answered alike."""

    operation: Operation
    ring: str
    """Whose name and key are shown."""
    headers: Mapping[str, str]
    address: str
    nobodys: str
    """The same address with what does not exist, and the same key."""
    nobodys_headers: Mapping[str, str]
    body: Json | None

    def __str__(self) -> str:
        return f"{self.operation} with {self.ring}: {self.address}"


def attempts(description: Json, mine: Tenant, theirs: Tenant, dead_key: str) -> Iterator[Attempt]:
    """Every operation, for everything of theirs that its path can name, with every ring of keys but a right one."""
    known = bodies(mine)
    for operation in operations(description):
        assert not operation.has_body or (operation.method, operation.path) in known, f"no body is known for {operation}"
        unknown = [name for name in operation.parameters if kind(operation.path, name) not in MISSING]
        assert not unknown, f"{operation}: what do {unknown} name?"
        if not operation.path.startswith("/v1/"):
            continue
        body = known.get((operation.method, operation.path))
        yield from _theirs_by_my_key(operation, mine, theirs, body)
        yield from _their_site_without_its_key(operation, mine, theirs, dead_key, body)


def _theirs_by_my_key(operation: Operation, mine: Tenant, theirs: Tenant, body: Json | None) -> Iterator[Attempt]:
    """My key opens my site: what their things are called means nothing there."""
    own = [name for name in operation.parameters if name != "site_id"]
    if not own:
        return
    for ring, headers in _my_rings(mine):
        values = {**theirs.ids, "site_id": mine.site}
        nobody = {**MISSING, "site_id": mine.site}
        yield Attempt(operation, ring, headers, operation.at(values), operation.at(nobody), headers, body)


def _their_site_without_its_key(
    operation: Operation, mine: Tenant, theirs: Tenant, dead_key: str, body: Json | None
) -> Iterator[Attempt]:
    address, nobodys = operation.at(theirs.ids), operation.at({**theirs.ids, "site_id": MISSING["site_id"]})
    nobody = MISSING["site_id"]
    shown = {
        "my key and their name": (
            {"X-Site-Id": theirs.site, "X-Api-Key": mine.key},
            {"X-Site-Id": nobody, "X-Api-Key": mine.key},
        ),
        "a wrong key and their name": (
            {"X-Site-Id": theirs.site, "X-Api-Key": f"hz_{theirs.site}_{'x' * 32}"},
            {"X-Site-Id": nobody, "X-Api-Key": mine.key},
        ),
        "a revoked key of theirs": (
            {"X-Site-Id": theirs.site, "X-Api-Key": dead_key},
            {"X-Site-Id": theirs.site, "X-Api-Key": f"hz_{'x' * 32}"},
        ),
        "no key": ({"X-Site-Id": theirs.site}, {"X-Site-Id": nobody}),
        "nothing": ({}, {}),
        "a wrong admin key": ({"Authorization": "Bearer hzadm_" + "x" * 32}, {"Authorization": "Bearer hz_" + "x" * 32}),
        "my key twice, their name": (
            {"X-Site-Id": theirs.site, "X-Api-Key": mine.key, "Authorization": f"Bearer {mine.key}"},
            {"X-Site-Id": nobody, "X-Api-Key": mine.key, "Authorization": f"Bearer {mine.key}"},
        ),
        "their name, my key as bearer": (
            {"X-Site-Id": theirs.site, "Authorization": f"Bearer {mine.key}"},
            {"X-Site-Id": nobody, "Authorization": f"Bearer {mine.key}"},
        ),
    }
    for ring, (headers, nobodys_headers) in shown.items():
        yield Attempt(operation, ring, headers, address, nobodys, nobodys_headers, body)
    if "site_id" in operation.parameters:
        for ring, own in _my_rings(mine):
            yield Attempt(operation, ring, own, address, nobodys, own, body)


def _my_rings(mine: Tenant) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield "my name and key", mine.headers
    yield "my key as bearer", {"Authorization": f"Bearer {mine.key}"}


def said(answer: httpx.Response) -> tuple[int, str]:
    """What can be told from a refusal: its status and its words, without the one line that names the occurrence."""
    try:
        found = answer.json()
    except json.JSONDecodeError:
        return answer.status_code, answer.text
    found.pop("instance", None)
    return answer.status_code, json.dumps(found, sort_keys=True)

"""Rows of a campaign as they are sent, JSON or CSV: each is taken or comes back with what is wrong, none spoils the others. ◆"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from core import places, purpose
from core.numbers import e164
from core.outbound import E164
from core.purpose import Purpose
from core.sites import Site
from outbound.plan import Plan
from outbound.rules import may_be_called
from outbound.shapes import CampaignCall, RowError

OWN_COLUMNS = ("to", "consent", "at", "not_after")
MOST_ROWS = 20_000
_PLACE = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")


class CsvUnreadable(ValueError):
    """The message says what is wrong with the file as a whole."""


@dataclass(frozen=True, slots=True)
class Row:
    at: int
    """Its place in the upload, from 1."""
    number: str
    call: CampaignCall


def rows_of_csv(text: str) -> list[dict[str, Any]]:
    """As JSON would have them. CsvUnreadable."""
    if "\0" in text:
        raise CsvUnreadable("has a NUL character")
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval="", strict=True)
    try:
        names = [_name(heading) for heading in reader.fieldnames or ()]
        lines = [dict(zip(names, line.values(), strict=False)) for line in reader]
    except csv.Error as error:
        raise CsvUnreadable(f"line {reader.line_num}: {error}") from error
    if "to" not in names:
        raise CsvUnreadable("the first line must name the columns, one of them `to`")
    if not 0 < len(lines) <= MOST_ROWS:
        raise CsvUnreadable(f"has {len(lines)} rows: 1 to {MOST_ROWS} at once")
    return [_row(line) for line in lines]


def taken(rows: Sequence[dict[str, Any]], plan: Plan, site: Site) -> tuple[list[Row], list[RowError]]:
    """Those that can be called, and what is wrong with the others."""
    good, errors, seen = list[Row](), list[RowError](), set[str]()
    for at, row in enumerate(rows, 1):
        try:
            call = msgspec.convert(row, CampaignCall)
            number = number_of(call.to, site)
        except msgspec.ValidationError as error:
            field, detail = places.complaint(error, CampaignCall)
            errors.append(RowError(row=at, field=field, detail=detail))
            continue
        except ValueError as error:
            errors.append(RowError(row=at, field="to", detail=str(error)))
            continue
        wrong = list(_wrong(call, plan, site))
        if number in seen:
            wrong.append(("to", "stands there twice"))
        seen.add(number)
        errors += [RowError(row=at, field=field, detail=detail) for field, detail in wrong]
        if not wrong:
            good.append(Row(at, number, call))
    return good, errors


def number_of(written: str, site: Site) -> str:
    """In E.164. ValueError, in words: nobody can be called there, or not by this site."""
    number = e164(written)
    if not re.match(E164, number):
        raise ValueError("is no phone number: +919812000001, or 10 digits of an Indian one")
    if not may_be_called(number, site.outbound):
        raise ValueError("is not among the numbers that this site may call (outbound.allow, outbound.deny)")
    return number


def consent_problem(consent: str, site: Site) -> Iterator[str]:
    """Nothing if it will do."""
    if site.outbound.consent == "each" and not consent.strip():
        yield "this site wants to know what each call's consent rests on (outbound.consent)"


def with_any_variables(wanted: Purpose) -> Purpose:
    """As if every row had all variables: what is still wrong with it is wrong with all rows."""
    names = _PLACE.findall(msgspec.json.encode(wanted).decode())
    return msgspec.structs.replace(wanted, variables={**dict.fromkeys(names, ""), **wanted.variables})


def _wrong(call: CampaignCall, plan: Plan, site: Site) -> Iterator[tuple[str, str]]:
    if (nul := places.nul(msgspec.to_builtins(call))) is not None:
        yield nul, "has a NUL character"
    for detail in consent_problem(call.consent, site):
        yield "consent", detail
    own = msgspec.structs.replace(plan.purpose, variables={**plan.purpose.variables, **call.variables})
    yield from purpose.problems(own, site.forms)


def _name(heading: str) -> str:
    """ "Order No." -> order_no"""
    name = re.sub(r"[^a-z0-9]+", "_", heading.strip().lstrip("\ufeff").lower()).strip("_")
    return "to" if name in ("number", "phone", "mobile") else name


def _row(line: dict[str, Any]) -> dict[str, Any]:
    """Empty cells are not there."""
    given = {name: value.strip() for name, value in line.items() if name and isinstance(value, str) and value.strip()}
    own = {name: given[name] for name in OWN_COLUMNS if name in given}
    return own | {"variables": {name: value for name, value in given.items() if name not in OWN_COLUMNS}}

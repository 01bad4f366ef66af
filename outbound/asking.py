"""What somebody asks for, checked against the site before a row is written. The rules are asked again before each dialling."""

import zoneinfo

import msgspec

from core import purpose
from core.db import Rows
from core.http.bodies import invalid
from core.http.problems import FieldError, Invalid, Problem
from core.ids import SiteId
from core.public_address import Network, NotPublic, check_url
from core.sites import Site
from outbound.plan import Plan
from outbound.shapes import Asked, NewCampaign


async def site_that_may(rows: Rows, site_id: SiteId) -> Site:
    """The site. Problem 404, 409: it can't call anybody as it is."""
    row = await (await rows.execute("select settings::text from site where site_id = %s", [site_id])).fetchone()
    if row is None:
        raise Problem(404, "there is no such site", "no-such-site")
    site = msgspec.json.decode(row[0], type=Site)
    missing = [
        name
        for name, there in (
            ("outbound.enabled", site.outbound.enabled),
            ("outbound.trunk", bool(site.outbound.trunk)),
            ("outbound.caller_id", bool(site.outbound.caller_id)),
            ("disclosure", bool(site.disclosure.strip())),
        )
        if not there
    ]
    if missing:
        detail = f"this site calls nobody yet: set {', '.join(missing)} (PATCH /v1/sites/{site_id})"
        raise Problem(409, detail, "outbound-off")
    return site


async def check_webhook(rows: Rows, site: Site, url: str, allowed: tuple[Network, ...]) -> None:
    """Problem 409, 422."""
    if not url:
        return
    try:
        check_url(url, allowed)
    except NotPublic as error:
        raise invalid("webhook", str(error)) from error
    name = site.outbound.webhook_secret
    found = await rows.execute("select from site_secret where site_id = %s and name = %s", [site.site_id, name])
    if await found.fetchone() is None:
        detail = f"webhooks are signed: store a secret first, PUT /v1/sites/{site.site_id}/secrets/{name}"
        raise Problem(409, detail, "no-webhook-secret")


def plan_of(asked: Asked) -> Plan:
    """Problem 422."""
    if asked.timezone and asked.timezone not in zoneinfo.available_timezones():
        raise invalid("timezone", "is none of the IANA database, as Asia/Kolkata is")
    plan = Plan(
        purpose=asked.purpose, caller_id=asked.caller_id, timezone=asked.timezone, window=asked.window, retries=asked.retries,
        webhook=asked.webhook,
    )  # fmt: skip
    if isinstance(asked, NewCampaign):
        plan = msgspec.structs.replace(plan, at_once=asked.at_once, per_minute=asked.per_minute)
    return plan


def check_purpose(plan: Plan, site: Site) -> None:
    """Problem 422: what would be said makes no sense."""
    if found := purpose.problems(plan.purpose, site.forms):
        raise Invalid([FieldError(field=f"body.purpose.{field}", detail=detail) for field, detail in found[:20]])

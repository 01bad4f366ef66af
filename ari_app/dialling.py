"""Calls out in Asterisk: one originate, straight into the dialplan, so that who answers gets a person even if we are gone."""

import re

from ari_app.ari.client import Ari
from ari_app.call.vocabulary import Dial
from core.ids import CallId
from core.sites import Site


async def dial(ari: Ari, call: CallId, order: Dial, site: Site) -> None:
    """The trunk is followed first: of a call that is refused at once, no event is missed. AriError."""
    trunk = f"PJSIP/{order.trunk}"
    await ari.follow_endpoint(trunk)
    variables = {
        "SITE_NUMBER": site.numbers[0] if site.numbers else order.caller_id,
        "RECORD": "yes" if site.recording else "no",
        "SITE": site.site_id,
    }
    shown = _shown(order.caller_id, site)
    await ari.originate(call, f"PJSIP/{order.to}@{order.trunk}", "outbound", variables, caller_id=shown, ring_s=order.ring_s)


def _shown(caller_id: str, site: Site) -> str:
    """What their phone shows, where their network lets names through."""
    name = re.sub(r'["\\<>\x00-\x1f]', "", site.name)[:40]
    return f'"{name}" <{caller_id}>'

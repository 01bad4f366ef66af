"""Calls out in Asterisk: one originate, straight into the dialplan, so that who answers gets a person even if we are gone."""

from ari_app.ari.client import Ari
from ari_app.call.vocabulary import Dial
from ari_app.phones import shown
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
    display = shown(site.name, order.caller_id)  # the name, where their network lets names through
    await ari.originate(call, f"PJSIP/{order.to}@{order.trunk}", "outbound", variables, caller_id=display, ring_s=order.ring_s)

"""The signature of a webhook, as Standard Webhooks has it: whoever knows the secret can tell that it is ours. ◆

webhook-id: msg_…    webhook-timestamp: 1763740800    webhook-signature: v1,<HMAC-SHA256 of id.timestamp.body in base64>
"""

import base64
import binascii
import hmac
from collections.abc import Mapping


def headers(secret: str, delivery_id: str, at: int, body: bytes) -> Mapping[str, str]:
    """`at`: time.time() of this very try, in whole seconds."""
    signed = b".".join((delivery_id.encode(), str(at).encode(), body))
    mac = base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()
    return {"webhook-id": delivery_id, "webhook-timestamp": str(at), "webhook-signature": f"v1,{mac}"}


def _key(secret: str) -> bytes:
    """whsec_ and base64, as libraries of the standard want it; any other text is used as it is."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            pass
    return secret.encode()

"""API keys: how they look, what they open, and what the database knows of them: an HMAC under this instance's pepper. ◆"""

import hmac
from typing import Literal

from core.ids import SiteId

Scope = Literal["calls", "kb", "chat", "sites", "tools", "outbound", "live"]
"""What a key may be made for; a key without any opens all of its site."""

KEY_LIMIT = 512
"""Characters."""
KEY_BYTES = 24
"""Of chance in a key."""


def key_text(site: SiteId, chance: str) -> str:
    """A key says what it is, so that one found in a log or a repository can be recognised: hz_demo_…

    `chance`: KEY_BYTES of it, as text (secrets.token_urlsafe).
    """
    return f"hz_{site}_{chance}"


def key_mac(pepper: str, key: str) -> bytes:
    """What api_key.mac holds: HMAC-SHA256, 32 bytes. Keys are random and long, so nothing slower is needed."""
    return hmac.digest(pepper.encode(), key.encode(errors="surrogatepass"), "sha256")

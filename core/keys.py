"""API keys as the database knows them: never a key, only its HMAC under this instance's pepper (secret `key_pepper`). ◆"""

import hmac


def key_mac(pepper: str, key: str) -> bytes:
    """What api_key.mac holds: HMAC-SHA256, 32 bytes. Keys are random and long, so nothing slower is needed."""
    return hmac.digest(pepper.encode(), key.encode(errors="surrogatepass"), "sha256")

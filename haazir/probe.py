"""Is it up yet? The smallest HTTP client that can ask, so that the supervisor need not load a big one."""

import asyncio
import base64


async def http_status(
    host: str, port: int, path: str, *, user: str = "", password: str = "", wait_s: float = 2.0
) -> tuple[int, str]:
    """Status and body of one GET. (0, reason) if nobody answers in HTTP."""
    authorization = f"Authorization: Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}\r\n" if user else ""
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{authorization}\r\n"
    try:
        async with asyncio.timeout(wait_s):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(request.encode())
                answer = (await reader.read()).decode(errors="replace")  # to its end: it comes in pieces
            finally:
                writer.close()
    except TimeoutError:
        return 0, f"no answer in {wait_s:g} s"
    except OSError as error:
        return 0, error.strerror or str(error)
    head, _, body = answer.partition("\r\n\r\n")
    words = head.split(maxsplit=2)
    return (int(words[1]), body.strip()) if len(words) > 1 and words[1].isdigit() else (0, "not an HTTP answer")

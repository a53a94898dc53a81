"""Checks whether a picture can be fetched from the bucket's public address, as LINE and phones fetch it."""

import asyncio
from typing import Final

import httpx

FETCH_S: Final = 10.0
FOUND: Final = {200, 206}  # 206: the server honours `Range`


async def why_not_served(url: str) -> str | None:
    """Ask for the first byte of a picture. Return a short code for what is wrong; None if it is served.

    Only the headers are read, whatever follows them, and no redirect is followed: it would lead to a login page.
    """
    headers = {"Accept-Encoding": "identity", "Range": "bytes=0-0"}
    # In a thread: reading the certificates takes tens of milliseconds.
    http = await asyncio.to_thread(lambda: httpx.AsyncClient(headers=headers, timeout=FETCH_S))
    try:
        async with asyncio.timeout(FETCH_S), http, http.stream("GET", url) as answer:
            if answer.status_code not in FOUND:
                return f"http_{answer.status_code}"
            return None if answer.headers.get("content-type", "").startswith("image/") else "not_a_picture"
    except TimeoutError:
        return "timeout"
    except (httpx.HTTPError, OSError) as error:
        return "certificate" if "CERTIFICATE_VERIFY_FAILED" in str(error) else type(error).__name__

"""Reads the answer of a host that may be anybody's, and no more of it than is of use."""

from dataclasses import dataclass

import httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundedAnswer:
    """An answer. `body`: its bytes as they came; if there were more than was asked for, more than that."""

    response: httpx.Response
    body: bytes


async def get(http: httpx.AsyncClient, url: str, *, bytes_max: int) -> BoundedAnswer:
    """Fetch a URL; reading ends above `bytes_max`, so that an answer without an end costs neither memory nor time.

    Raises:
        httpx.HTTPError: Nothing came, or not all that was wanted.
    """
    body = b""
    async with http.stream("GET", url) as response:
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > bytes_max:
                break
    return BoundedAnswer(response=response, body=body)

"""Fetches pictures that an answer only links to, from hosts that the operator has allowed."""

import asyncio
from collections.abc import Sequence
from typing import Final

import httpx

from app.errors import BadAnswer, HostNotAllowed
from app.openai.answer import checked
from app.openai.http_client import IDENTITY, is_packed, no_cookies
from app.openai.keep_alive import keep_alive

FETCH_S: Final = 60.0  # for one URL, all attempts together; the picture is paid for
TRIES_MAX: Final = 4
FIRST_WAIT_S: Final = 0.5
CONNECT_S: Final = 5.0


class UrlPictures:
    """Fetches for one client of the Images API. Only `hosts` decide where from, whatever an answer says."""

    def __init__(self, *, hosts: Sequence[str], bytes_max: int) -> None:
        """`hosts` as "host" or "host:port"; `bytes_max` of one picture. Opens no connection yet."""
        self._hosts = frozenset(hosts)
        self._bytes_max = bytes_max
        # Without the API key: the host is somebody else's. No redirects: they may lead to a host that is not allowed.
        self._http = httpx.AsyncClient(
            headers={"Accept-Encoding": IDENTITY},
            timeout=httpx.Timeout(FETCH_S, connect=CONNECT_S),
            cookies=no_cookies(),
        )

    async def fetch(self, urls: Sequence[str], *, request_id: str | None) -> tuple[bytes, ...]:
        """Fetch all pictures. Those that cannot be fetched are left out, if at least one can.

        Raises:
            HostNotAllowed: One of them is at a host that is not allowed; then none is fetched.
            BadAnswer: None could be fetched and is a picture, or one has no valid URL.
        """
        for url in urls:
            self._check(url, request_id)
        found = await asyncio.gather(*(self._fetched(url, request_id) for url in urls), return_exceptions=True)
        pictures = [one for one in found if isinstance(one, bytes)]
        problems = [one for one in found if isinstance(one, BaseException)]
        if not pictures:
            raise problems[0]
        return tuple(pictures)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    def _check(self, url: str, request_id: str | None) -> None:
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as exc:  # ValueError: a lone surrogate, which JSON can hold
            raise BadAnswer("The picture lies at no address", code="no_data", vendor_request_id=request_id) from exc
        host = _named(parsed)
        if parsed.scheme not in {"http", "https"} or parsed.userinfo or host not in self._hosts:
            message = f"The pictures lie at {host}, which IMAGE_URL_HOSTS does not name"
            raise HostNotAllowed(message, host=host, vendor_request_id=request_id)

    async def _fetched(self, url: str, request_id: str | None) -> bytes:
        wait_s = FIRST_WAIT_S
        try:
            async with asyncio.timeout(FETCH_S):
                for _ in range(TRIES_MAX - 1):
                    try:
                        return checked(await self._once(url), request_id=request_id)
                    except (httpx.HTTPError, OSError):
                        await asyncio.sleep(wait_s)
                        wait_s *= 2
                return checked(await self._once(url), request_id=request_id)
        except (httpx.HTTPError, OSError) as exc:  # a TimeoutError is an OSError
            message = f"The picture could not be fetched: {type(exc).__name__}"
            raise BadAnswer(message, code="url_not_fetched", vendor_request_id=request_id) from exc

    async def _once(self, url: str) -> bytes:
        async with self._http.stream("GET", url, extensions={"trace": keep_alive}) as response:
            response.raise_for_status()
            if is_packed(response):
                raise BadAnswer("The picture is packed in a way that was not asked for", code="encoded")
            chunks, size = [], 0
            async for chunk in response.aiter_raw():
                size += len(chunk)
                if size > self._bytes_max:
                    raise BadAnswer(f"The picture has more than {self._bytes_max} bytes", code="answer_too_large")
                chunks.append(chunk)
            return b"".join(chunks)


def _named(url: httpx.URL) -> str:
    """Write the host as IMAGE_URL_HOSTS does: in ASCII, IPv6 in brackets, its port unless it is the default."""
    host = url.raw_host.decode("ascii")
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{url.port}" if url.port else host

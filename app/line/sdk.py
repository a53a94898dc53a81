"""line-bot-sdk, which carries all our traffic with LINE: its endpoints, its models, and under them a session of ours.

Its import costs a second of processor and some 40 MB: whatever imports this module waits for it, so nothing does at its
own import, and `Connection` does so in a thread. Its own session would follow redirects, unpack what nobody asked to be
packed, read netrc files for each call and take answers whole into memory, so another one stands in its place, which
hands out answers unread. What it would make of an answer is not asked: a value that it does not know would turn a reply
that was sent into an error.
"""

import asyncio
import urllib.request
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from ssl import SSLContext
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import httpx
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError

from app.line.lean import loaded
from app.release import release

CONNECTIONS_MAX: Final = 100
KEPT_ALIVE_S: Final = 30.0  # each kept connection saves a handshake for the next answer
CHUNK_BYTES: Final = 65_536

# Before anything was sent: no name, no connection, no TLS, and a proxy that says no.
NOTHING_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    ProxyConnectionError,
    ProxyError,
    ProxyTimeoutError,
)
BROKEN: Final = (aiohttp.ClientError, OSError)  # the rest: whether LINE has acted nobody knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The SDK's clients, and the certificates that we trust, as for the other vendors."""

    apis: Sequence[Any]
    certificates: SSLContext


def messaging_apis(*, channel_access_token: str, base_url: str, data_base_url: str) -> Loaded:
    """Make the clients of the Messaging API. For a thread: it reads certificates, and must not run in an event loop."""
    messaging = loaded("linebot.v3.messaging")

    async def make() -> Sequence[Any]:
        api, data = (
            messaging.AsyncApiClient(messaging.Configuration(host=url.rstrip("/"), access_token=channel_access_token))
            for url in (base_url, data_base_url)
        )
        return messaging.AsyncMessagingApi(api), messaging.AsyncMessagingApiBlob(data)

    return _loaded(make)


def oauth_apis(*, base_url: str) -> Loaded:
    """Make the client of the OAuth endpoints, as `messaging_apis` does."""
    oauth = loaded("linebot.v3.oauth")

    async def make() -> Sequence[Any]:
        client = oauth.AsyncApiClient(oauth.Configuration(host=base_url.rstrip("/")))
        return (oauth.AsyncChannelAccessToken(client),)

    return _loaded(make)


class Wire:
    """One session for all calls. Made inside the event loop that uses it, closed at the end."""

    def __init__(self, loaded: Loaded) -> None:
        self._apis = loaded.apis
        self._session = _Session(loaded, url=loaded.apis[0].api_client.configuration.host)
        for api in self._apis:
            client = api.api_client
            client.user_agent = f"{client.user_agent} easel/{release()}"
            client.rest_client.pool_manager = self._session

    @asynccontextmanager
    async def answer(
        self, method: str, *arguments: object, connect_s: float, **options: object
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Call a method of the SDK, by its name there. Hand out the answer unread, whatever its status is."""
        call = next(found for api in self._apis if (found := getattr(api, f"{method}_with_http_info", None)))
        asked = await call(
            *arguments,
            _preload_content=False,
            _request_timeout=aiohttp.ClientTimeout(total=None, connect=connect_s),
            **options,
        )
        async with asked.raw_data as response:
            yield response

    async def aclose(self) -> None:
        """Close every connection."""
        await self._session.close()


class _Session:
    """What the SDK takes for its session of aiohttp."""

    def __init__(self, loaded: Loaded, *, url: str) -> None:
        proxy = _proxy_for(url)
        if proxy and proxy.startswith("socks"):
            self._proxy: str | None = None
            # It leaves names to the proxy in any case, and does not know the scheme that says so.
            url = proxy.replace("socks5h://", "socks5://", 1)
            connect: Callable[..., aiohttp.TCPConnector] = partial(ProxyConnector.from_url, url)
        else:
            self._proxy, connect = proxy, aiohttp.TCPConnector
        self._http = aiohttp.ClientSession(
            connector=connect(limit=CONNECTIONS_MAX, keepalive_timeout=KEPT_ALIVE_S, ssl=loaded.certificates),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept-Encoding": "identity"},
        )

    async def request(self, **asked: Any) -> "_Unread":  # noqa: ANN401 - the SDK calls it
        return _Unread(await self._http.request(**asked, proxy=self._proxy, allow_redirects=False))

    async def close(self) -> None:
        await self._http.close()


class _Unread:
    """An answer as the SDK hands it through: it looks at the status and the headers only."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.status = response.status
        self.data = response

    def getheaders(self) -> object:
        return self.data.headers


def _loaded(make: Callable[[], Any]) -> Loaded:
    async def made() -> Sequence[Any]:
        apis: Sequence[Any] = await make()
        for api in apis:
            await api.api_client.close()  # its session belongs to this loop, and ours will stand in its place
        return apis

    return Loaded(apis=asyncio.run(made()), certificates=httpx.create_ssl_context())


def _proxy_for(url: str) -> str | None:
    """Find the proxy that the environment names for an address, as httpx does for the other vendors."""
    parts, proxies = urlsplit(url), urllib.request.getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"

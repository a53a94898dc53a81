"""line-bot-sdk, which carries all our traffic with LINE: its endpoints and models, over an HTTP session of ours.

Loading it costs a second of CPU time and some 40 MB, so `Connection` does that in a thread, and no module imports this
one at its top. The SDK's own session would follow redirects, decompress answers that we asked for uncompressed, read
netrc files for each call and load whole answers into memory; ours takes its place and returns answers unread. Nor does
the SDK parse them: a value that it does not know would turn a reply that was sent into an error.
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

from app.line.sdk_loader import load_sdk
from app.release import release

CONNECTIONS_MAX: Final = 100
KEPT_ALIVE_S: Final = 30.0  # a kept connection saves the next call a handshake
CHUNK_BYTES: Final = 65_536

# Before anything was sent: DNS, connecting or TLS failed, or a proxy refused.
NOTHING_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    ProxyConnectionError,
    ProxyError,
    ProxyTimeoutError,
)
BROKEN: Final = (aiohttp.ClientError, OSError)  # anything else: LINE may or may not have acted


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkClients:
    """The SDK's clients, and the certificates that we trust, the same as for the other vendors."""

    apis: Sequence[Any]
    certificates: SSLContext


def messaging_apis(*, channel_access_token: str, base_url: str, data_base_url: str) -> SdkClients:
    """Create the clients of the Messaging API. Call it in a thread: it reads certificates and runs an event loop."""
    messaging = load_sdk("linebot.v3.messaging")

    async def make() -> Sequence[Any]:
        api, data = (
            messaging.AsyncApiClient(messaging.Configuration(host=url.rstrip("/"), access_token=channel_access_token))
            for url in (base_url, data_base_url)
        )
        return messaging.AsyncMessagingApi(api), messaging.AsyncMessagingApiBlob(data)

    return _sdk_clients(make)


def oauth_apis(*, base_url: str) -> SdkClients:
    """Create the client of the OAuth endpoints; like `messaging_apis`, in a thread."""
    oauth = load_sdk("linebot.v3.oauth")

    async def make() -> Sequence[Any]:
        client = oauth.AsyncApiClient(oauth.Configuration(host=base_url.rstrip("/")))
        return (oauth.AsyncChannelAccessToken(client),)

    return _sdk_clients(make)


class SdkSession:
    """One session for all calls. Create it inside the event loop that uses it; close it at the end."""

    def __init__(self, clients: SdkClients) -> None:
        self._apis = clients.apis
        self._session = _Session(clients, url=clients.apis[0].api_client.configuration.host)
        for api in self._apis:
            client = api.api_client
            client.user_agent = f"{client.user_agent} easel/{release()}"
            client.rest_client.pool_manager = self._session

    @asynccontextmanager
    async def answer(
        self, method: str, *arguments: object, connect_s: float, **options: object
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Call a method of the SDK by its name. Yield the answer unread, whatever its status."""
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
    """Takes the place of the SDK's own aiohttp session."""

    def __init__(self, clients: SdkClients, *, url: str) -> None:
        proxy = _proxy_for(url)
        if proxy and proxy.startswith("socks"):
            self._proxy: str | None = None
            # aiohttp_socks lets the proxy resolve names in any case, and does not know the scheme that asks for it.
            url = proxy.replace("socks5h://", "socks5://", 1)
            connect: Callable[..., aiohttp.TCPConnector] = partial(ProxyConnector.from_url, url)
        else:
            self._proxy, connect = proxy, aiohttp.TCPConnector
        self._http = aiohttp.ClientSession(
            connector=connect(limit=CONNECTIONS_MAX, keepalive_timeout=KEPT_ALIVE_S, ssl=clients.certificates),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept-Encoding": "identity"},
        )

    async def request(self, **asked: Any) -> "_Unread":  # noqa: ANN401 - the SDK calls it
        return _Unread(await self._http.request(**asked, proxy=self._proxy, allow_redirects=False))

    async def close(self) -> None:
        await self._http.close()


class _Unread:
    """An answer in the form that the SDK passes through: it looks only at the status and the headers."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.status = response.status
        self.data = response

    def getheaders(self) -> object:
        return self.data.headers


def _sdk_clients(make: Callable[[], Any]) -> SdkClients:
    async def made() -> Sequence[Any]:
        apis: Sequence[Any] = await make()
        for api in apis:
            await api.api_client.close()  # its session belongs to this loop; ours will take its place
        return apis

    return SdkClients(apis=asyncio.run(made()), certificates=httpx.create_ssl_context())


def _proxy_for(url: str) -> str | None:
    """Return the proxy that the environment names for a URL, if any, as httpx does for the other vendors."""
    parts, proxies = urlsplit(url), urllib.request.getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"

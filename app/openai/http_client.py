"""What all our HTTP clients for OpenAI share: no compression, no cookies. No I/O."""

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

IDENTITY: Final = "identity"


def no_cookies() -> CookieJar:
    """Make a jar that accepts none: cookies would be sent back and swell the headers until a request is refused."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def is_packed(response: httpx.Response) -> bool:
    """Whether the body has a content encoding, which we did not ask for; an empty header counts as none."""
    return response.headers.get("content-encoding", "").strip().lower() not in {"", IDENTITY}

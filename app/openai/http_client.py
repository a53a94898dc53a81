"""What every HTTP client of ours does alike: takes answers as they come, and keeps nothing of them. No I/O."""

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

IDENTITY: Final = "identity"


def no_cookies() -> CookieJar:
    """Make a jar that takes none: they would come back with each request, and count as headers until one is refused."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def is_packed(response: httpx.Response) -> bool:
    """Tell whether the body is in an encoding, which nobody asked for; an empty word is none."""
    return response.headers.get("content-encoding", "").strip().lower() not in {"", IDENTITY}

"""Who is signed in. No I/O.

A session is a signed cookie made from ADMIN_TOKEN, so that it survives a restart, holds in every process, and ends with
a change of the token.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

LIFE_S = 12 * 3600
COOKIE = "easel_admin"
COOKIE_OF_HTTPS = f"__Host-{COOKIE}"  # that no neighbour of another name can set
NONCE_BYTES = 12
ID_CHARS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who brought the token.

    Attributes:
        id: Names the session, in the log too; nobody can make its cookie of it.
        until_at: Unix seconds.
        form_token: Stands in every form of the session.
    """

    id: str
    until_at: float
    form_token: str

    def owns(self, form_token: str) -> bool:
        """Whether a form came from a page of this session."""
        return hmac.compare_digest(form_token.encode(), self.form_token.encode())


class Keys:
    """Checks the token, and makes and reads the cookies that stand for it."""

    def __init__(self, token: str) -> None:
        self._digest = hashlib.sha256(token.encode()).digest()
        self._key = hmac.digest(token.encode(), b"sessions of /admin", "sha256")

    def opens(self, given: str) -> bool:
        """Whether this is the token. It takes as long for a wrong one, whatever its length."""
        return hmac.compare_digest(hashlib.sha256(given.encode()).digest(), self._digest)

    def issue(self, *, now_at: float) -> str:
        """Make a cookie for somebody who has brought the token."""
        said = f"{int(now_at) + LIFE_S}.{secrets.token_urlsafe(NONCE_BYTES)}"
        return f"{said}.{self._sign('cookie', said)}"

    def read(self, cookie: str, *, now_at: float) -> Session | None:
        """Read a cookie; None where it is not ours, was made with another token, or has run out."""
        said, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(self._sign("cookie", said).encode(), signature.encode()):
            return None
        until_at = int(said.partition(".")[0])
        if now_at >= until_at:
            return None
        return Session(id=self._sign("id", said)[:ID_CHARS], until_at=until_at, form_token=self._sign("form", said))

    def _sign(self, purpose: str, said: str) -> str:
        return hmac.new(self._key, f"{purpose} {said}".encode(), hashlib.sha256).hexdigest()

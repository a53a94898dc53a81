"""Who is signed in. No I/O.

A session is a signed cookie made from ADMIN_TOKEN, so that it survives a restart, holds in every process, and ends with
a change of the token.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace

from itsdangerous import BadData, Signer, URLSafeSerializer

LIFE_S = 12 * 3600
IDLE_S = 30 * 60  # both as ASVS 4.0.3, 3.3.2
SEEN_ANEW_S = 60  # a page that is looked at later moves the end of idleness
COOKIE = "easel_admin"
PREFIX_OF_HTTPS = "__Host-"  # of a cookie that no neighbour of another name can set
BROWSER_COOKIE = "easel_admin_browser"
BROWSER_KNOWN_S = 365 * 86_400
NONCE_BYTES = 12
HOW = {"key_derivation": "hmac", "digest_method": hashlib.sha256}


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who brought the token. Times are Unix seconds.

    Attributes:
        id: Names the session, in the log too; nobody can make its cookie of it.
        began_at: When the token was brought.
        seen_at: When its cookie was made.
        form_token: Stands in every form of the session.
    """

    id: str
    began_at: float
    seen_at: float
    form_token: str

    def owns(self, form_token: str) -> bool:
        """Whether a form came from a page of this session."""
        return hmac.compare_digest(form_token.encode(), self.form_token.encode())

    def is_alive(self, now_at: float) -> bool:
        """Whether it has neither lasted too long nor been idle for too long."""
        return now_at < min(self.began_at + LIFE_S, self.seen_at + IDLE_S)


class SessionKeys:
    """Checks the token, and makes and reads the cookies that stand for it."""

    def __init__(self, token: str) -> None:
        self._digest = hashlib.sha256(token.encode()).digest()
        self._cookies = URLSafeSerializer(token, salt="easel.admin.cookie", signer_kwargs=HOW)
        self._browsers = URLSafeSerializer(token, salt="easel.admin.browser", signer_kwargs=HOW)
        self._forms = Signer(token, salt="easel.admin.form", key_derivation="hmac", digest_method=hashlib.sha256)

    def opens(self, given: str) -> bool:
        """Whether this is the token. It takes as long for a wrong one, whatever its length."""
        return hmac.compare_digest(hashlib.sha256(given.encode()).digest(), self._digest)

    def begin(self, *, now_at: float) -> Session:
        """Begin a session for somebody who has brought the token."""
        return self._session(secrets.token_urlsafe(NONCE_BYTES), int(now_at), int(now_at))

    def cookie(self, session: Session) -> str:
        """Make the cookie of a session."""
        return str(self._cookies.dumps([session.id, session.began_at, session.seen_at]))

    def seen(self, session: Session, *, now_at: float) -> Session | None:
        """Return a session as seen now, which wants a new cookie; None: the one it has is young enough."""
        return replace(session, seen_at=int(now_at)) if now_at >= session.seen_at + SEEN_ANEW_S else None

    def read(self, cookie: str, *, now_at: float) -> Session | None:
        """Read a cookie; None where it is not ours, was made with another token, or has run out."""
        try:
            session = self._session(*self._cookies.loads(cookie))
        except BadData:
            return None
        return session if session.is_alive(now_at) else None

    def browser(self, cookie: str) -> str | None:
        """Return the name of a browser in which somebody has brought the token before. It opens nothing."""
        try:
            return str(self._browsers.loads(cookie))
        except BadData:
            return None

    def browser_cookie(self, browser: str | None) -> str:
        """Make the cookie by which a browser is known from now on. None: it was not known before."""
        return str(self._browsers.dumps(browser or secrets.token_urlsafe(NONCE_BYTES)))

    def _session(self, session_id: str, began_at: float, seen_at: float) -> Session:
        form_token = self._forms.get_signature(session_id).decode()
        return Session(id=session_id, began_at=began_at, seen_at=seen_at, form_token=form_token)

"""Sessions of the dashboard. No I/O.

A session is a cookie signed with ADMIN_TOKEN, so that it survives a restart, is valid in every process, and ends when
the token is changed.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace

from itsdangerous import BadData, Signer, URLSafeSerializer

LIFE_S = 12 * 3600
IDLE_S = 30 * 60  # both from OWASP ASVS 4.0.3, requirement 3.3.2
RENEW_AFTER_S = 60  # a session whose cookie is at least this old gets a new one with its next page
COOKIE = "easel_admin"
PREFIX_OF_HTTPS = "__Host-"  # of a cookie that no other host name can set
BROWSER_COOKIE = "easel_admin_browser"
BROWSER_KNOWN_S = 365 * 86_400
NONCE_BYTES = 12
SIGNER_OPTIONS = {"key_derivation": "hmac", "digest_method": hashlib.sha256}


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in with the token. Times are Unix seconds.

    Attributes:
        id: Names the session, in the log, too; its cookie cannot be derived from it.
        began_at: When the token was entered.
        seen_at: When its current cookie was made.
        form_token: The CSRF token in every form of the session.
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
    """Checks the token, and signs and verifies the cookies that stand for it."""

    def __init__(self, token: str) -> None:
        self._digest = hashlib.sha256(token.encode()).digest()
        self._cookies = URLSafeSerializer(token, salt="easel.admin.cookie", signer_kwargs=SIGNER_OPTIONS)
        self._browsers = URLSafeSerializer(token, salt="easel.admin.browser", signer_kwargs=SIGNER_OPTIONS)
        self._forms = Signer(token, salt="easel.admin.form", key_derivation="hmac", digest_method=hashlib.sha256)

    def is_token(self, given: str) -> bool:
        """Whether this is the token. Takes the same time for a wrong one, whatever its length."""
        return hmac.compare_digest(hashlib.sha256(given.encode()).digest(), self._digest)

    def begin(self, *, now_at: float) -> Session:
        """Begin a session for somebody who has entered the token."""
        return self._session(secrets.token_urlsafe(NONCE_BYTES), int(now_at), int(now_at))

    def cookie(self, session: Session) -> str:
        """Return the value of a session's cookie."""
        return str(self._cookies.dumps([session.id, session.began_at, session.seen_at]))

    def renewed(self, session: Session, *, now_at: float) -> Session | None:
        """Return the session as seen now, for which a new cookie must be set; None: its cookie is young enough."""
        return replace(session, seen_at=int(now_at)) if now_at >= session.seen_at + RENEW_AFTER_S else None

    def read(self, cookie: str, *, now_at: float) -> Session | None:
        """Return the session of a cookie; None if it is not ours, was signed with another token, or has expired."""
        try:
            session = self._session(*self._cookies.loads(cookie))
        except BadData:
            return None
        return session if session.is_alive(now_at) else None

    def browser(self, cookie: str) -> str | None:
        """Return the id of a browser in which somebody has signed in before; None if unknown. It grants no access."""
        try:
            return str(self._browsers.loads(cookie))
        except BadData:
            return None

    def browser_cookie(self, browser: str | None) -> str:
        """Return the value of the cookie by which a browser is known from now on. None: give it a new id."""
        return str(self._browsers.dumps(browser or secrets.token_urlsafe(NONCE_BYTES)))

    def _session(self, session_id: str, began_at: float, seen_at: float) -> Session:
        form_token = self._forms.get_signature(session_id).decode()
        return Session(id=session_id, began_at=began_at, seen_at=seen_at, form_token=form_token)

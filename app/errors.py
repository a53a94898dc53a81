"""Every error Easel raises on purpose. Each leaf says whether to try again, after how long, and what to tell people.

EaselError
├── Again                 nothing happened at the vendor; asking again is safe
│   ├── RateLimited       429; `retry_after_s` where the vendor said it
│   ├── Unreachable       no connection, so nothing was sent
│   └── VendorFault       5xx; a reply may have been sent all the same
├── OutcomeUnknown        a time-out or a dropped connection: the vendor may have acted, and charged
├── BadAnswer             the vendor acted and charged, but what came back is unusable: asking again pays for the same
├── HostNotAllowed        the same, because the picture is on a host that the operator did not allow
└── Final                 asking again changes nothing
    ├── ModelGone         this model no longer exists; another one may
    ├── Refused           moderation refused the prompt or the picture
    ├── BadRequest        the vendor does not accept what we sent
    ├── NotAPicture       these bytes are not a picture that can be shown
    ├── SourceGone        the photo or picture to be read is gone: unsent, expired or deleted
    ├── TooLarge          the photo or picture to be read has more bytes than we accept
    ├── NotPermitted      key, permission, billing or quota: the operator must act
    ├── TokenDead         the reply token was used, has expired or is invalid
    └── MonthlyLimit      this month's paid LINE messages are used up

No I/O.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why a request has no picture. The sentences in `app/words/sentences` put it into words."""

    MODERATION = "moderation"
    BUSY = "busy"
    BROKE = "broke"
    TOO_LATE = "too_late"
    CLOSED = "closed"


class Cause(StrEnum):
    """What the operator must fix before a vendor permits a call. Admins get the sentence "alert_" plus this value."""

    KEY = "key"
    BILLING = "billing"
    VERIFICATION = "verification"
    RIGHT = "right"
    COUNTRY = "country"
    CLOCK = "clock"  # this machine's
    OTHER = "refused"


class EaselError(Exception):
    """What was tried and what came back. Never a secret, a prompt, a body or a user id.

    Attributes:
        reason: What the user is told when this error ends a request.
        code: The vendor's own short code, for logs ("moderation_blocked", "http_503").
        vendor_request_id: `x-request-id` of OpenAI, `x-line-request-id` of LINE.
    """

    reason: Reason = Reason.BROKE

    def __init__(self, message: str, *, code: str | None = None, vendor_request_id: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.vendor_request_id = vendor_request_id


class Again(EaselError):
    """Nothing happened at the vendor: asking again is safe, after `retry_after_s` where it is known."""

    reason = Reason.BUSY

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        vendor_request_id: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, code=code, vendor_request_id=vendor_request_id)
        self.retry_after_s = retry_after_s


class RateLimited(Again):
    """429 of a limit that refills by itself."""


class Unreachable(Again):
    """No connection was made, so the vendor never saw the request."""


class VendorFault(Again):
    """5xx. For a picture: safe to ask again, a few times. For a reply: its outcome is unknown."""


class OutcomeUnknown(EaselError):
    """A time-out or a dropped connection after the request was sent. The vendor may have acted and charged."""

    reason = Reason.TOO_LATE


class BadAnswer(EaselError):
    """The vendor acted and charged, but its complete answer is empty, too large or not a picture."""


class HostNotAllowed(EaselError):
    """The picture was drawn and charged, but the answer only has its address, on a host that we must not fetch from.

    Attributes:
        host: The host, as IMAGE_URL_HOSTS would name it.
    """

    reason = Reason.CLOSED

    def __init__(self, message: str, *, host: str = "", vendor_request_id: str | None = None) -> None:
        super().__init__(message, code="host_not_allowed", vendor_request_id=vendor_request_id)
        self.host = host


class Final(EaselError):
    """Asking again changes nothing."""


class ModelGone(Final):
    """The model was shut down or never existed. The next model of the list may still work."""

    reason = Reason.CLOSED


class Refused(Final):
    """Moderation refused the prompt or the picture.

    Attributes:
        categories: Coarse, open-ended vendor words ("sexual", "violence"), possibly none.
    """

    reason = Reason.MODERATION

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        vendor_request_id: str | None = None,
        categories: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, code=code, vendor_request_id=vendor_request_id)
        self.categories = categories


class BadRequest(Final):
    """The vendor does not accept what we sent: a fault of ours or of the settings.

    Attributes:
        param: The field that it does not accept, where it says so.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        vendor_request_id: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message, code=code, vendor_request_id=vendor_request_id)
        self.param = param


class NotAPicture(Final):
    """The bytes are not a picture of a kind that we read, or cannot be decoded within our limits."""


class SourceGone(Final):
    """A photo or a picture is no longer there: its sender took it back, it expired, or it was deleted."""


class TooLarge(Final):
    """A photo or a picture has more bytes than we accept; it was not read to its end."""


class NotPermitted(Final):
    """The key, a permission, the organisation, billing or the quota forbids the call. Only the operator can fix it.

    Attributes:
        cause: What forbids it.
    """

    reason = Reason.CLOSED

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        vendor_request_id: str | None = None,
        cause: Cause = Cause.OTHER,
    ) -> None:
        super().__init__(message, code=code, vendor_request_id=vendor_request_id)
        self.cause = cause


class TokenDead(Final):
    """The reply token was used, has expired or is invalid."""


class MonthlyLimit(Final):
    """This month's paid LINE messages are used up."""

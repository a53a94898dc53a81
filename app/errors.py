"""Every error Easel raises on purpose. Each leaf answers: again? after how long? for which reason?

EaselError
├── Again                 nothing happened at the vendor; asking again is safe
│   ├── RateLimited       429; `retry_after_s` where the vendor said it
│   ├── Unreachable       no connection, so nothing was sent
│   └── VendorFault       5xx
├── OutcomeUnknown        a time-out or a dropped connection: the vendor may have acted, and charged
├── BadAnswer             the vendor acted and charged, but what came back is unusable: asking again pays for the same
├── HostNotAllowed        the same, of pictures that lie at a host which the operator did not allow
└── Final                 asking again changes nothing
    ├── ModelGone         this model does not exist any more; another one may
    ├── Refused           moderation said no
    ├── BadRequest        the vendor does not take what we sent
    ├── NotAPicture       these bytes are not a picture that can be shown
    ├── SourceGone        what was to be read is not there: unsent, expired or deleted
    ├── TooLarge          what was to be read has more bytes than we take
    ├── NotPermitted      key, right, billing or quota: the operator must act
    ├── TokenDead         the reply token was used, is too old or is not one
    └── MonthlyLimit      LINE's paid messages of this month are used up

No I/O.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why a request has no picture. The sentences of `app/words/sentences` turn it into words."""

    MODERATION = "moderation"
    BUSY = "busy"
    BROKE = "broke"
    TOO_LATE = "too_late"
    CLOSED = "closed"


class Cause(StrEnum):
    """What the operator must mend before a vendor permits it. The sentence for admins is "alert_" and this."""

    KEY = "key"
    BILLING = "billing"
    VERIFICATION = "verification"
    RIGHT = "right"
    COUNTRY = "country"
    CLOCK = "clock"  # of this machine
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
    """429 that refills by itself."""


class Unreachable(Again):
    """No connection was made, so the vendor never saw the request."""


class VendorFault(Again):
    """5xx. For a picture: safe to ask again, a few times. For a reply: its outcome is unknown."""


class OutcomeUnknown(EaselError):
    """A time-out or a dropped connection after the request was sent. The vendor may have acted and charged."""

    reason = Reason.TOO_LATE


class BadAnswer(EaselError):
    """The vendor acted, and charged, but the whole answer is empty, too large or not a picture."""


class HostNotAllowed(EaselError):
    """The answer is an address, drawn and charged, that we must not fetch from.

    Attributes:
        host: As IMAGE_URL_HOSTS would name it.
    """

    reason = Reason.CLOSED

    def __init__(self, message: str, *, host: str = "", vendor_request_id: str | None = None) -> None:
        super().__init__(message, code="host_not_allowed", vendor_request_id=vendor_request_id)
        self.host = host


class Final(EaselError):
    """Asking again changes nothing."""


class ModelGone(Final):
    """The model was shut down or never existed. The next model of the list may live."""

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
    """The vendor does not take what we sent: a fault of ours or of the settings.

    Attributes:
        param: The field that it does not take, where it says so.
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
    """A photo or a picture is not there any more: its sender took it back, it expired, or it was deleted."""


class TooLarge(Final):
    """A photo or a picture has more bytes than we take; it was not read to its end."""


class NotPermitted(Final):
    """Key, right, organisation, billing or quota. Only the operator can mend it.

    Attributes:
        cause: Which of them.
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
    """The reply token was used, is too old, or is not one."""


class MonthlyLimit(Final):
    """LINE's paid messages of this month are used up."""

"""LINE's error bodies. No I/O.

https://developers.line.biz/en/reference/messaging-api/#error-responses (read 2026-11-22)
"""

import orjson

from line_sandbox.faults import Fault
from line_sandbox.stand_in import Refusal

RATE_LIMITED = "The API rate limit has been exceeded. Try again later."
MONTHLY_LIMIT = "You have reached your monthly limit."
SERVER_ERROR = "The server encountered an internal error."

Problem = dict[str, str]


def refusal(
    status: int, message: str, details: list[Problem] | None = None, headers: dict[str, str] | None = None
) -> Refusal:
    """A refusal with LINE's body."""
    body: dict[str, object] = {"message": message}
    if details:
        body["details"] = details
    return Refusal(status, message, orjson.dumps(body), media_type="application/json", headers=headers)


def body_problems(problems: list[Problem]) -> Refusal:
    """400: what is wrong with which property."""
    return refusal(400, f"The request body has {len(problems)} error(s)", problems)


def malformed(name: str) -> Refusal:
    """400: a property of the wrong JSON type."""
    return refusal(400, f"The property, {name}, in the request body is invalid (line: -, column: -)")


def rate_limited() -> Fault:
    """429 of the token bucket; LINE documents no Retry-After."""
    return Fault.status(429, {"message": RATE_LIMITED})


def monthly_limit() -> Fault:
    """429 of the used up month."""
    return Fault.status(429, {"message": MONTHLY_LIMIT})


def server_error() -> Fault:
    """500."""
    return Fault.status(500, {"message": SERVER_ERROR})

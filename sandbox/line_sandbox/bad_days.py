"""The bad days that a page or a drill can choose from, by name. No I/O.

What is a setting is not here: `OpenAIStandIn.latency_s` and `shut_down`, `LineStandIn.token_life_s`, `monthly_quota`
and `webhook_timeout_s`.
"""

from dataclasses import dataclass
from typing import Literal

from line_sandbox.faults import Fault, Match
from line_sandbox.line import errors as line_errors
from line_sandbox.openai import errors as openai_errors
from line_sandbox.r2 import rules as r2_rules

DRAWING = "/v1/images/"
SENDING = "/v2/bot/message/"
REPLYING = "/v2/bot/message/reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadDay:
    """One thing that can go wrong; `stand_in.faults.add(day.fault, match=day.match)` brings it about.

    Attributes:
        name: For addresses and settings.
        title: For people.
    """

    name: str
    vendor: Literal["line", "openai", "r2"]
    title: str
    fault: Fault
    match: Match


def _openai(name: str, title: str, fault: Fault) -> BadDay:
    return BadDay(name=f"openai-{name}", vendor="openai", title=title, fault=fault, match=DRAWING)


def _line(name: str, title: str, fault: Fault, match: Match = SENDING) -> BadDay:
    return BadDay(name=f"line-{name}", vendor="line", title=title, fault=fault, match=match)


def _r2(name: str, title: str, fault: Fault) -> BadDay:
    return BadDay(name=f"r2-{name}", vendor="r2", title=title, fault=fault, match=lambda call: call.method == "PUT")


def bad_days() -> dict[str, BadDay]:
    """Every bad day by name."""
    page = "<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"
    days = [
        _openai("refused", "OpenAI refuses the prompt", openai_errors.refused()),
        _openai("rate-limited", "OpenAI: too many pictures a minute (429)", openai_errors.rate_limited()),
        _openai("quota", "OpenAI: the account is empty (429)", openai_errors.insufficient_quota()),
        _openai("billing", "OpenAI: the month's limit is reached (400)", openai_errors.billing_hard_limit()),
        _openai("not-verified", "OpenAI: the organisation is not verified (403)", openai_errors.not_verified()),
        _openai("error", "OpenAI has an error (500)", openai_errors.server_error()),
        _openai("gateway", "A page of a gateway in place of an answer (502)", Fault.status(502, page)),
        _openai("drop", "OpenAI hangs up before drawing", Fault.drop()),
        _openai("lost", "OpenAI draws and charges, the answer is lost", Fault.drop_after()),
        _openai("cut", "OpenAI's answer breaks off in the middle", Fault.truncate()),
        _openai("no-json", "OpenAI's answer is not JSON", Fault.body(b"{")),
        _openai("no-picture", "OpenAI's answer holds no picture", Fault.body({"created": 1, "data": []})),
        _openai("gone", "The model does not exist any more", openai_errors.model_is_gone()),
        _r2("down", "The bucket is down (503)", r2_rules.failing("ServiceUnavailable")),
        _r2("error", "The bucket has an error (500)", r2_rules.failing("InternalError")),
        _r2("key", "The bucket's key is not valid any more (401)", r2_rules.failing("Unauthorized")),
        _r2("lost", "The picture is stored, the answer is lost", Fault.drop_after()),
        _line("down", "LINE has an error (500)", line_errors.server_error()),
        _line("rate-limited", "LINE: too many calls (429)", line_errors.rate_limited()),
        _line("drop", "LINE hangs up before sending", Fault.drop()),
        _line("lost", "LINE sends the reply, the answer is lost", Fault.drop_after(), REPLYING),
    ]
    return {day.name: day for day in days}

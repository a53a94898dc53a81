"""What LINE has and this stand-in has not: it says so, with 501, where a bot would take a 404 for LINE's own word.

https://github.com/line/line-openapi/blob/main/messaging-api.yml, insight.yml, manage-audience.yml (read 2026-11-28)
"""

from starlette.requests import Request
from starlette.responses import Response

from line_sandbox.line.errors import refusal

_BOT = "/v2/bot"
_MENUS = f"{_BOT}/richmenu"
NOT_PLAYED = (
    *(("POST", f"{_BOT}/message/{way}") for way in ("narrowcast", "broadcast", "pnp/templated/push", "markAsRead")),
    ("GET", f"{_BOT}/message/progress/narrowcast"),
    *(("GET", f"{_BOT}/message/{what}") for what in ("aggregation/info", "aggregation/list")),
    *(("GET", f"{_BOT}/message/delivery/{way}") for way in ("pnp", "pnp/templated")),
    ("POST", "/bot/pnp/push"),
    ("GET", f"{_BOT}/followers/ids"),
    *(("POST", f"{_MENUS}/{what}") for what in ("bulk/link", "bulk/unlink", "batch", "validate/batch")),
    ("GET", f"{_MENUS}/progress/batch"),
    *(("GET", f"{_BOT}/membership/{what}") for what in ("list", "subscription/{user}", "{membership}/users/ids")),
    ("POST", f"{_BOT}/user/{{user}}/linkToken"),
    *((method, f"{_BOT}/coupon") for method in ("GET", "POST")),
    ("GET", f"{_BOT}/coupon/{{coupon}}"),
    ("PUT", f"{_BOT}/coupon/{{coupon}}/close"),
    *((method, f"{_BOT}/insight/{{rest:path}}") for method in ("GET", "POST")),
    *((method, f"{_BOT}/audienceGroup/{{rest:path}}") for method in ("GET", "POST", "PUT", "DELETE")),
)


async def refuse(_line: object, request: Request) -> Response:
    """Say what is not played."""
    raise refusal(501, f"{request.method} {request.url.path} is LINE's, but this stand-in does not play it")

"""The endpoints about tokens: which channel one is of, and new ones that live 15 minutes.

https://developers.line.biz/en/reference/messaging-api/#verify-channel-access-token,
#verify-channel-access-token-v2-1 and #issue-stateless-channel-access-token (read 2026-11-22)
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response

from line_sandbox.line.channel import Channel
from line_sandbox.line.messaging import json_answer
from line_sandbox.stand_in import Refusal

STATELESS_S: Final = 900
WEB_TOKENS_BEGIN: Final = "ey"


async def verify(channel: Channel, request: Request) -> Response:
    """Tell about a short-lived or a long-lived token."""
    return _about(channel, (await _form(request)).get("access_token", ""), is_web_token=False)


async def verify_web_token(channel: Channel, request: Request) -> Response:
    """Tell about a token of version 2.1, or a stateless one."""
    return _about(channel, request.query_params.get("access_token", ""), is_web_token=True)


async def issue(channel: Channel, request: Request) -> Response:
    """Give a stateless token to who knows the channel's id and secret. It opens nothing here."""
    form = await _form(request)
    if form.get("grant_type") != "client_credentials":
        raise _refusal("unsupported_grant_type", "unsupported grant_type")
    if form.get("client_id") != channel.channel_id:
        raise _refusal("invalid_client", "invalid client_id")
    if not hmac.compare_digest(form.get("client_secret", "").encode(), channel.channel_secret.encode()):
        raise _refusal("invalid_client", "invalid client_secret")
    body = {"token_type": "Bearer", "access_token": f"ey.{secrets.token_urlsafe(32)}", "expires_in": STATELESS_S}
    return json_answer(channel, body)


ROUTES: Final[list[tuple[str, str, Callable[[Channel, Request], Awaitable[Response]]]]] = [
    ("POST", "/v2/oauth/verify", verify),
    ("GET", "/oauth2/v2.1/verify", verify_web_token),
    ("POST", "/oauth2/v3/token", issue),
]


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode()))


def _about(channel: Channel, token: str, *, is_web_token: bool) -> Response:
    known = hmac.compare_digest(token.encode(), channel.channel_access_token.encode())
    if not known or token.startswith(WEB_TOKENS_BEGIN) is not is_web_token:
        raise _refusal("invalid_request", "access token expired")
    body = {"client_id": channel.channel_id, "expires_in": channel.token_expires_in_s, "scope": "profile"}
    return json_answer(channel, body)


def _refusal(error: str, description: str) -> Refusal:
    """400 with the body of OAuth, which is not that of the Messaging API."""
    body = orjson.dumps({"error": error, "error_description": description})
    return Refusal(400, error, body, media_type="application/json")

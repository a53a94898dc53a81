"""What LINE's OAuth endpoints tell of a channel access token: its channel, and how long it still lives.

https://developers.line.biz/en/reference/messaging-api/#verify-channel-access-token and
#verify-channel-access-token-v2-1 (read 2026-11-22).
"""

from collections.abc import Mapping
from typing import Any, Final

import httpx

from app.errors import OutcomeUnknown

TIMEOUT_S: Final = 5.0


async def about_token(http: httpx.AsyncClient, access_token: str) -> Mapping[str, Any]:
    """Ask where long-lived tokens are known, then where those of version 2.1 are; empty: neither knows it."""
    named = {"access_token": access_token}
    token = read(await http.post("/v2/oauth/verify", data=named))
    return token if "client_id" in token else read(await http.get("/oauth2/v2.1/verify", params=named))


async def token_life_s(*, base_url: str, access_token: str) -> int | None:
    """Return how many seconds a token still lives; None where LINE names no end.

    Raises:
        OutcomeUnknown: LINE does not answer.
    """
    try:
        async with httpx.AsyncClient(base_url=base_url, timeout=TIMEOUT_S) as http:
            token = await about_token(http, access_token)
    except httpx.HTTPError as exc:
        raise OutcomeUnknown(f"LINE tells nothing of the token: {type(exc).__name__}", code="no_answer") from exc
    match token.get("expires_in"):
        case int(seconds) if seconds > 0:
            return seconds
    return None


def read(answer: httpx.Response) -> Mapping[str, Any]:
    """Read a JSON object; an empty one where the answer holds none."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}

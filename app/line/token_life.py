"""What LINE's OAuth endpoints say about a channel access token: its channel, and how long it remains valid.

https://developers.line.biz/en/reference/messaging-api/#verify-channel-access-token,
#verify-channel-access-token-v2-1 and #issue-stateless-channel-access-token (read 2026-11-22).
"""

from typing import TYPE_CHECKING, Final

from app.line.connection import Connection
from app.line.json_fields import Json
from app.line.line_answers import LineCall

if TYPE_CHECKING:
    from app.line.sdk import SdkClients

TIMEOUT_S: Final = 5.0


class LineOAuth:
    """Asks about tokens and secrets through the SDK's OAuth client. Raises as `Connection` does; close it after use."""

    def __init__(self, *, base_url: str) -> None:
        """Open no connection and load nothing yet."""

        def load() -> "SdkClients":
            from app.line.sdk import oauth_apis  # noqa: PLC0415 - slow to import

            return oauth_apis(base_url=base_url)

        self._line = Connection(load, timeout_s=TIMEOUT_S)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._line.aclose()

    async def about_token(self, access_token: str) -> Json:
        """Look a token up as a long-lived one, then as one of version 2.1; without `client_id` if it is neither."""
        token = (await self._line.ask(LineCall.OAUTH, "verify_channel_token", access_token)).body
        if "client_id" in token:
            return token
        return (await self._line.ask(LineCall.OAUTH, "verify_channel_token_by_jwt", access_token)).body

    async def issue_stateless(self, *, channel_id: str, channel_secret: str) -> Json:
        """Issue a token that is valid for 15 minutes; a refusal is returned in the same way, with an `error`."""
        asked = {"grant_type": "client_credentials", "client_id": channel_id, "client_secret": channel_secret}
        return (await self._line.ask(LineCall.OAUTH, "issue_stateless_channel_token", options=asked)).body


async def token_life_s(*, base_url: str, access_token: str) -> int | None:
    """Return for how many seconds a token remains valid; None if LINE names no end.

    Raises:
        Unreachable: LINE was not reached.
        OutcomeUnknown: LINE did not answer.
    """
    oauth = LineOAuth(base_url=base_url)
    try:
        token = await oauth.about_token(access_token)
    finally:
        await oauth.aclose()
    match token.get("expires_in"):
        case int(seconds) if seconds > 0:
            return seconds
    return None

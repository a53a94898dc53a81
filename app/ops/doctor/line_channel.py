"""Checks that the channel secret and the access token belong to one channel, with LINE's OAuth endpoints.

https://developers.line.biz/en/reference/messaging-api/#verify-channel-access-token, #verify-channel-access-token-v2-1
and #issue-stateless-channel-access-token (read 2026-11-22). A stateless token is valid for 15 minutes, there may be any
number of them, and ours is discarded at once: issuing one changes nothing.
"""

from collections.abc import Mapping
from typing import Any, Final

from app.errors import EaselError
from app.line.token_life import LineOAuth
from app.ops.doctor.finding import Finding, failed, ok, skipped, warning

DAY_S: Final = 86_400
SOON_DAYS: Final = 7

_CHECK = "one channel"


async def check_channel(*, base_url: str, access_token: str, channel_secret: str) -> list[Finding]:
    """Ask which channel the token belongs to, and whether the secret belongs to the same one."""
    oauth = LineOAuth(base_url=base_url)
    try:
        token = await oauth.about_token(access_token)
        channel_id = token.get("client_id")
        if not isinstance(channel_id, str) or not channel_id:
            return [skipped(_CHECK, "LINE does not tell which channel this token is of")]
        issued = await oauth.issue_stateless(channel_id=channel_id, channel_secret=channel_secret)
    except EaselError as error:
        return [skipped(_CHECK, f"LINE's OAuth endpoint does not answer ({error.code})")]
    finally:
        await oauth.aclose()
    return [_same(channel_id, issued), *_life(token)]


def _same(channel_id: str, answer: Mapping[str, Any]) -> Finding:
    if "access_token" in answer:
        return ok(_CHECK, f"secret and token are of channel {channel_id}")
    if answer.get("error") == "invalid_client" or "secret" in str(answer.get("error_description")):
        cure = f"Copy Basic settings > Channel secret of channel {channel_id} to LINE_CHANNEL_SECRET"
        return failed(_CHECK, f"the token is of channel {channel_id}, the secret is not", cure=cure)
    return skipped(_CHECK, f"the token is of channel {channel_id}; LINE does not tell whether the secret is, too")


def _life(token: Mapping[str, Any]) -> list[Finding]:
    match token.get("expires_in"):
        case int(seconds) if 0 < seconds < SOON_DAYS * DAY_S:
            cure = "Easel does not renew tokens: use a long-lived one, Messaging API > Channel access token"
            return [warning("token's life", f"it ends in {seconds / DAY_S:.1f} days", cure=cure)]
    return []

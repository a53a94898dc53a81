"""Checks the form of secrets: most wrong ones were copied from the wrong field of a console. No I/O."""

import re
from typing import Final

from app.line.ids import USER_ID
from app.ops.doctor.finding import Finding, failed, ok, warning

_HEX_32: Final = re.compile(r"[0-9a-f]{32}")
_HEX_64: Final = re.compile(r"[0-9a-f]{64}")
_CHANNEL_ID: Final = re.compile(r"[0-9]{10}")


def channel_secret(secret: str, access_token: str) -> Finding:
    """Check LINE's two: a channel secret is 32 hex digits, an access token is longer and has other characters."""
    check = "channel secret"
    if _HEX_32.fullmatch(access_token) and not _HEX_32.fullmatch(secret):
        cure = "Swap the values of LINE_CHANNEL_SECRET and LINE_CHANNEL_ACCESS_TOKEN"
        return failed(check, "the access token looks like a channel secret, and the secret like a token", cure=cure)
    if _HEX_32.fullmatch(access_token):
        cure = "Issue a token under Messaging API > Channel access token, and set LINE_CHANNEL_ACCESS_TOKEN to it"
        return failed(check, "LINE_CHANNEL_ACCESS_TOKEN looks like a channel secret, too", cure=cure)
    if _HEX_32.fullmatch(secret):
        return ok(check, "32 hex digits, as LINE's are")
    cure = "Copy Basic settings > Channel secret of the Messaging API channel to LINE_CHANNEL_SECRET"
    if _CHANNEL_ID.fullmatch(secret):
        return failed(check, "it is a channel id (10 digits)", cure=cure)
    if USER_ID.fullmatch(secret):
        return failed(check, "it is a user id (U and 32 hex digits)", cure=cure)
    return warning(check, f"{len(secret)} characters; LINE's have 32 hex digits", cure=cure)


def is_channel_secret(value: str) -> bool:
    """Whether a value has the form of a channel secret."""
    return _HEX_32.fullmatch(value) is not None


def r2_keys(access_key_id: str, secret_access_key: str) -> list[Finding]:
    """Check R2's two: 32 and 64 hex digits. Return nothing if both look right."""
    check = "keys"
    if _HEX_64.fullmatch(access_key_id) and _HEX_32.fullmatch(secret_access_key):
        cure = "Swap the values of R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY"
        return [failed(check, "the id looks like a secret, and the secret like an id", cure=cure)]
    if not _HEX_32.fullmatch(access_key_id) or not _HEX_64.fullmatch(secret_access_key):
        cure = (
            "If the checks below fail: the token's page shows an Access Key ID and a Secret Access Key for S3 clients, "
            "below the token value, which is for another API"
        )
        seen = f"{len(access_key_id)} and {len(secret_access_key)} characters; R2's have 32 and 64 hex digits"
        return [warning(check, seen, cure=cure)]
    return []

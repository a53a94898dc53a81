"""Names of objects and of accounts. No I/O."""

import secrets
from datetime import UTC, datetime
from typing import Final

PICTURES_PREFIX: Final = "i/"
KEY_RANDOM_BYTES: Final = 24  # listing is off, so the key is the only secret


def new_key(*, extension: str, now: datetime) -> str:
    """Make a key that nobody can guess, under the month it was made in (UTC), with the picture's true extension.

    Cloudflare caches by extension, and retention rules go by prefix.
    """
    return f"{PICTURES_PREFIX}{now.astimezone(UTC):%Y/%m}/{secrets.token_urlsafe(KEY_RANDOM_BYTES)}.{extension}"


def endpoint_url(account_id: str) -> str:
    """Return the S3 address of an account; buckets of a jurisdiction (EU, FedRAMP) have another one."""
    return f"https://{account_id}.r2.cloudflarestorage.com"

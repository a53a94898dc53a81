"""Keys of objects and the endpoint of an account. No I/O."""

import secrets
from datetime import UTC, datetime
from typing import Final

PICTURES_PREFIX: Final = "i/"
KEY_RANDOM_BYTES: Final = 24  # listing is off, so the key is the only secret


def new_key(*, extension: str, now: datetime) -> str:
    """Make a key that nobody can guess, under the month of `now` (UTC), with the picture's true extension.

    Cloudflare decides by extension what to cache, and retention rules apply by prefix.
    """
    return f"{PICTURES_PREFIX}{now.astimezone(UTC):%Y/%m}/{secrets.token_urlsafe(KEY_RANDOM_BYTES)}.{extension}"


def endpoint_url(account_id: str) -> str:
    """Return the S3 endpoint of an account; buckets in a jurisdiction (EU, FedRAMP) have a different one."""
    return f"https://{account_id}.r2.cloudflarestorage.com"

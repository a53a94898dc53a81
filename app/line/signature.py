"""Verifies that a webhook body was sent by LINE. No I/O.

https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/ (read 2026-11-22)
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence

SHAPE = re.compile(r"[A-Za-z0-9+/]{43}=")  # 32 bytes in base64


def is_well_formed(signature: str | None) -> bool:
    """Whether this can be a signature at all, which can be told before the body is read."""
    return signature is not None and SHAPE.fullmatch(signature) is not None


def verify(body: bytes, *, signature: str | None, secrets: Sequence[str]) -> bool:
    """Compare `x-line-signature` with the HMAC-SHA256 of the raw body, in constant time.

    Args:
        body: The bytes as received. Parsed and serialized again they would differ, since LINE escapes emoji.
        signature: The header; None if it is missing.
        secrets: The channel secret, and the previous one while it is being replaced. Empty ones never match.
    """
    if signature is None:
        return False
    # Bytes on both sides: compare_digest refuses text that is not ASCII.
    received = signature.encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(_signature_of(body, secret), received) for secret in secrets if secret]
    return any(matches)


def _signature_of(body: bytes, secret: str) -> bytes:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))

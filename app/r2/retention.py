"""The bucket's lifecycle rules: which of them delete pictures, and the one that is ours. No I/O.

https://developers.cloudflare.com/r2/buckets/object-lifecycles/ (read 2026-11-22)
"""

import base64
import hashlib
from typing import TYPE_CHECKING, Any, Final

from app.r2.object_keys import PICTURES_PREFIX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_s3.type_defs import LifecycleRuleOutputTypeDef

OUR_RULE: Final = "easel-retention"


def days_kept(rules: "Sequence[LifecycleRuleOutputTypeDef]") -> int | None:
    """Return after how many days the earliest rule deletes pictures; None if none does. Rules by date do not count."""
    days = [rule["Expiration"]["Days"] for rule in rules if _deletes_pictures(rule)]
    return min(days, default=None)


def with_retention(
    rules: "Sequence[LifecycleRuleOutputTypeDef]", *, days: int | None
) -> "list[LifecycleRuleOutputTypeDef]":
    """Return the rules with ours set to `days` days; None removes it.

    Raises:
        ValueError: `days` is less than 1.
    """
    if days is not None and days < 1:
        raise ValueError(f"pictures are kept for at least one day, not {days}")
    others = [rule for rule in rules if rule.get("ID") != OUR_RULE]
    if days is None:
        return others
    return [
        *others,
        {"ID": OUR_RULE, "Status": "Enabled", "Filter": {"Prefix": PICTURES_PREFIX}, "Expiration": {"Days": days}},
    ]


def digest_by_md5(params: dict[str, Any], **_: object) -> None:
    """Send the digest of the rules as Content-MD5: R2 does not support botocore's `x-amz-sdk-checksum-algorithm`.

    https://developers.cloudflare.com/r2/api/s3/api/ (read 2026-11-27), PutBucketLifecycleConfiguration
    """
    digest = hashlib.md5(params["body"], usedforsecurity=False).digest()
    params["headers"]["Content-MD5"] = base64.b64encode(digest).decode()
    params["context"].pop("checksum", None)


def _deletes_pictures(rule: "LifecycleRuleOutputTypeDef") -> bool:
    chosen = rule.get("Filter", {})
    prefix = chosen.get("Prefix", rule.get("Prefix", ""))
    whole = not set(chosen) - {"Prefix"}  # a filter by tag or size may skip some pictures
    return (
        rule["Status"] == "Enabled"
        and whole
        and PICTURES_PREFIX.startswith(prefix)
        and "Days" in rule.get("Expiration", {})
    )

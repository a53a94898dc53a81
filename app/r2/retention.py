"""The bucket's lifecycle rules: which of them delete pictures, and ours among them. No I/O.

https://developers.cloudflare.com/r2/buckets/object-lifecycles/ (read 2026-11-22)
"""

from typing import TYPE_CHECKING, Final

from app.r2.addresses import PICTURES_PREFIX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_s3.type_defs import LifecycleRuleOutputTypeDef

OUR_RULE: Final = "easel-retention"


def days_kept(rules: "Sequence[LifecycleRuleOutputTypeDef]") -> int | None:
    """Return after how many days the first rule deletes pictures; None where none does. Rules by date do not count."""
    days = [rule["Expiration"]["Days"] for rule in rules if _deletes_pictures(rule)]
    return min(days, default=None)


def with_retention(
    rules: "Sequence[LifecycleRuleOutputTypeDef]", *, days: int | None
) -> "list[LifecycleRuleOutputTypeDef]":
    """Return the rules with ours for so many days in place of what it was; None: without ours.

    Raises:
        ValueError: Less than a day.
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


def _deletes_pictures(rule: "LifecycleRuleOutputTypeDef") -> bool:
    chosen = rule.get("Filter", {})
    prefix = chosen.get("Prefix", rule.get("Prefix", ""))
    whole = not set(chosen) - {"Prefix"}  # by tag or size it may pass over some
    return (
        rule["Status"] == "Enabled"
        and whole
        and PICTURES_PREFIX.startswith(prefix)
        and "Days" in rule.get("Expiration", {})
    )

"""The bucket's own lifecycle rule that deletes old pictures: a safety net, since Easel deletes them, too."""

from collections.abc import Sequence
from typing import Final

from app.errors import NotPermitted
from app.ops.setup.step import SetupStep, StepOutcome
from app.r2 import Bucket
from app.r2.object_keys import PICTURES_PREFIX

_NAME: Final = "retention"
_RULES: Final = "Cloudflare dashboard > R2 > the bucket > Settings > Object lifecycle rules"


async def set_retention(bucket: Bucket, *, days: int) -> Sequence[SetupStep]:
    """Have R2 delete pictures after this many days; with 0, have it keep them."""
    wanted = days or None
    told = f"R2 deletes pictures after {days} days" if days else "R2 deletes no pictures (PICTURE_RETENTION_DAYS=0)"
    try:
        if await bucket.retention() == wanted:
            return [SetupStep(name=_NAME, outcome=StepOutcome.ALREADY, told=told)]
        await bucket.set_retention(wanted)
        return [_after(await bucket.retention(), wanted, told)]
    except NotPermitted:
        return [_not_permitted(days)]


def _after(kept: int | None, wanted: int | None, told: str) -> SetupStep:
    if kept == wanted:
        return SetupStep(name=_NAME, outcome=StepOutcome.DONE, told=told)
    cure = f"Another rule deletes after {kept} days; change it: {_RULES}"
    return SetupStep(name=_NAME, outcome=StepOutcome.BY_HAND, told=told, cure=cure)


def _not_permitted(days: int) -> SetupStep:
    told = "this token may not see or set the bucket's rules, which is right for the service"
    if not days:
        return SetupStep(name=_NAME, outcome=StepOutcome.OK, told=f"pictures stay (PICTURE_RETENTION_DAYS=0); {told}")
    cure = (
        f"Nothing, Easel deletes after {days} days; for a second net: {_RULES}, prefix {PICTURES_PREFIX}, {days} days"
    )
    return SetupStep(name=_NAME, outcome=StepOutcome.BY_HAND, told=told, cure=cure)

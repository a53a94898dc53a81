"""This machine: its disk space and its clock."""

import asyncio
import shutil
import time
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import httpx

from app.ops.doctor.finding import Finding, failed, ok, skipped, warning

TIMEOUT_S: Final = 5.0
FREE_MIN_BYTES: Final = 200_000_000  # undelivered pictures wait in the database
FREE_FEW_BYTES: Final = 1_000_000_000
SKEW_MAX_S: Final = 600.0  # S3 refuses signatures that are 900 s off
SKEW_MUCH_S: Final = 30.0
GB: Final = 1_000_000_000


def check_disk(folder: Path) -> Finding:
    """Check how much space there is for the data; `folder` may not exist yet."""
    there = next(one for one in (folder, *folder.absolute().parents) if _is_there(one))
    usage = shutil.disk_usage(there)
    return judge_disk(usage.free, f"{usage.free / GB:.1f} of {usage.total / GB:.1f} GB free at {there}")


def _is_there(folder: Path) -> bool:
    try:
        return folder.exists()
    except PermissionError:  # inside a folder that this user may not enter
        return False


def judge_disk(free_bytes: int, seen: str) -> Finding:
    """Judge the space that is left; `seen` is the evidence. A full disk stops webhooks, not only pictures."""
    if free_bytes < FREE_MIN_BYTES:
        return failed("disk", seen, cure="Make room: without it no webhook is taken")
    if free_bytes < FREE_FEW_BYTES:
        return warning("disk", seen, cure="Make room soon: pictures wait here while the bucket is away")
    return ok("disk", seen)


async def check_clock(urls: Sequence[str]) -> Finding:
    """Compare our clock with the first of these hosts that tells the time. All are asked at once, without a key."""
    cure = "Let the machine set its clock by NTP (timedatectl set-ntp true)"
    skews = [skew for skew in await asyncio.gather(*map(_skew_s, urls)) if skew is not None]
    if not skews:
        return skipped("clock", "nobody told the time")
    seen = f"{abs(skews[0]):.0f} s {'ahead of' if skews[0] > 0 else 'behind'} the vendors'"
    if abs(skews[0]) > SKEW_MAX_S:
        return failed("clock", seen, cure=f"{cure}: R2 refuses signatures that are 15 minutes off")
    if abs(skews[0]) > SKEW_MUCH_S:
        return warning("clock", seen, cure=cure)
    return ok("clock", "right within a few seconds" if abs(skews[0]) > 1 else "right")


async def _skew_s(url: str) -> float | None:
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as http:
            began_at = time.time()
            async with http.stream("GET", url) as answer:  # the date is in its headers; what follows may have no end
                now_at = (began_at + time.time()) / 2
        return now_at - parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (httpx.HTTPError, KeyError, ValueError):
        return None

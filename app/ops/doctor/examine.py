"""Builds what the checks need and runs all sections concurrently."""

import asyncio
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from app.caps import is_unlimited, limits_of
from app.engine import EngineError, check_sqlite, engine_url
from app.ops.doctor import cures
from app.ops.doctor.attempts import Attempts
from app.ops.doctor.check_bucket import check_bucket, check_retention, open_bucket
from app.ops.doctor.check_line import check_line
from app.ops.doctor.check_openai import check_openai
from app.ops.doctor.finding import (
    NOT_FORESEEN,
    Finding,
    Section,
    any_failed,
    failed,
    not_foreseen,
    ok,
    skipped,
    warning,
)
from app.ops.doctor.keys import r2_keys
from app.ops.doctor.machine import check_clock, check_disk
from app.ops.doctor.postgres import check_postgres
from app.ops.doctor.service import check_service
from app.ops.doctor.sqlite_file import check_sqlite_file
from app.settings import Settings, misspelt

LIMIT_S: Final = 18.0
TITLES = ("LINE", "OpenAI", "R2", "Database", "Machine")


def examine_nothing(problems: Sequence[str]) -> list[Section]:
    """Report settings that cannot be read, in which case nothing else can be tried."""
    found = [_problem(problem) for problem in problems]
    others = [Section(title=title, findings=[skipped("all", "the settings come first")]) for title in TITLES]
    return [Section(title="Settings", findings=found), *others]


async def examine(settings: Settings, *, draws: bool) -> list[Section]:
    """Run every check. Without `draws` it costs nothing and takes less than 20 s, even if a vendor never answers."""
    read = ok("settings", f"{len(settings.model_fields_set)} are set, all of them can be read")
    found = await asyncio.gather(
        _within(LIMIT_S, check_line(settings)),
        _within(None if draws else LIMIT_S, check_openai(settings, draws=draws)),
        _within(LIMIT_S, check_r2(settings)),
        _within(LIMIT_S, _database(settings)),
        _within(LIMIT_S, _machine(settings)),
    )
    sections = [Section(title=title, findings=findings) for title, findings in zip(TITLES, found, strict=True)]
    return [Section(title="Settings", findings=[read, *_misspelt(), _limits(settings)]), *sections]


async def _within(limit_s: float | None, work: Coroutine[Any, Any, Sequence[Finding]]) -> Sequence[Finding]:
    """Run the checks of one section, for at most `limit_s`: the report must appear while somebody is still watching.

    An unexpected error becomes a finding, or one section's fault would hide all that is known of the others.
    """
    try:
        async with asyncio.timeout(limit_s):
            return await work
    except TimeoutError:
        return [failed("all", f"it was not done within {limit_s:g} s", cure="Try again; see what else failed")]
    except Exception as error:  # noqa: BLE001 - see above
        return [failed("all", not_foreseen(error), cure=NOT_FORESEEN)]


def _misspelt() -> list[Finding]:
    return [
        warning(name, f"is no setting of Easel; is {meant} meant?", cure=f"Rename it to {meant}, or take it out")
        for name, meant in misspelt().items()
    ]


def _limits(settings: Settings) -> Finding:
    if is_unlimited(settings):
        cure = "Set USER_DAILY_PICTURES, DAILY_BUDGET_USD and MONTHLY_BUDGET_USD, or name ALLOWED_IDS"
        return warning("limits", "none: any stranger may spend without end", cure=cure)
    return ok("limits", ", ".join(f"{name.upper()} {value}" for name, value in limits_of(settings).items()))


def _problem(problem: str) -> Finding:
    name, _, rest = problem.partition(" ")
    name = name.removesuffix(":")
    return failed(name, rest, cure=f"Mend {name} in the environment or in .env; docs/settings.md tells of each setting")


async def check_r2(settings: Settings) -> Sequence[Finding]:
    """Check the keys, the bucket and the URL that serves it."""
    key_id, secret = settings.r2_access_key_id.get_secret_value(), settings.r2_secret_access_key.get_secret_value()
    attempts = Attempts(cures.r2(settings.bucket_endpoint_url))
    bucket = open_bucket(settings)
    try:
        found = [*r2_keys(key_id, secret), *await check_bucket(bucket, attempts, settings.r2_public_base_url)]
        if any_failed(found[:-1]):
            return found
        days = settings.picture_retention_days
        return [*found, *await attempts.make("retention", check_retention(bucket, days=days))]
    finally:
        await bucket.aclose()


async def _database(settings: Settings) -> Sequence[Finding]:
    url = sa.make_url(settings.database_url)
    if settings.several_processes:
        found = await asyncio.to_thread(check_postgres, url)
    else:
        engine = Path(sa.make_url(engine_url(settings.database_url)).database or "")
        found = [*_sqlite(), *await asyncio.to_thread(check_sqlite_file, Path(url.database or ""), engine)]
    return [*found, await check_service(settings.port)] if settings.port else found


def _sqlite() -> list[Finding]:
    try:
        check_sqlite()
    except EngineError as error:
        return [failed("engine", str(error), cure="The start is refused until then")]
    return []


async def _machine(settings: Settings) -> Sequence[Finding]:
    hosts = (settings.bucket_endpoint_url, settings.line_api_base_url, settings.openai_base_url)
    clock = await check_clock(hosts)
    if settings.several_processes:
        return [skipped("disk", "the data is in Postgres"), clock]
    folder = Path(sa.make_url(settings.database_url).database or "").parent
    return [await asyncio.to_thread(check_disk, folder), clock]

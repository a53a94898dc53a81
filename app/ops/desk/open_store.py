"""Opens the database of a service that may be running. Creates no file and migrates no tables."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.store.database import HEAD, Database, revision_of


class NotPossible(Exception):
    """The command cannot be carried out; the message is one sentence that says why, and what helps."""


@contextlib.asynccontextmanager
async def opened(database_url: str) -> AsyncIterator[Database]:
    """Open the database.

    Raises:
        NotPossible: There is no database, it cannot be read, or it is not of this release.
    """
    database = Database(database_url)
    try:
        await _check(database)
        yield database
    finally:
        database.close()


async def _check(database: Database) -> None:
    place = f"the database {database.url.render_as_string()}"
    if database.is_sqlite and not await asyncio.to_thread(_is_file, Path(database.url.database or ""), place):
        raise NotPossible(f"{place} is not there: check DATABASE_URL and the directory you are in")
    try:
        revision = await database.read(revision_of)
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise NotPossible(f"{place} cannot be read: {said}") from error
    if revision is None:
        raise NotPossible(
            f"{place} has no tables of Easel: check DATABASE_URL; the first start of the service makes them"
        )
    if revision < HEAD:
        raise NotPossible(
            f"{place} is of an older release (revision {revision}, here {HEAD}): start this release's service first, "
            "which brings it up to date"
        )
    if revision > HEAD:
        raise NotPossible(
            f"{place} is of a later release (revision {revision}, here {HEAD}): use that release's commands"
        )


def _is_file(path: Path, place: str) -> bool:
    try:
        return path.is_file()
    except PermissionError as error:
        raise NotPossible(f"{place} is not for this user: run it as the user that Easel runs as") from error

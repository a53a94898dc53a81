"""Easel in the process of the test, where every statement and commit of both its databases can be counted."""

import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from line_sandbox.server import serve

from app.main import create_app
from app.settings import Settings
from tests.world import World

# What looks at the databases all the time, whatever is asked for.
BESIDE = ("dbos-background-jobs", "_dbos_internal_queue", "dynamic_scheduler_loop", "queue_thread", "engine-check")


@dataclass(slots=True)
class Counts:
    """What was asked of the databases. A commit counts where something was written, BEGIN and the like do not."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0
    write_locks_to_read: int = 0

    def forget(self) -> None:
        """Begin anew."""
        self.statements.clear()
        self.commits = self.write_locks_to_read = 0


def is_beside(statement: str) -> bool:
    """Whether this would have been asked anyway."""
    name = threading.current_thread().name
    return "heartbeats" in statement or any(one in name for one in BESIDE)


@contextlib.contextmanager
def counting() -> Iterator[Counts]:
    """Count for every SQLAlchemy engine of this process."""
    counts = Counts()

    def executed(connection: sa.Connection, _cursor: object, statement: str, *_: object) -> None:
        if is_beside(statement):
            connection.info.pop("locks", None)  # it was locked for this
            return
        word = statement.split(maxsplit=1)[0].upper()
        if word in {"BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA"}:
            connection.info["locks"] = "IMMEDIATE" in statement
            return
        counts.statements.append(statement)
        if word != "SELECT" and "pg_advisory" not in statement:
            connection.info["wrote"] = True

    def ended(connection: sa.Connection) -> None:
        locked = connection.info.pop("locks", False)
        if connection.info.pop("wrote", False):
            counts.commits += 1
        elif locked:
            counts.write_locks_to_read += 1

    def undone(connection: sa.Connection) -> None:
        connection.info.clear()

    with contextlib.ExitStack() as listening:
        for name, heard in (("after_cursor_execute", executed), ("commit", ended), ("rollback", undone)):
            sa.event.listen(sa.Engine, name, heard)
            listening.callback(sa.event.remove, sa.Engine, name, heard)
        yield counts


@contextlib.asynccontextmanager
async def easel_in_here(world: World, directory: Path, **settings: str) -> AsyncIterator[None]:
    """Run Easel in this process, as the bot behind LINE's webhook."""
    values = world.environment | {"DATABASE_URL": f"sqlite:///{directory}/easel.db"} | settings
    app = create_app(Settings(_env_file=None, **{name.lower(): value for name, value in values.items()}))
    async with app.router.lifespan_context(app), serve(app) as url:
        world.line.webhook_url = f"{url}/callback"
        yield

"""`python -m app`, but it counts what it asks of its databases, and writes that into `counts.json` at SIGUSR1."""

import json
import signal
from pathlib import Path

import sqlalchemy as sa

from app.cli import main

counts = {"statements": 0, "commits": 0}


@sa.event.listens_for(sa.Engine, "after_cursor_execute")
def executed(connection: sa.Connection, _cursor: object, statement: str, *_: object) -> None:
    word = statement.split(maxsplit=1)[0].upper()
    if word in {"BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA"}:
        return
    counts["statements"] += 1
    if word != "SELECT":
        connection.info["wrote"] = True


@sa.event.listens_for(sa.Engine, "commit")
def committed(connection: sa.Connection) -> None:
    counts["commits"] += bool(connection.info.pop("wrote", False))


@sa.event.listens_for(sa.Engine, "rollback")
def rolled_back(connection: sa.Connection) -> None:
    connection.info.pop("wrote", None)


def told(*_: object) -> None:
    written = Path("counts.json.new")
    written.write_text(json.dumps(counts))
    written.rename("counts.json")


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, told)
    main()

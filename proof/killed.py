"""`python -m app`, but it can be told to end as in a power cut, at a point: see `proof.points`.

A point stands before and after each commit that wrote something, and before and after each call to a vendor: between
two of them nothing changes that outlives the process.
"""

from collections.abc import Callable
from typing import Any

import aiohttp
import botocore.httpsession
import httpx
import sqlalchemy as sa

from app.cli import main
from proof.points import Points
from tests.counting import is_beside

points = Points()


@sa.event.listens_for(sa.Engine, "after_cursor_execute")
def executed(connection: sa.Connection, _cursor: object, statement: str, *_: object) -> None:
    """Note what was written, unless it would have been anyway."""
    word, *rest = statement.split(maxsplit=2)
    if word.upper() in {"INSERT", "UPDATE", "DELETE"} and not is_beside(statement):
        connection.info.setdefault("wrote", []).append(f"{word} {rest[-1].split()[0]}".lower())


@sa.event.listens_for(sa.Engine, "commit")
def commits(connection: sa.Connection) -> None:
    """Pass the point before a commit."""
    if wrote := connection.info.pop("wrote", None):
        points.passed(f"before the commit of {', '.join(wrote)}")
        connection.info["committed"] = wrote


@sa.event.listens_for(sa.Engine, "rollback")
def rolled_back(connection: sa.Connection) -> None:
    """Nothing was written."""
    connection.info.pop("wrote", None)


@sa.event.listens_for(sa.pool.Pool, "checkin")
def given_back(_connection: object, record: sa.pool.ConnectionPoolEntry) -> None:
    """Pass the point after a commit: its connection goes back to the pool."""
    if wrote := record.info.pop("committed", None):
        points.passed(f"after the commit of {', '.join(wrote)}")


def calls(owner: type, name: str, *, asynchronous: bool) -> None:
    """Let calls over this method of an HTTP library be points."""
    method: Callable[..., Any] = getattr(owner, name)

    async def awaited(*arguments: object, **options: object) -> object:
        points.passed(f"before a call over {owner.__module__}")
        answer = await method(*arguments, **options)
        points.passed(f"after a call over {owner.__module__}")
        return answer

    def called(*arguments: object, **options: object) -> object:
        points.passed(f"before a call over {owner.__module__}")
        answer = method(*arguments, **options)
        points.passed(f"after a call over {owner.__module__}")
        return answer

    setattr(owner, name, awaited if asynchronous else called)


if __name__ == "__main__":
    calls(httpx.AsyncHTTPTransport, "handle_async_request", asynchronous=True)
    calls(aiohttp.ClientSession, "_request", asynchronous=True)
    calls(botocore.httpsession.URLLib3Session, "send", asynchronous=False)
    points.watch()
    main()

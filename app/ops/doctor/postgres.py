"""Postgres: reachable, near, writable, with our tables and the engine's. What is tried is rolled back."""

import secrets
import time
from collections.abc import Callable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from app.databases import first_line
from app.flows.drawing.queue import request_of
from app.ops.doctor.finding import Finding, failed, ok, warning
from app.ops.doctor.revision import judge_revision
from app.ops.doctor.wishes import JUST_RECEIVED_S, OPEN, UNFINISHED_WORKFLOWS, judge_wishes

CONNECT_S: Final = 5
STATEMENT_MS: Final = 5000
NEAR_MS: Final = 50  # docs/postgres.md promises Easel's pace up to here
LAPS: Final = 5
ENGINE_SCHEMA: Final = "dbos"

_UNFINISHED_WORKFLOWS: Final = sa.text(UNFINISHED_WORKFLOWS.format(table="dbos.workflow_status"))


def check_postgres(url: sa.URL) -> list[Finding]:
    """Connect and run the checks. Blocks, for up to 5 s to connect and 5 s for each statement."""
    # No startup options: poolers refuse them.
    arguments = {"connect_timeout": CONNECT_S, "prepare_threshold": None}
    engine = sa.create_engine(url, hide_parameters=True, poolclass=NullPool, connect_args=arguments)
    try:
        with engine.connect() as connection:
            return [_tried(check, work, connection) for check, work in _CHECKS.items()]
    except SQLAlchemyError as error:
        cure = "Check host, port, user, password and name in DATABASE_URL, and whether Postgres is running"
        return [failed("connection", f"{_host(url)}: {_said(error)}", cure=cure)]
    finally:
        engine.dispose()


def _tried(check: str, work: Callable[[Connection], Finding], connection: Connection) -> Finding:
    try:
        for limit in ("statement_timeout", "lock_timeout"):
            connection.execute(sa.text(f"SET LOCAL {limit} = {STATEMENT_MS}"))
        return work(connection)
    except SQLAlchemyError as error:
        cure = (
            "The user of DATABASE_URL needs to own its tables, or GRANT CREATE ON DATABASE and ON SCHEMA public, "
            "on the primary, not on a replica"
        )
        return failed(check, _said(error), cure=cure)
    finally:
        connection.rollback()


def _version(connection: Connection) -> Finding:
    version = connection.execute(sa.text("SHOW server_version")).scalar_one()
    seen = f"Postgres {version} at {_host(connection.engine.url)}"
    return ok("connection", f"{seen}, through a pooler" if _is_pooled(connection) else seen)


def _distance(connection: Connection) -> Finding:
    """Run an empty query several times: the quickest is one round trip."""

    def lap_s() -> float:
        began = time.perf_counter()
        connection.execute(sa.text("SELECT 1"))
        return time.perf_counter() - began

    return judge_distance(1000 * min(lap_s() for _ in range(LAPS)))


def judge_distance(there_and_back_ms: float) -> Finding:
    """Judge whether the database is near: a picture takes dozens of round trips, and each webhook several."""
    seen = f"{there_and_back_ms:.1f} ms there and back"
    if there_and_back_ms < NEAR_MS:
        return ok("distance", seen)
    cure = "Run Easel where its database is, in the same region: pictures, webhooks and taking over are late else"
    return warning("distance", seen, cure=cure)


def _write(connection: Connection) -> Finding:
    name = f"doctor_{secrets.token_hex(4)}"
    connection.execute(sa.text(f"CREATE TABLE {name} (n integer)"))
    connection.execute(sa.text(f"INSERT INTO {name} VALUES (1)"))  # noqa: S608 - our own name
    return ok("write", "a table was made, a row written, and both taken back")


def _revision(connection: Connection) -> Finding:
    tables = sa.inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        return judge_revision(None, empty=not tables)
    return judge_revision(str(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()))


def _workflows(connection: Connection) -> Finding:
    there = sa.inspect(connection)
    if not there.has_table("workflow_status", schema=ENGINE_SCHEMA):
        if not there.has_schema(ENGINE_SCHEMA):
            connection.execute(sa.schema.CreateSchema(ENGINE_SCHEMA))
        return ok("engine", "it has no tables yet; the first start makes them")
    count = len(connection.execute(_UNFINISHED_WORKFLOWS).all())
    return ok("engine", f"{count} pictures under way or waiting")


def _wishes(connection: Connection) -> Finding:
    there = sa.inspect(connection)
    if not there.has_table("workflow_status", schema=ENGINE_SCHEMA) or not there.has_table("requests"):
        return ok("wishes", "none yet")
    still_open = sa.text(OPEN.format(before=":before"))
    found = connection.execute(still_open, {"before": time.time() - JUST_RECEIVED_S}).scalars().all()
    return judge_wishes(found, [request_of(one) for one in connection.execute(_UNFINISHED_WORKFLOWS).scalars()])


_CHECKS: Final = {
    "connection": _version,
    "distance": _distance,
    "write": _write,
    "database": _revision,
    "engine": _workflows,
    "wishes": _wishes,
}


def _is_pooled(connection: Connection) -> bool:
    """Whether a pooler is in between: PgBouncer names another process at startup than the one that serves us."""
    info = getattr(connection.connection.driver_connection, "info", None)
    served_by = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
    return info is not None and bool(info.backend_pid != served_by)


def _host(url: sa.URL) -> str:
    return url.host or "this machine"


def _said(error: SQLAlchemyError) -> str:
    return first_line(error) or type(error).__name__

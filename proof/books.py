"""Reads Easel's tables, SQLite or Postgres, while it runs or afterwards. Changes nothing."""

from collections import Counter

import sqlalchemy as sa

from app.engine import engine_url
from app.flows.delivery.courier import TOKEN_LIFE_S
from app.store.tables import budgets, calls, deletions, deliveries, inbox, pending_uploads, pictures, requests, tokens
from proof.evidence import Books

OPEN = ("waiting", "due", "sending")


def read_books(url: str, *, now_at: float) -> Books:
    """Read everything that the promises are held against. `now_at`: Unix seconds."""
    ours, engines = sa.create_engine(url), sa.create_engine(engine_url(url))
    try:
        with ours.connect() as connection, engines.connect() as engine:
            return _read(connection, engine, now_at)
    finally:
        ours.dispose()
        engines.dispose()


def _read(connection: sa.Connection, engine: sa.Connection, now_at: float) -> Books:
    def count(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(*conditions)).scalar_one())

    def rows(table: sa.Table) -> list[dict[str, object]]:
        return [dict(row) for row in connection.execute(sa.select(table)).mappings()]

    month = sa.and_(budgets.c.holder == "bot", sa.func.length(budgets.c.period) == len("2026-11"))
    waiting = sa.select(requests.c.chat_id).where(requests.c.answer.in_(OPEN))
    dead = sa.and_(tokens.c.is_open, tokens.c.arrived_at < now_at - TOKEN_LIFE_S)
    return Books(
        requests={str(row["id"]): row for row in rows(requests)},
        pictures=rows(pictures),
        calls=rows(calls),
        spent_microusd=int(connection.execute(sa.select(sa.func.sum(budgets.c.microusd)).where(month)).scalar() or 0),
        kept=count(pending_uploads),
        deletions=count(deletions),
        intents=count(deliveries, deliveries.c.outcome == "intent"),
        unread=count(inbox, sa.or_(~inbox.c.settled, inbox.c.raw != "")),
        waiting_beside_tokens=count(tokens, dead, tokens.c.chat_id.in_(waiting)),
        workflows=_workflows(engine),
    )


def _workflows(engine: sa.Connection) -> Counter[str]:
    schema = "" if engine.dialect.name == "sqlite" else "dbos."
    found = engine.execute(sa.text(f"SELECT status, count(*) FROM {schema}workflow_status GROUP BY status"))
    return Counter({str(status): int(count) for status, count in found})

"""Counters in rows, added to in one statement, so that concurrent additions are not lost and exceed no cap."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert


def add(
    connection: sa.Connection,
    table: sa.Table,
    key: Mapping[str, str],
    amounts: Mapping[str, int],
    *,
    caps: Mapping[str, int] | None = None,
) -> dict[str, int] | None:
    """Add to columns of the row with this key, which is created if it does not exist.

    Until the transaction ends nobody else can change the row, so what is returned still holds.

    Args:
        connection: The transaction.
        table: The names in `key` are its primary key.
        key: The row's.
        amounts: What to add, by column; 0 or more.
        caps: What the sum must not exceed, by column; 0: no limit.

    Returns:
        The columns as they are now; None, and nothing is added, if a cap would be exceeded.
    """
    limits = {name: cap for name, cap in (caps or {}).items() if cap}
    if any(amounts[name] > cap for name, cap in limits.items()):
        return None  # the statement checks the sum only where there is a row already
    statement = _adding(connection.dialect.name, table, tuple(key), tuple(amounts), tuple(limits))
    bound = {f"its_{name}": value for name, value in {**key, **amounts}.items()}
    row = connection.execute(statement, bound | {f"cap_{name}": cap for name, cap in limits.items()}).mappings().first()
    return {name: int(row[name]) for name in amounts} if row else None


@functools.cache
def _adding(
    dialect: str, table: sa.Table, key: Sequence[str], amounts: Sequence[str], capped: Sequence[str]
) -> ReturningInsert[Any]:
    """Build the statement, once for each table and set of columns: every picture takes several of them."""
    bound = {name: sa.bindparam(f"its_{name}", type_=table.c[name].type) for name in (*key, *amounts)}
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    caps = (table.c[name] + bound[name] <= sa.bindparam(f"cap_{name}") for name in capped)
    statement = insert.values(bound).on_conflict_do_update(
        index_elements=list(key),
        set_={name: table.c[name] + bound[name] for name in amounts},
        where=sa.and_(sa.true(), *caps),
    )
    return statement.returning(*(table.c[name] for name in amounts))

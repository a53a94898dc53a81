"""Counts in rows: added to in one statement, so that nothing is lost or overshot whoever adds at the same time."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def add(
    connection: sa.Connection,
    table: sa.Table,
    key: Mapping[str, str],
    amounts: Mapping[str, int],
    *,
    caps: Mapping[str, int] | None = None,
) -> dict[str, int] | None:
    """Add to columns of the row with this key, which is made when it is not there yet.

    Until the transaction ends nobody else can change the row, so what is returned still holds.

    Args:
        connection: The transaction.
        table: Its primary key are the names in `key`.
        key: The row.
        amounts: Column to what is added, 0 or more.
        caps: Column to what its sum must not exceed; 0: no limit.

    Returns:
        The columns as they are now; None, and nothing is added, where a cap would be passed.
    """
    limits = {name: cap for name, cap in (caps or {}).items() if cap}
    if any(amounts[name] > cap for name, cap in limits.items()):
        return None  # no row may be there yet, and then only the amount itself counts
    insert = sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
    statement = insert.values(**key, **amounts).on_conflict_do_update(
        index_elements=list(key),
        set_={name: table.c[name] + amount for name, amount in amounts.items()},
        where=sa.and_(sa.true(), *(table.c[name] + amounts[name] <= cap for name, cap in limits.items())),
    )
    row = connection.execute(statement.returning(*(table.c[name] for name in amounts))).mappings().first()
    return {name: int(row[name]) for name in amounts} if row else None

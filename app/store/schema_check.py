"""Whether this release can work on the tables of a later one. Reads nothing but the database's catalogue."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from app.store.tables import metadata


def misfits(connection: Connection) -> list[str]:
    """Return what is in the way: tables and columns of ours that are gone, and new columns that our rows lack."""
    inspector = sa.inspect(connection)
    found = []
    for table in metadata.sorted_tables:
        if not inspector.has_table(table.name):
            found.append(f"{table.name} is gone")
            continue
        there = {column["name"]: column for column in inspector.get_columns(table.name)}
        ours = [column.name for column in table.columns]
        found += [f"{table.name}.{name} is gone" for name in ours if name not in there]
        found += [
            f"{table.name}.{name} must be filled"
            for name, column in there.items()
            if name not in ours and not column["nullable"] and column["default"] is None
        ]
    return found

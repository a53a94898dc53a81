"""Whether this release can work on the tables of a database. Reads only the database's catalogue."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from app.store.tables import metadata


def misfits(connection: Connection) -> list[str]:
    """Return what is in the way: missing tables and columns of ours, and required columns that our rows do not fill."""
    there = {name: columns for (_, name), columns in sa.inspect(connection).get_multi_columns().items()}
    found = []
    for table in metadata.sorted_tables:
        if table.name not in there:
            found.append(f"{table.name} is gone")
            continue
        columns = {column["name"]: column for column in there[table.name]}
        ours = [column.name for column in table.columns]
        found += [f"{table.name}.{name} is gone" for name in ours if name not in columns]
        found += [
            f"{table.name}.{name} must be filled"
            for name, column in columns.items()
            if name not in ours and not column["nullable"] and column["default"] is None
        ]
    return found

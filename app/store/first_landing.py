"""Brings the tables of the very first Easel to the state that migration 0001 creates today.

That migration was rewritten once, after people had begun to use what it made (commit 1a46a67 and before). Since then a
test pins the text of every migration that has landed.
"""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.engine import Connection

FIRST = "0001"
PICTURE_ID_BYTES = 16
TEXT, FLOAT, JSON = sa.Text, sa.Float, sa.JSON


def _new_columns() -> dict[str, list[sa.Column[Any]]]:
    return {
        "requests": [
            sa.Column("message_id", sa.String(64)),
            sa.Column("draws", sa.Boolean, nullable=False, server_default=sa.false()),
            sa.Column("options", JSON),
            sa.Column("sources", JSON),
            sa.Column("tap", sa.String(120)),
            sa.Column("details", JSON),
            sa.Column("notes", JSON),
            sa.Column("drawing_at", FLOAT),
            sa.Column("kept_at", FLOAT),
        ],
        "deliveries": [sa.Column("picture_ids", JSON, nullable=False, server_default="[]")],
        "sent": [sa.Column("picture_id", sa.String(22))],
    }


_NEW_INDEXES = [
    ("requests_by_time", "requests", ["created_at"]),
    ("requests_of_message", "requests", ["message_id"]),
    ("sent_of_picture", "sent", ["picture_id"]),
    ("sent_of_request", "sent", ["request_id"]),
]
_GONE_COLUMNS = {"requests": ["size", "usage", "object_key", "preview_key"], "calls": ["usage"]}


def _pictures() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.String(22), primary_key=True),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("chat_id", sa.String(40), nullable=False),
        sa.Column("user_id", sa.String(40)),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("parent_id", sa.String(22)),
        sa.Column("object_key", sa.String(200), nullable=False),
        sa.Column("preview_key", sa.String(200), nullable=False),
        sa.Column("size", sa.String(16), nullable=False),
        sa.Column("created_at", FLOAT, nullable=False),
    )


def _kept() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("request_id", sa.String(64), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("object_key", sa.String(200)),
        sa.Column("preview_key", sa.String(200)),
    )


def _other_tables() -> dict[str, tuple[sa.Column[Any], ...]]:
    return {
        "doomed": (
            sa.Column("object_key", sa.String(200), primary_key=True),
            sa.Column("since", FLOAT, nullable=False),
        ),
        "unsent": (sa.Column("message_id", sa.String(64), primary_key=True), sa.Column("at", FLOAT, nullable=False)),
        "photos": (
            sa.Column("message_id", sa.String(64), primary_key=True),
            sa.Column("chat_id", sa.String(40), nullable=False),
            sa.Column("user_id", sa.String(40)),
            sa.Column("set_id", sa.String(80)),
            sa.Column("set_total", sa.Integer, nullable=False),
            sa.Column("state", sa.String(16), nullable=False),
            sa.Column("data", sa.LargeBinary),
            sa.Column("content_type", sa.String(32)),
            sa.Column("waits", sa.Boolean, nullable=False),
            sa.Column("created_at", FLOAT, nullable=False),
        ),
        "chats": (
            sa.Column("chat_id", sa.String(40), primary_key=True),
            sa.Column("chat_kind", sa.String(8), nullable=False),
            sa.Column("settings", JSON),
            sa.Column("expects", sa.String(8)),
            sa.Column("expects_prompt", TEXT),
            sa.Column("expects_options", JSON),
            sa.Column("expects_sources", JSON),
            sa.Column("expects_until", FLOAT),
            sa.Column("current_picture", sa.String(22)),
            sa.Column("left_at", FLOAT),
            sa.Column("created_at", FLOAT, nullable=False),
        ),
    }


_OTHER_INDEXES = [
    ("photos_by_time", "photos", ["created_at"]),
    ("photos_of_chat", "photos", ["chat_id", "waits"]),
    ("pictures_by_time", "pictures", ["created_at"]),
    ("pictures_of_chat", "pictures", ["chat_id", "created_at"]),
    ("pictures_of_request", "pictures", ["request_id"]),
]
# A request for a picture has a prompt, or a picture that was drawn already; words alone are an answer.
_DRAWS = "prompt IS NOT NULL OR object_key IS NOT NULL OR model IS NOT NULL OR words IS NULL"


def is_of_the_first_landing(connection: Connection, revision: str) -> bool:
    """Whether these tables were made before migration 0001 was rewritten."""
    return revision == FIRST and not sa.inspect(connection).has_table("pictures")


def bring_to_today_s_0001(connection: Connection) -> None:
    """Add what is new, carry the data over, and drop the columns whose data has another place now."""
    operations = Operations(MigrationContext.configure(connection))
    for table, columns in _new_columns().items():
        for column in columns:
            operations.add_column(table, column)
    for name, columns_of in (("pictures", _pictures()), *_other_tables().items()):
        operations.create_table(name, *columns_of)
    for name, table, names in (*_NEW_INDEXES, *_OTHER_INDEXES):
        operations.create_index(name, table, names)
    _carry_over(connection, operations)
    for table, gone in _GONE_COLUMNS.items():
        for name in gone:
            operations.drop_column(table, name)


def _carry_over(connection: Connection, operations: Operations) -> None:
    connection.execute(sa.text(f"UPDATE requests SET draws = true WHERE {_DRAWS}"))  # noqa: S608 - our own words
    drawn = "SELECT id, chat_id, user_id, object_key, preview_key, size, created_at FROM requests"
    for row in connection.execute(sa.text(f"{drawn} WHERE object_key IS NOT NULL")).mappings().all():
        picture = dict(row) | {"picture_id": secrets.token_urlsafe(PICTURE_ID_BYTES), "size": row["size"] or ""}
        connection.execute(
            sa.text(
                "INSERT INTO pictures (id, request_id, chat_id, user_id, position, object_key, preview_key, size, "
                "created_at) VALUES (:picture_id, :id, :chat_id, :user_id, 0, :object_key, :preview_key, :size, "
                ":created_at)"
            ),
            picture,
        )
        connection.execute(sa.text("UPDATE sent SET picture_id = :picture_id WHERE request_id = :id"), picture)
    operations.create_table("kept_by_position", *_kept())
    same = "INSERT INTO kept_by_position (request_id, position, data) SELECT request_id, 0, data FROM kept"
    connection.execute(sa.text(same))
    operations.drop_table("kept")
    operations.rename_table("kept_by_position", "kept")

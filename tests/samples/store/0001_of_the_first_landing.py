"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.String(64), primary_key=True),
        sa.Column("raw", sa.Text, nullable=False),
        sa.Column("arrived_at", sa.Float, nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("begun", sa.Boolean, nullable=False),
    )
    op.create_index("inbox_not_begun", "inbox", ["begun", "arrived_at"])
    op.create_table(
        "requests",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("chat_id", sa.String(40), nullable=False),
        sa.Column("chat_kind", sa.String(8), nullable=False),
        sa.Column("user_id", sa.String(40)),
        sa.Column("quote_token", sa.Text),
        sa.Column("prompt", sa.Text),
        sa.Column("words", sa.String(32)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("answer", sa.String(16), nullable=False),
        sa.Column("delivery_id", sa.String(36)),
        sa.Column("model", sa.String(64)),
        sa.Column("size", sa.String(16)),
        sa.Column("usage", sa.JSON),
        sa.Column("vendor_request_id", sa.String(128)),
        sa.Column("object_key", sa.String(200)),
        sa.Column("preview_key", sa.String(200)),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("promised_at", sa.Float),
        sa.Column("ready_at", sa.Float),
        sa.Column("sent_at", sa.Float),
        sa.Column("sent_quote_token", sa.Text),
    )
    op.create_index("requests_of_chat", "requests", ["chat_id", "answer"])
    op.create_index("requests_undrawn", "requests", ["state"])
    op.create_table(
        "kept",
        sa.Column("request_id", sa.String(64), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("began_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("usage", sa.JSON),
        sa.Column("vendor_request_id", sa.String(128)),
    )
    op.create_index("ix_calls_request_id", "calls", ["request_id"])
    op.create_table(
        "tokens",
        sa.Column("event_id", sa.String(64), primary_key=True),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("chat_id", sa.String(40), nullable=False),
        sa.Column("arrived_at", sa.Float, nullable=False),
        sa.Column("addressed", sa.Boolean, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
    )
    op.create_index("tokens_of_chat", "tokens", ["chat_id", "is_open"])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("chat_id", sa.String(40), nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("token", sa.Text),
        sa.Column("token_at", sa.Float),
        sa.Column("request_ids", sa.JSON, nullable=False),
        sa.Column("messages", sa.JSON, nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float),
    )
    op.create_index("deliveries_of_chat", "deliveries", ["chat_id", "outcome"])
    op.create_table(
        "sent",
        sa.Column("message_id", sa.String(64), primary_key=True),
        sa.Column("chat_id", sa.String(40), nullable=False),
        sa.Column("request_id", sa.String(64)),
    )
    op.create_table(
        "languages",
        sa.Column("user_id", sa.String(40), primary_key=True),
        sa.Column("language", sa.String(35)),
        sa.Column("read_at", sa.Float, nullable=False),
    )
    op.create_table(
        "gone_models",
        sa.Column("model", sa.String(64), primary_key=True),
        sa.Column("until", sa.Float, nullable=False),
    )
    op.create_table(
        "leases",
        sa.Column("executor_id", sa.String(80), primary_key=True),
        sa.Column("expires_at", sa.Float, nullable=False),
    )
    op.create_table(
        "heartbeats",
        sa.Column("owner", sa.String(80), primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
    )

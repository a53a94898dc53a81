"""Money: the ledger, the purses, and what admins decide."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add to what is there: processes of the version before go on meanwhile."""
    op.create_table(
        "purses",
        sa.Column("holder", sa.String(120), primary_key=True),
        sa.Column("period", sa.String(10), primary_key=True),
        sa.Column("pictures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("microusd", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("told", sa.Integer),
    )
    op.create_table(
        "allowances",
        sa.Column("holder", sa.String(40), primary_key=True),
        sa.Column("blocked", sa.Boolean, nullable=False),
        sa.Column("extra", sa.Integer, nullable=False),
        sa.Column("extra_on", sa.String(10), nullable=False),
    )
    op.create_table(
        "switches",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "alerts",
        sa.Column("cause", sa.String(120), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "tallies",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "model_dates",
        sa.Column("model", sa.String(64), primary_key=True),
        sa.Column("shutdown_on", sa.String(10)),
        sa.Column("read_at", sa.Float, nullable=False),
    )
    op.add_column("requests", sa.Column("counted_on", sa.String(10)))
    op.add_column("requests", sa.Column("counted", sa.Integer, nullable=False, server_default="0"))
    op.add_column("calls", sa.Column("chat_id", sa.String(40), nullable=False, server_default=""))
    op.add_column("calls", sa.Column("user_id", sa.String(40)))
    op.add_column("calls", sa.Column("kind", sa.String(8), nullable=False, server_default="draw"))
    op.add_column("calls", sa.Column("size", sa.String(16), nullable=False, server_default=""))
    op.add_column("calls", sa.Column("quality", sa.String(8), nullable=False, server_default=""))
    op.add_column("calls", sa.Column("count", sa.Integer, nullable=False, server_default="1"))
    op.add_column("calls", sa.Column("text_in", sa.Integer))
    op.add_column("calls", sa.Column("image_in", sa.Integer))
    op.add_column("calls", sa.Column("image_out", sa.Integer))
    op.add_column("calls", sa.Column("text_out", sa.Integer))
    op.add_column("calls", sa.Column("microusd", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("calls", sa.Column("is_estimate", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("calls", sa.Column("day", sa.String(10), nullable=False, server_default=""))
    op.add_column("calls", sa.Column("purses", sa.JSON))
    op.create_index("calls_by_day", "calls", ["day"])
    op.create_index("calls_by_time", "calls", ["began_at"])

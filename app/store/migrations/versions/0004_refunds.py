"""Refunds: calls that do not count for their chat any more."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add to what is there: processes of the version before go on meanwhile."""
    op.add_column("calls", sa.Column("refunded_at", sa.Float))

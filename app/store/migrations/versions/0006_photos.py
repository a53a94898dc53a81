"""Photos keep their place in an album, and a mark while they are decoded."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add to what is there: processes of the version before go on meanwhile."""
    op.add_column("photos", sa.Column("set_index", sa.Integer, nullable=False, server_default="0"))
    op.add_column("photos", sa.Column("decoder", sa.String(36)))
    op.add_column("photos", sa.Column("deaths", sa.Integer, nullable=False, server_default="0"))

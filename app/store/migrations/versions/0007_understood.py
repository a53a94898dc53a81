"""Which step decided what a message means, and how sure it was: for those who ask why something was drawn or not."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add to what is there: processes of the version before leave it empty."""
    op.add_column("requests", sa.Column("understood", sa.JSON(none_as_null=True)))

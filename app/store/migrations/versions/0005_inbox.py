"""The inbox alone holds an event until what it wants is written down: whose turn is first, how often it was tried."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add to what is there: processes of the version before go on meanwhile."""
    op.add_column("inbox", sa.Column("rank", sa.Integer, nullable=False, server_default="0"))
    op.add_column("inbox", sa.Column("tries", sa.Integer, nullable=False, server_default="0"))
    # What a workflow of the release before had not answered is read again: nothing of it is done twice.
    op.execute("UPDATE inbox SET begun = false WHERE begun AND raw <> ''")
    unsettled, unanswered = sa.text("NOT begun"), sa.text("answer IN ('waiting', 'due', 'sending')")
    op.drop_index("inbox_not_begun", "inbox")
    op.create_index(
        "inbox_unsettled", "inbox", ["rank", "arrived_at"], sqlite_where=unsettled, postgresql_where=unsettled
    )
    op.create_index(
        "requests_unanswered", "requests", ["created_at"], sqlite_where=unanswered, postgresql_where=unanswered
    )

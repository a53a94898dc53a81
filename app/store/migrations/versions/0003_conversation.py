"""Conversation: what was made from a photo, and whose words are waited for."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add to what is there: processes of the version before go on meanwhile."""
    uses = op.create_table(
        "photo_uses",
        sa.Column("message_id", sa.String(64), primary_key=True),
        sa.Column("request_id", sa.String(64), primary_key=True),
    )
    op.create_index("pictures_of_parent", "pictures", ["parent_id"])
    op.add_column("chats", sa.Column("expects_user", sa.String(40)))
    requests = sa.table("requests", sa.column("id", sa.String), sa.column("sources", sa.JSON))
    made = op.get_bind().execute(sa.select(requests).where(requests.c.sources.is_not(None)))
    rows = {(source["photo"], row.id) for row in made for source in row.sources or () if "photo" in source}
    op.bulk_insert(uses, [{"message_id": photo, "request_id": request} for photo, request in sorted(rows)])

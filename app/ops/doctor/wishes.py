"""Checks that every open wish of the store has an unfinished workflow in the engine."""

from collections.abc import Collection

from app.ops.doctor.finding import Finding, ok, warning

OPEN = "SELECT id FROM requests WHERE draws AND state IN ('queued', 'drawing', 'kept') AND created_at < {before}"
UNFINISHED_WORKFLOWS = (
    "SELECT workflow_uuid FROM {table} WHERE name = 'draw' AND status IN ('PENDING', 'ENQUEUED', 'DELAYED')"
)
JUST_RECEIVED_S = 60.0


def judge_wishes(open_ids: Collection[str], drawn_ids: Collection[str]) -> Finding:
    """Report open wishes that nothing works on: `drawn_ids` are those with an unfinished workflow."""
    left = len(set(open_ids) - set(drawn_ids))
    if not left:
        return ok("wishes", f"{len(open_ids)} open, each with its work in the engine")
    return warning(
        "wishes",
        f"{len(open_ids)} open, {left} of them without work in the engine",
        cure="A running Easel begins them again within a minute, the next start at once; `easel resend ID` does it now",
    )

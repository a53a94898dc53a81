"""What the engine knows of one workflow."""

from collections.abc import Iterable
from dataclasses import dataclass

from dbos import WorkflowStatus

LIVING = ["PENDING", "ENQUEUED", "DELAYED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A workflow's row.

    Attributes:
        workflow_id: Its id.
        is_living: Whether it waits for its turn or runs, as far as the row knows.
        runs_at: The executor that runs it; None while it waits, or has ended.
        changed_at: When its row was last written, Unix seconds.
    """

    workflow_id: str
    is_living: bool
    runs_at: str | None
    changed_at: float


def work_of(found: Iterable[WorkflowStatus]) -> list[Work]:
    """Convert the workflows that DBOS lists."""
    return [
        Work(
            workflow_id=one.workflow_id,
            is_living=one.status in LIVING,
            runs_at=one.executor_id if one.status == "PENDING" else None,
            changed_at=(one.updated_at or one.created_at or 0) / 1000,
        )
        for one in found
    ]

"""What the engine knows of one workflow."""

from collections.abc import Iterable
from dataclasses import dataclass

from dbos import WorkflowStatus

UNFINISHED = ["PENDING", "ENQUEUED", "DELAYED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowState:
    """A workflow's row.

    Attributes:
        workflow_id: Its id.
        is_unfinished: Whether it waits for its turn or runs, as far as the row knows.
        running_on: The executor that runs it; None while it waits, or has ended.
        changed_at: When its row was last written, Unix seconds.
    """

    workflow_id: str
    is_unfinished: bool
    running_on: str | None
    changed_at: float


def workflow_states(found: Iterable[WorkflowStatus]) -> list[WorkflowState]:
    """Convert the workflows that DBOS lists."""
    return [
        WorkflowState(
            workflow_id=one.workflow_id,
            is_unfinished=one.status in UNFINISHED,
            running_on=one.executor_id if one.status == "PENDING" else None,
            changed_at=(one.updated_at or one.created_at or 0) / 1000,
        )
        for one in found
    ]

"""What the engine knows of one workflow."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A workflow's row.

    Attributes:
        workflow_id: Its id.
        is_living: Whether it waits for its turn or runs, as far as the row knows.
        runs_at: The executor that runs it; None while it waits, or has ended.
        changed_at: When its row was written last, Unix seconds.
    """

    workflow_id: str
    is_living: bool
    runs_at: str | None
    changed_at: float

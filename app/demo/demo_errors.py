"""What keeps a demo from starting. No I/O."""

from collections.abc import Sequence


class CannotStart(Exception):
    """The demo cannot run with these settings or on this machine. `problems` has one sentence for each, with a cure."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)

"""How far generated tests go: far enough to show a fault between two edits, and much farther with DEEP=1."""

import os

IS_DEEP = os.environ.get("DEEP") == "1"


def deep(usual: int, much: int) -> int:
    """Choose how many examples, wishes or people a generated test takes."""
    return much if IS_DEEP else usual

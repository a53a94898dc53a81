"""Which release this is. No I/O except to read the installed package's own metadata."""

from importlib.metadata import version

DISTRIBUTION = "line-easel"  # the name `easel` belongs to another project on the Python Package Index


def release() -> str:
    """Return the installed version."""
    return version(DISTRIBUTION)

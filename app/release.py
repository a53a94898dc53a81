"""Which release this is. No I/O but the installed package's own metadata."""

from importlib.metadata import version

DISTRIBUTION = "line-easel"  # the name `easel` belongs to another project in the Python Package Index


def release() -> str:
    """Return the version that is installed."""
    return version(DISTRIBUTION)

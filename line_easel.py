"""The commands `easel` and `line-easel`: make sure that the package `app` is Easel's, then run it.

Other projects use the name `app`, too: with `PYTHONPATH=.` in a project that has a folder of that name, Python would
run that one. So the commands start in this module, which lies beside our `app`.
"""

import importlib.util
import sys
from pathlib import Path

EX_CONFIG = 78  # as in app.ops.terminal, which cannot be imported yet


def main() -> None:
    """Run the command line, or say what is in its place and exit if `app` is another project's."""
    ours, found = Path(__file__).resolve().parent / "app", importlib.util.find_spec("app")
    places = [Path(place).resolve() for place in (found and found.submodule_search_locations) or ()]
    if places != [ours]:
        there = found and (found.origin or next(map(str, places), None))
        print(_refusal(ours, str(there or "nowhere")), file=sys.stderr)  # noqa: T201 - a command's own output
        sys.exit(EX_CONFIG)

    from app.cli import main as run  # noqa: PLC0415 - only now known to be ours

    run()


def _refusal(ours: Path, there: str) -> str:
    return (
        f"Easel's package is {ours}, and Python finds another one called `app` before it: {there}. "
        "Leave that folder out of PYTHONPATH (env -u PYTHONPATH easel ...), or give Easel an environment of its own."
    )

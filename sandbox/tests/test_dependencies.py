"""`pip install ./sandbox` on a machine that has nothing else: what the stand-ins import, they name."""

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
IMPORTS_ALL = """
import pkgutil, sys
class Absent:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in sys.argv:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent)
import line_sandbox
for module in pkgutil.walk_packages(line_sandbox.__path__, "line_sandbox."):
    __import__(module.name)
"""


def named(requirements: Iterable[str]) -> set[str]:
    """Return which distributions these are, without what only an extra wants."""
    names = (re.split(r"[^\w.-]", one)[0] for one in requirements if "extra ==" not in one)
    return {name.lower().replace("_", "-") for name in names}


def installed_with(names: set[str]) -> set[str]:
    """Return them and all that they bring along."""
    found: set[str] = set()
    while names := names - found:
        found |= names
        here = (importlib.metadata.requires(name) or () for name in names if is_here(name))
        names = set().union(*map(named, here))
    return found


def is_here(name: str) -> bool:
    """Whether this machine has it; some are for other systems."""
    return any(importlib.metadata.distributions(name=name))


@pytest.mark.slow
def test_the_stand_ins_name_what_they_import():
    """A parser that uvicorn only takes where it is there came along with the bot of this house only."""
    own = named(tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["dependencies"])
    there = installed_with(own)
    absent = [
        module
        for module, owners in importlib.metadata.packages_distributions().items()
        if not named(owners) & there and module != "line_sandbox"
    ]
    assert "pytest" in absent
    run = [sys.executable, "-c", IMPORTS_ALL, *absent]
    done = subprocess.run(run, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

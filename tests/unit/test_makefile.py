"""`make` on a fresh machine: what only runs installs no developers' tools, and what is missing is named."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make on this machine")


def made(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run our Makefile in a folder where nothing is installed."""
    shutil.copy(ROOT / "Makefile", folder)
    for name in ("pyproject.toml", "uv.lock"):
        (folder / name).touch()
    known = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    return subprocess.run(
        ("make", *arguments), check=False, cwd=folder, env=known | environment, capture_output=True, text=True
    )


@pytest.mark.parametrize(("target", "is_for_developers"), [("serve", False), ("demo", False), ("test", True)])
def test_what_only_runs_needs_no_developers_tools(tmp_path, target, is_for_developers):
    """A fifth of the packages is enough to serve."""
    syncs = [line for line in made(tmp_path, "--dry-run", target).stdout.splitlines() if " sync " in line]
    assert len(syncs) == 1
    assert ("--no-dev" not in syncs[0]) is is_for_developers


@pytest.mark.parametrize(
    ("python", "told"),
    [
        ("exit 1", "make serve PYTHON=python3.12"),
        ('case "$1" in -c) exit 0;; *) exit 1;; esac', "apt install python3-venv"),
    ],
)
def test_a_python_that_cannot_do_it(tmp_path, python, told):
    """One that is too old, and one without venv: the way out is named, and nothing is left behind."""
    (tmp_path / "python").write_text(f"#!/bin/sh\n{python}\n", encoding="utf-8")
    (tmp_path / "python").chmod(0o755)
    done = made(tmp_path, "serve", "PYTHON=./python")
    assert done.returncode != 0
    assert told in done.stdout
    assert not (tmp_path / ".tools").exists()


@pytest.mark.parametrize(("home", "is_here"), [("/proc/nobody", True), ("", False)])
def test_a_home_that_cannot_be_written(tmp_path, home, is_here):
    """The downloads stay in .tools then."""
    show = "--eval=show:\n\t@echo cache=$$UV_CACHE_DIR"
    done = made(tmp_path, show, "show", **({"HOME": home} if home else {}))
    assert done.stdout.strip() == (f"cache={tmp_path}/.tools/cache" if is_here else "cache=")

"""Reads and updates `.env`. Whatever is not set anew is kept, comments included. Only its owner may read it."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

OWNER_ONLY: Final = 0o600
_LINE: Final = re.compile(r"^\s*(?:export\s+)?(?P<name>\w+)\s*=\s*(?P<value>.*?)\s*$")


def read(path: Path) -> dict[str, str]:
    """Return the values that are set; none if the file does not exist.

    Raises:
        OSError: It cannot be read.
        UnicodeDecodeError: It is not in UTF-8.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    found = (match for line in text.splitlines() if (match := _LINE.match(line)))
    return {match["name"]: match["value"].strip("\"'") for match in found if match["value"]}


def write(path: Path, values: Mapping[str, str]) -> None:
    """Set these values, each on its old line or at the end. The file is replaced atomically. Raises as `read` does."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    left = dict(values)
    for number, line in enumerate(lines):
        match = _LINE.match(line)
        if match and match["name"] in values:
            lines[number] = f"{match['name']}={_quoted(values[match['name']])}"
            left.pop(match["name"], None)
    lines += [f"{name}={_quoted(value)}" for name, value in left.items()]
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)  # a leftover one may have other permissions
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    beside.replace(path)


def _quoted(value: str) -> str:
    return value if re.fullmatch(r"[\w./:@%+=,~-]*", value) else "'" + value.replace("'", "\\'") + "'"

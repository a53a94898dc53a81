"""Reads and updates `.env`. Whatever is not set anew is kept, comments included. Only its owner may read it."""

import io
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dotenv.parser import Binding, parse_stream

from app.settings import read_env_file

OWNER_ONLY: Final = 0o600
_BEFORE_NAME: Final = re.compile(r"\s*(?:export\s+)?")


def read(path: Path) -> dict[str, str]:
    """Return the values that are set, as the service reads them; none if the file does not exist.

    Raises:
        OSError: It cannot be read.
        UnicodeDecodeError: It is not in UTF-8.
    """
    return {name: value for name, value in read_env_file(path).items() if value}


def write(path: Path, values: Mapping[str, str]) -> None:
    """Set these values, each in its old place or at the end. The file is replaced atomically. Raises as `read` does."""
    known = read(path)
    changed = {name: value for name, value in values.items() if value != known.get(name)}
    old = list(parse_stream(io.StringIO(path.read_text(encoding="utf-8")))) if path.exists() else []
    text = "".join(_line(binding, changed) for binding in old)
    text += "\n" if text and not text.endswith("\n") else ""
    there = {binding.key for binding in old}
    text += "".join(f"{name}={_quoted(value)}\n" for name, value in changed.items() if name not in there)
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)  # a leftover one may have other permissions
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w", encoding="utf-8") as file:
        file.write(text)
    beside.replace(path)


def _line(binding: Binding, changed: Mapping[str, str]) -> str:
    """Return a line, or several that belong together, with its new value if it has one."""
    if binding.key is None or binding.key not in changed:
        return binding.original.string
    before = _BEFORE_NAME.match(binding.original.string)
    return f"{before[0] if before else ''}{binding.key}={_quoted(changed[binding.key])}\n"


def _quoted(value: str) -> str:
    if re.fullmatch(r"[\w./:@%+=,~-]*", value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

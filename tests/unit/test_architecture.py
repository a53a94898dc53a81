"""The map holds: imports go one way, modules stay small, settings are read in few places."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
LINES_MAX = 300
VENDORS = {"line", "openai", "r2"}
NO_REASON = re.compile(r"# (?:noqa(?:: [A-Z]+\d+(?:, [A-Z]+\d+)*)?|type: ignore(?:\[[\w, -]+\])?)$", re.MULTILINE)

# Each room and the rooms it may import from.
MAY_IMPORT = {
    "errors": set(),
    "release": set(),
    "days": set(),
    "prices": set(),
    "telemetry": set(),
    "databases": set(),
    "line": {"errors", "release"},
    "openai": {"errors"},
    "pictures": {"errors"},
    "r2": {"errors"},
    "store": {"databases", "days", "prices"},
    "reports": {"days", "prices", "store"},
    "settings": {"line", "openai", "r2"},
    "words": {"line"},
    "reading": {"errors", "line", "store", "words"},
    "engine": {"databases"},
    "lease": {"engine", "store"},
    "health": {"databases", "engine", "store"},
    "metrics": {"errors", "health", "prices", "reports", "store"},
    "traces": set(),
    "refusals": set(),
    "protocol": {"refusals"},
    "webhook": {"health", "line", "metrics", "refusals", "store", "traces"},
    "flows": {
        *("days", "engine", "errors", "line", "metrics", "openai", "pictures", "prices"),
        *("r2", "reading", "reports", "store", "traces", "words"),
    },
    "admin": {*("days", "flows", "health", "line", "prices", "r2", "refusals", "reports", "store")},
    "build": {
        *("admin", "caps", "engine", "flows", "health", "lease", "line", "metrics", "openai"),
        *("r2", "reading", "refusals", "release", "reports", "settings", "store", "traces", "webhook", "words"),
    },
    "main": {
        *("build", "caps", "databases", "engine", "errors", "flows", "health", "metrics", "refusals", "settings"),
        "store",
    },
    "server": {"engine", "main", "protocol", "refusals", "settings", "telemetry"},
    "demo": {"ops", "settings", "store", "words"},
    "caps": {"prices", "settings", "store"},
    "ops": {
        *("build", "caps", "databases", "days", "engine", "errors", "flows", "line", "metrics", "openai", "prices"),
        *("r2", "release", "reports", "settings", "store", "telemetry", "traces", "words"),
    },
    "cli": {"demo", "ops", "release", "server", "settings", "store"},
    "__main__": {"cli"},
    "__init__": set(),
}

TEXTS = {".css", ".html", ".js", ".py"}
IMPORTS_APP = re.compile(r"^\s*(?:from|import) app\b", re.MULTILINE)


def modules() -> list[Path]:
    return sorted(path for path in APP.rglob("*.py") if "migrations" not in path.parts)


def room_of(path: Path) -> str:
    return path.relative_to(APP).parts[0].removesuffix(".py")


def rooms_imported_by(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imported_by(path) if name.startswith("app.")}


def imported_by(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" if node.module == "app" else node.module for alias in node.names}
    return names


def test_imports_go_one_way():
    """A room imports only from the rooms that the table allows."""
    wrong = {path: rooms_imported_by(path) - {room_of(path)} - MAY_IMPORT[room_of(path)] for path in modules()}
    assert len(wrong) > 200
    assert not {str(path.relative_to(APP)): sorted(rooms) for path, rooms in wrong.items() if rooms}


def test_a_module_can_be_read_at_once():
    """No module grows past what fits in a reader's head."""
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert not {str(path.relative_to(APP)): count for path, count in lines.items() if count > LINES_MAX}


def test_a_command_at_a_terminal_builds_no_service():
    """A push by hand needs what speaks in chats, and not what reads, draws and sweeps."""
    whole = {"app.build.build_service", "app.build.make_flows"}
    assert whole <= imported_by(APP / "build" / "build_service.py") | {"app.build.build_service"}
    assert not [path for path in (APP / "ops").rglob("*.py") if imported_by(path) & whole]


def test_the_stand_ins_know_nothing_of_easel():
    """What imports the bot under test would agree with its mistakes."""
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "sandbox").rglob("*.*") if path.suffix in TEXTS}
    assert len({path.suffix for path in texts}) == len(TEXTS)
    assert not [path for path, text in texts.items() if IMPORTS_APP.search(text) or "easel" in text.lower()]


def test_one_name_stands_for_one_thing():
    """No public class and no module of app/ has the name of another, so that a name alone says what is meant.

    A room may have a module of its own name; the rooms of vendors may name what each of them has alike.
    """
    homes: dict[str, list[Path]] = {}
    for path in modules():
        name = path.parent.name if path.stem == "__init__" else path.stem
        classes = [
            node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)
        ]
        for one in {f"module {name}", *(one for one in classes if not one.startswith("_"))}:
            homes.setdefault(one, []).append(path)
    twice = {name: found for name, found in homes.items() if len({_kind_of_home(one) for one in found}) > 1}
    assert not twice


def _kind_of_home(path: Path) -> str:
    if path.parent.parent == APP and path.parent.name in VENDORS and path.stem != "__init__":
        return f"vendor's {path.name}"
    return str(path.parent if path.stem in {"__init__", path.parent.name} else path)


def test_what_a_module_offers_is_used():
    """Constants, functions and classes of app/ are for app/: one that only a test reads belongs to the test."""
    texts = [path.read_text(encoding="utf-8") for path in APP.rglob("*.*") if path.suffix in TEXTS]
    read = Counter(re.findall(r"\w+", "\n".join(texts)))
    made = Counter(name for path in modules() for name in _made_in(path) if not name.startswith("__"))
    assert len(made) > 1000
    assert not {name for name, times in made.items() if read[name] <= times}


def _made_in(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def test_the_map_names_every_room():
    """The map in app/__init__.py speaks of every file and folder beside it."""
    told = (APP / "__init__.py").read_text(encoding="utf-8")
    rooms = {path.stem for path in APP.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert not {room for room in rooms - {"__init__", "__main__"} if room not in told}


@pytest.mark.parametrize("folder", ["app", "bench", "proof", "sandbox", "tests"])
def test_what_the_checkers_are_told_to_pass_over_has_a_reason(folder):
    """Each `noqa` and `type: ignore` says why it stands there."""
    files = list((ROOT / folder).rglob("*.py"))
    assert files
    assert not [f"{path}: {one}" for path in files for one in NO_REASON.findall(path.read_text(encoding="utf-8"))]

"""Options, such as 16:9 or three of them, as `app.reading.option_reader` reads them out of held-out wishes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.reading.option_reader import read_options
from app.reading.options import Options

HELD_OUT = Path(__file__).parent / "options"
NOTHING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """A wish, and what it says beside its words."""

    text: str
    author: str
    language: str
    said: Options

    @property
    def is_read(self) -> bool:
        """Whether all of it is read and nothing else."""
        return read_options(self.text)[1].to_json() == self.said.to_json()


def wished() -> Iterator[Wished]:
    """Read the held-out wishes of all authors."""
    for path in sorted(HELD_OUT.glob("*.txt")):
        yield from _of_author(path)


def _of_author(path: Path) -> Iterator[Wished]:
    language = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            language = line.strip("[]")
        elif line and not line.startswith("#"):
            text, _, said = line.rpartition(" => ")
            yield Wished(text=text, author=path.stem, language=language, said=_options(said))


def _options(said: str) -> Options:
    """Write "ratio=16:9 count=3" as options."""
    named = dict(one.split("=") for one in said.split() if one != NOTHING)
    pairs = {
        name: [int(side) for side in named[name].replace("x", ":").split(":")]
        for name in ("ratio", "size")
        if name in named
    }
    count = {"count": int(named["count"])} if "count" in named else {}
    return Options.of_json({**named, **pairs, **count})

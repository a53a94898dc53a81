"""Options, such as 16:9 or three of them, as `app.reading.option_reader` reads them out of held-out wishes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.reading.option_reader import read_options
from app.reading.options import Options

HELD_OUT = Path(__file__).parent / "options" / "x.txt"
NOTHING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """A wish, and what it says beside its words."""

    text: str
    language: str
    said: Options

    @property
    def is_read(self) -> bool:
        """Whether all of it is read and nothing else."""
        return read_options(self.text)[1].to_json() == self.said.to_json()


def wished() -> Iterator[Wished]:
    """Read the held-out wishes."""
    language = ""
    for line in HELD_OUT.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            language = line.strip("[]")
        elif line and not line.startswith("#"):
            text, _, said = line.rpartition(" => ")
            yield Wished(text=text, language=language, said=_options(said))


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

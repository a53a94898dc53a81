"""Plain tables for people, files and programs: rich lays the columns out, wide characters included. No I/O."""

import io
from collections.abc import Collection, Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

GAP = "  "
INDENT = "    "


def table(
    titles: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[str] = (), width: int | None = None
) -> list[str]:
    """Lay out rows under their titles; columns named in `right` are aligned to the right.

    Columns that do not fit into `width` go on in a second, indented line, since a wrapped id cannot be copied; one that
    is too wide by itself is cut. None: each row is one whole line, however long, as files and programs need it.
    """
    columns = [[title, *(clean(row[at]) for row in rows)] for at, title in enumerate(titles)]
    widths = [max(map(cell_len, column)) for column in columns]
    parts = [
        _laid_out(
            columns[first:last], right, indent=INDENT if first else "", width=width or sum(widths) + len(GAP * last)
        )
        for first, last in _shares(widths, width)
    ]
    return [line for lines in zip(*parts, strict=True) for line in lines]


def clean(text: str) -> str:
    """Replace line breaks and terminal control codes with spaces: prompts are untrusted."""
    return "".join(one if one.isprintable() else " " for one in text)


def _laid_out(columns: Sequence[Sequence[str]], right: Collection[str], *, indent: str, width: int) -> list[str]:
    laid_out = Table.grid(padding=(0, len(GAP), 0, 0), pad_edge=False)
    for title, *_ in columns:
        laid_out.add_column(justify="right" if title in right else "left", no_wrap=True, overflow="ellipsis")
    for row in zip(*columns, strict=True):
        laid_out.add_row(*map(Text, row))
    console = Console(file=io.StringIO(), width=width - len(indent), color_system=None)
    with console.capture() as written:
        console.print(laid_out)
    return [f"{indent}{line.rstrip()}" for line in written.get().splitlines()]


def _shares(widths: Sequence[int], width: int | None) -> Iterator[tuple[int, int]]:
    """Distribute columns over lines. Yield for each line the index of its first column and the one after its last."""
    first, used = 0, 0
    for at, one in enumerate(widths):
        needed = one + (len(GAP) if at > first else len(INDENT) if first else 0)
        if width is not None and at > first and used + needed > width:
            yield first, at
            first, used = at, len(INDENT) + one
        else:
            used += needed
    yield first, len(widths)

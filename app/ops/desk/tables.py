"""Plain tables: columns by the width that a terminal gives each character, no lines and no colours. No I/O."""

import unicodedata
from collections.abc import Collection, Iterator, Sequence

GAP = "  "
INDENT = "    "


def table(
    titles: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[str] = (), width: int | None = None
) -> list[str]:
    """Lay out rows under their titles; columns named in `right` end at the right.

    What does not fit into `width` goes on in a second, indented line; a text at the end of a line is cut. None: each
    row is one line, whole, however long, as programs and files want it.
    """
    cells = [list(titles), *([clean(cell) for cell in row] for row in rows)]
    widths = [max(map(cells_of, column)) for column in zip(*cells, strict=True)]
    parts = list(_parts(widths, width))
    lines = []
    for row in cells:
        for first, last in parts:
            padded = [
                _padded(row[at], widths[at], to_the_right=titles[at] in right, is_last=at == last - 1)
                for at in range(first, last)
            ]
            line = (INDENT if first else "") + GAP.join(padded).rstrip()
            lines.append(line if width is None else cut(line, width))
    return lines


def cells_of(text: str) -> int:
    """Return how wide a terminal shows a text: Chinese, Japanese and emoji take two cells for each character."""
    return sum(_cells(one) for one in text)


def cut(text: str, width: int) -> str:
    """Shorten a text to a width in cells; an ellipsis says so."""
    if cells_of(text) <= width:
        return text
    used, end = 1, 0
    for one in text:
        used += _cells(one)
        if used > width:
            break
        end += 1
    return text[:end] + "…"


def clean(text: str) -> str:
    """Make one line of a text, without what could steer a terminal: people write prompts."""
    return "".join(one if one.isprintable() else " " for one in text)


def _cells(one: str) -> int:
    if unicodedata.category(one) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(one) in {"W", "F"} else 1


def _padded(text: str, width: int, *, to_the_right: bool, is_last: bool) -> str:
    blanks = " " * (width - cells_of(text))
    if to_the_right:
        return blanks + text
    return text if is_last else text + blanks


def _parts(widths: Sequence[int], width: int | None) -> Iterator[tuple[int, int]]:
    """Share columns out over lines: from which to before which."""
    first, used = 0, 0
    for at, one in enumerate(widths):
        needed = one + (len(GAP) if at > first else len(INDENT) if first else 0)
        if width is not None and at > first and used + needed > width:
            yield first, at
            first, used = at, len(INDENT) + one
        else:
            used += needed
    yield first, len(widths)

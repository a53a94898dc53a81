"""What a wish says besides its prompt: shape, number, quality; and what of that cannot be had. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

COUNT_MAX = 5  # message objects in one reply
SOURCES_MAX = (
    16  # pictures that an edit may start from; https://platform.openai.com/docs/api-reference/images/createEdit
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """What was asked for and cannot be had. `got`: what is given instead, "" if nothing."""

    key: str
    asked: str
    got: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a wish says besides its prompt; None where it says nothing.

    Attributes:
        ratio: Width and height, as in (16, 9).
        size: Width and height in pixels.
        quality: From "low" to "max".
        count: Pictures, 1 to 5.
        output_format: "png", "jpeg" or "webp".
        background: "transparent" or "opaque".
        unmet: What cannot be had.
    """

    ratio: tuple[int, int] | None = None
    size: tuple[int, int] | None = None
    quality: str | None = None
    count: int | None = None
    output_format: str | None = None
    background: str | None = None
    unmet: tuple[Unmet, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything was said."""
        return self != Options()

    def merged_over(self, defaults: "Options") -> "Options":
        """Fill in from `defaults` what was not said. Ratio and size count as one: the one said wins."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        shaped = self.ratio or self.size
        filled = {
            name: getattr(defaults, name)
            for name, value in said.items()
            if value is None and not (shaped and name in {"ratio", "size"})
        }
        return replace(self, **filled)

    def to_json(self) -> dict[str, Any]:
        """Write for the store, without `unmet`."""
        said = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "unmet"}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in said.items() if value}

    @classmethod
    def of_json(cls, said: Mapping[str, Any]) -> "Options":
        """Read what `to_json` wrote, ignoring anything else."""
        known: dict[str, Any] = {
            name: said[name] for name in ("quality", "output_format", "background") if isinstance(said.get(name), str)
        }
        known |= {name: pair for name in ("ratio", "size") if (pair := _pair(said.get(name)))}
        count = said.get("count")
        return cls(**known, count=count if isinstance(count, int) and 1 <= count <= COUNT_MAX else None)


def _pair(value: object) -> tuple[int, int] | None:
    match value:
        case [int(first), int(second)] if first > 0 and second > 0:
            return first, second
    return None

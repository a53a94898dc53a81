"""Which vendors are real, and the environment that points the bot to them. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass

from line_sandbox.page.stand_ins import Addresses

from app.demo.demo_errors import CannotStart

LINE = ("LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN")
OPENAI = ("OPENAI_API_KEY",)
R2 = ("R2_ACCOUNT_ID", "R2_ACCESS_KEY_ID", "R2_SECRET_ACCESS_KEY", "R2_BUCKET", "R2_PUBLIC_BASE_URL")
# Settings that belong to a vendor and mean nothing to its stand-in.
_OF_LINE = (*LINE, "LINE_CHANNEL_SECRET_PREVIOUS", "LINE_API_BASE_URL", "LINE_DATA_API_BASE_URL")
_PEOPLE = ("ALLOWED_IDS", "BLOCKED_IDS")
_OF_OPENAI = (*OPENAI, "OPENAI_BASE_URL")
_OF_R2 = (*R2, "R2_ENDPOINT_URL")
OF_VENDORS = frozenset({*_OF_LINE, *_OF_OPENAI, *_OF_R2})


@dataclass(frozen=True, slots=True, kw_only=True)
class RealVendors:
    """Which of the three vendors are real."""

    line: bool = False
    openai: bool = False
    r2: bool = False

    def as_words(self) -> dict[str, str]:
        """Return for each vendor what it is in this demo."""
        painter = "stand-in: paints with Pillow, every picture labelled"
        return {
            "LINE": "real: answers go to the LINE app" if self.line else "stand-in: nothing leaves this machine",
            "OpenAI": "real: pictures are drawn and paid for" if self.openai else painter,
            "R2": "real: pictures are stored in your bucket" if self.r2 else "stand-in: pictures live in memory",
        }


def read_parts(environment: Mapping[str, str]) -> RealVendors:
    """Return which vendors are real: those whose settings are all there.

    Raises:
        CannotStart: Some settings of a vendor are set and others are not, or LINE is real and R2 is not.
    """
    problems: list[str] = []
    line = _is_real("LINE", LINE, environment, problems)
    openai = _is_real("OpenAI", OPENAI, environment, problems)
    r2 = _is_real("R2", R2, environment, problems)
    if line and not r2 and not problems:
        problems.append(
            "LINE is real but R2 is not: LINE cannot fetch pictures from this machine. "
            f"Set {', '.join(R2)} too, or add --stand-ins"
        )
    if problems:
        raise CannotStart(problems)
    return RealVendors(line=line, openai=openai, r2=r2)


def environment_of(parts: RealVendors, at: Addresses, inherited: Mapping[str, str], *, database: str) -> dict[str, str]:
    """Build the bot's environment: the inherited settings, with stand-ins in place of vendors that are not real."""
    environment = dict(inherited)
    if not parts.line:
        _replace(environment, (*_OF_LINE, *_PEOPLE), at.line_settings())
    if not parts.openai:
        _replace(environment, _OF_OPENAI, at.openai_settings())
    if not parts.r2:
        _replace(environment, _OF_R2, at.r2_settings())
    local = "127.0.0.1,localhost"
    no_proxy = ",".join(filter(None, (inherited.get("NO_PROXY") or inherited.get("no_proxy"), local)))
    return environment | {
        "DATABASE_URL": database,
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "info",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }


def _is_real(vendor: str, names: tuple[str, ...], environment: Mapping[str, str], problems: list[str]) -> bool:
    there = [name for name in names if environment.get(name, "").strip(" \"'")]
    if there and len(there) < len(names):
        missing = ", ".join(name for name in names if name not in there)
        problems.append(
            f"{vendor} is half real: {', '.join(there)} is set, {missing} is not. "
            "Set all of them, or none, or add --stand-ins"
        )
    return len(there) == len(names)


def _replace(environment: dict[str, str], names: tuple[str, ...], values: Mapping[str, str]) -> None:
    for name in names:
        environment.pop(name, None)
    environment.update(values)

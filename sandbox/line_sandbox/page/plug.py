"""What a bot's own demo adds to the page, and what it can do there. No I/O."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from line_sandbox.front import Call
from line_sandbox.page.request_traces import last_message


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlug:
    """Nothing, unless somebody says more.

    Attributes:
        name: What the browser shows until the scripts are there.
        files: A folder served at /demo/plug, with all four files of `static/plug`: `look.js` (words, the bot's
            picture), `parts.js` (components), `plug.css`, `icon.svg`.
        question_of: Reads out of a call to a text model what somebody wrote.
    """

    name: str = "LINE sandbox"
    files: Path = Path(__file__).parent / "static" / "plug"
    question_of: Callable[[Call], str] = last_message

"""Renders templates into answers."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.admin import formats
from app.admin.session import Session
from app.prices.dollars import usd_as_read
from app.reports import wording

HERE = Path(__file__).parent
FLASH_COOKIE = "easel_said"  # shown on the next page only; in the URL it would be shown again at each reload
FLASH_MESSAGES: Mapping[str, str] = {
    "paused": "Drawing is paused. Pictures that are being drawn are still delivered.",
    "resumed": "Drawing has resumed.",
    "deleted": "The picture is deleted. Its files leave the bucket as soon as it can be reached.",
    "gone": "That picture was gone already.",
    "again": "The answer goes out again as soon as the chat has a way for it.",
    "not_again": "There is no answer that could be sent again, or it is on its way.",
    "blocked": "Blocked. There will be no answers any more.",
    "unblocked": "Unblocked.",
    "given": "Given.",
    "not_done": "Nothing was changed: an admin of ADMIN_USER_IDS cannot be blocked.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """How pictures and prompts are shown. `url_of` returns the public URL of an object key."""

    url_of: Callable[[str], str]
    shows_prompts: bool


class Renderer:
    """Renders the templates of this folder, in a thread, since a long list takes some milliseconds."""

    def __init__(self, *, clock: formats.Clock, presentation: Presentation) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "usd": usd_as_read,
            "seconds": formats.seconds,
            "short": formats.short,
            "plain": wording.plain,
            "moment": clock.moment,
            "fine": clock.fine,
            "iso": clock.iso,
            "dated": clock.dated,
        }
        self._templates.globals |= {
            "url_of": presentation.url_of,
            "shows_prompts": presentation.shows_prompts,
            "href": href,
            "words": formats,
            "wording": wording,
            "style": f"/admin/style.css?v={version_of('style.css')}",
        }

    async def show(
        self,
        request: Request,
        template: str,
        *,
        session: Session | None,
        status_code: int = 200,
        **values: Any,  # noqa: ANN401 - whatever the template uses
    ) -> HTMLResponse:
        """Render a page. `session` None: for somebody who is not signed in."""
        flash = FLASH_MESSAGES.get(request.cookies.get(FLASH_COOKIE, ""))
        around = {
            "session": session,
            "path": request.url.path,
            "here": href(request.url.path, **dict(request.query_params.multi_items())),
            "flash": flash,
            "now_at": time.time(),
        }
        page = self._templates.get_template(template)
        text = await asyncio.to_thread(page.render, around | values)
        shown = HTMLResponse(text, status_code=status_code)
        if flash:
            shown.delete_cookie(FLASH_COOKIE, path="/admin")
        return shown


def href(path: str, **query: object) -> str:
    """Build a URL with a query string; what is None or empty is left out."""
    there = {name: value for name, value in query.items() if value not in {None, ""}}
    return f"{path}?{urlencode(there)}" if there else path


def version_of(file: str) -> str:
    """Return a hash of a file under `static`, for a URL that browsers may cache until the file changes."""
    return hashlib.sha256((HERE / "static" / file).read_bytes()).hexdigest()[:12]

"""A person's phone: fetches the pictures of a chat when it is looked at, and tells which of them show.

LINE answers 200 to a picture that can never be shown; only the phone finds out.
https://developers.line.biz/en/reference/messaging-api/#image-message (read 2026-11-22)
"""

from dataclasses import dataclass

import httpx

from line_sandbox.line.chats import Chat, ChatMessage
from line_sandbox.line.webhooks import new_http

ORIGINAL_BYTES_MAX = 10_000_000
PREVIEW_BYTES_MAX = 1_000_000
FETCH_S_MAX = 10.0
_MAGIC = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One address as the phone got it.

    Attributes:
        broken: Why it cannot be shown; None if it can.
    """

    url: str
    status: int | None
    content_type: str
    body: bytes
    broken: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A picture message as a person sees it."""

    message: ChatMessage
    preview: Fetched
    original: Fetched

    @property
    def broken(self) -> str | None:
        """Why it does not show, or does not open; None if all is well."""
        if self.preview.broken:
            return f"preview: {self.preview.broken}"
        return f"original: {self.original.broken}" if self.original.broken else None

    @property
    def shown(self) -> bool:
        """Whether the preview shows in the chat and the original opens at a tap."""
        return self.broken is None


async def look_at(chat: Chat) -> list[Seen]:
    """Open a chat: fetch both addresses of every picture in it."""
    seen = []
    async with new_http(timeout_s=FETCH_S_MAX) as http:
        for message in chat.pictures:
            preview = await _fetch(http, str(message.body["previewImageUrl"]), PREVIEW_BYTES_MAX)
            original = await _fetch(http, str(message.body["originalContentUrl"]), ORIGINAL_BYTES_MAX)
            seen.append(Seen(message=message, preview=preview, original=original))
    return seen


async def look_at_card(url: str) -> Fetched:
    """Fetch the picture of a card, such as a column of an image carousel."""
    async with new_http(timeout_s=FETCH_S_MAX) as http:
        return await _fetch(http, url, ORIGINAL_BYTES_MAX)


async def _fetch(http: httpx.AsyncClient, url: str, most_bytes: int) -> Fetched:
    try:
        answer = await http.get(url, follow_redirects=True)
    except httpx.HTTPError as exc:
        return Fetched(url=url, status=None, content_type="", body=b"", broken=f"not fetched: {type(exc).__name__}")
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Fetched(
        url=url,
        status=answer.status_code,
        content_type=content_type,
        body=answer.content,
        broken=_problem(answer.status_code, content_type, answer.content, most_bytes),
    )


def _problem(status: int, content_type: str, body: bytes, most_bytes: int) -> str | None:
    if status != httpx.codes.OK:
        return f"status {status}"
    if content_type not in _MAGIC:
        return f"Content-Type {content_type or 'missing'}"
    if not body.startswith(_MAGIC[content_type]):
        return f"the bytes are not {content_type}"
    if len(body) > most_bytes:
        return f"{len(body)} bytes, at most {most_bytes} are shown"
    return None

"""What the Images API sends back: the pictures, what they cost in tokens, and how they were drawn. No I/O.

By the schema only `created` is certain (OpenAI's SDK 3.54, types/images_response.py, read 2026-11-22), and compatible
servers leave out more, so all but one picture is optional: it is paid for.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import pybase64

from app.errors import BadAnswer
from app.openai.json_body import read_json

TOKENS_MAX: Final = 1_000_000  # ten of the dearest pictures have about 140,000; above, it is no count
DATA_URL: Final = "data:"
SHORT_WORD: Final = re.compile(r"[\w.-]{1,40}", re.ASCII)
PLAIN: Final = str.maketrans("-_", "+/", " \t\r\n")

MAGIC: Final = {
    b"\xff\xd8\xff": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUsage:
    """Tokens of one call, by price."""

    text_in: int
    image_in: int
    image_out: int
    text_out: int = 0
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The pictures of one call as the model drew them.

    Attributes:
        pictures: The encoded pictures, C2PA data included; at least one, perhaps fewer than were asked for, not more.
        output_format: "jpeg", "png", "webp" or "gif", by the bytes of the first.
        size: As the answer says, which may be one that no request could ask for.
        quality: As the answer says: what "auto" became.
        model: The one that was asked.
        usage: Of the whole call; None if the server does not count.
        request_id: The vendor's, for its support.
        duration_ms: From the call to the decoded pictures.
        limit_per_minute: How many pictures this key may have a minute; None where the answer does not tell.
    """

    pictures: tuple[bytes, ...] = field(repr=False)
    output_format: str
    size: str | None
    quality: str | None
    model: str
    usage: TokenUsage | None
    request_id: str | None
    duration_ms: int
    limit_per_minute: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The body of a good answer, decoded. `urls`: where pictures lie, if it holds none itself."""

    pictures: tuple[bytes, ...] = field(repr=False)
    urls: tuple[str, ...] = field(repr=False)
    size: str | None
    quality: str | None
    usage: TokenUsage | None


def read_content(body: bytes, *, count: int, request_id: str | None) -> Content:
    """Decode the body of a 200. Of several pictures those that cannot be read are left out, and more than `count`.

    Raises:
        BadAnswer: Not JSON, or no item of `data` with a `b64_json` that is base64 of a picture by its first bytes, nor
            with a `url`.
    """
    try:
        answer = read_json(body)
    except ValueError as exc:
        message = f"The answer to a picture is not JSON ({len(body)} bytes)"
        raise BadAnswer(message, code="not_json", vendor_request_id=request_id) from exc
    answer = _table(answer)
    pictures: list[bytes] = []
    urls: list[str] = []
    problem = None
    for item in _items(answer.get("data")):
        try:
            pictures.append(_picture(item, request_id=request_id))
        except BadAnswer as exc:
            problem = problem or exc
            urls += [url] if (url := _text(_table(item).get("url"))) and not url.startswith(DATA_URL) else []
    if not pictures and not urls:
        raise problem or BadAnswer("The answer holds no picture", code="no_data", vendor_request_id=request_id)
    return Content(
        pictures=tuple(pictures[:count]),
        urls=() if pictures else tuple(urls[:count]),
        size=_word(answer.get("size")),
        quality=_word(answer.get("quality")),
        usage=_usage(answer.get("usage")),
    )


def true_format(data: bytes) -> str | None:
    """Name the format by the first bytes: "jpeg", "png", "webp", "gif", or None."""
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    return next((name for magic, name in MAGIC.items() if data.startswith(magic)), None)


def _picture(item: Any, *, request_id: str | None) -> bytes:  # noqa: ANN401 - whatever the vendor sent
    told = _table(item)
    url = _text(told.get("url")) or ""
    encoded = _text(told.get("b64_json")) or (url if url.startswith(DATA_URL) else None)
    if not encoded:
        raise BadAnswer("The answer holds no picture", code="no_data", vendor_request_id=request_id)
    if encoded.startswith(DATA_URL):  # some compatible servers send one, in the one place or the other
        encoded = encoded.partition(",")[2]
    try:
        data = _decoded(encoded)
    except ValueError as exc:
        raise BadAnswer("The picture is not base64", code="not_base64", vendor_request_id=request_id) from exc
    return checked(data, request_id=request_id)


def checked(data: bytes, *, request_id: str | None) -> bytes:
    """Let bytes through that are a picture by their first ones.

    Raises:
        BadAnswer: They are none.
    """
    if true_format(data) is None:
        message = f"The answer holds {len(data)} bytes that are no picture"
        raise BadAnswer(message, code="not_a_picture", vendor_request_id=request_id)
    return data


def _decoded(encoded: str) -> bytes:
    """Decode base64; in lines, in the alphabet of URLs and without padding only where it is not the plain one."""
    try:
        return pybase64.b64decode(encoded, validate=True)
    except ValueError:
        text = encoded.translate(PLAIN).rstrip("=")
        return pybase64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def _usage(usage: Any) -> TokenUsage | None:  # noqa: ANN401 - whatever the vendor sent
    """Read the counts; None where they cannot be those of a picture that is there.

    That is without an output count or with one of 0, which LiteLLM fills in when a provider counts nothing, and with a
    count that is negative or beyond all reason: then the caller's estimate is nearer to the truth.
    """
    if not isinstance(usage, dict):
        return None
    into, out = _table(usage.get("input_tokens_details")), _table(usage.get("output_tokens_details"))
    all_out = _count(usage.get("output_tokens"), None)
    text_out = _count(out.get("text_tokens"), 0) or 0
    image_out = _count(out.get("image_tokens"), None if all_out is None else max(0, all_out - text_out))
    if not image_out:
        return None
    image_in = _count(into.get("image_tokens"), 0) or 0
    all_in = _count(usage.get("input_tokens"), image_in) or 0
    text_in = _count(into.get("text_tokens"), max(0, all_in - image_in)) or 0
    total = _count(usage.get("total_tokens"), None)
    if not all(0 <= one <= TOKENS_MAX for one in _numbers(usage)):
        return None
    return TokenUsage(
        text_in=text_in,
        image_in=image_in,
        image_out=image_out,
        text_out=text_out,
        total=text_in + image_in + image_out + text_out if total is None else total,
    )


def _numbers(table: dict[str, Any]) -> list[int]:
    """List every number of a table and of the tables in it."""
    inner = [one for value in table.values() if isinstance(value, dict) for one in value.values()]
    return [one for one in [*table.values(), *inner] if type(one) is int]


def _table(value: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the vendor sent
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:  # noqa: ANN401 - whatever the vendor sent
    return value if isinstance(value, list) else []


def _count(value: Any, otherwise: int | None) -> int | None:  # noqa: ANN401 - whatever the vendor sent
    return value if type(value) is int and value >= 0 else otherwise


def _word(value: Any) -> str | None:  # noqa: ANN401 - whatever the vendor sent
    """Let only a short plain one through: it is kept, and told to people."""
    text = _text(value)
    return text if text and SHORT_WORD.fullmatch(text) else None


def _text(value: Any) -> str | None:  # noqa: ANN401 - whatever the vendor sent
    return value if isinstance(value, str) else None

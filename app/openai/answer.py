"""What the Images API sends back: the pictures, what they cost in tokens, and how they were drawn. No I/O.

The schema guarantees only `created` (OpenAI's SDK 3.54, types/images_response.py, read 2026-11-22), and compatible
servers leave out more, so everything except one picture is optional: a paid picture is never thrown away.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import pybase64

from app.errors import BadAnswer
from app.openai.json_body import read_json

TOKENS_MAX: Final = 1_000_000  # ten of the dearest pictures take about 140,000; anything above is not a count
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
    """Tokens of one call, split by price."""

    text_in: int
    image_in: int
    image_out: int
    text_out: int = 0
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The pictures of one call as the model drew them.

    Attributes:
        pictures: The encoded pictures, C2PA data included; at least one and at most as many as were asked for.
        output_format: "jpeg", "png", "webp" or "gif", by the bytes of the first picture.
        size: As the answer says, which may be one that no request could ask for.
        quality: As the answer says: what "auto" became.
        model: The model that was asked.
        usage: Of the whole call; None if the server does not report it.
        request_id: The vendor's, to quote to its support.
        duration_ms: From the call to the decoded pictures.
        limit_per_minute: How many pictures per minute this key may have; None if the answer does not say.
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
    """The decoded body of a successful answer. `urls`: where its pictures are, if it holds none itself."""

    pictures: tuple[bytes, ...] = field(repr=False)
    urls: tuple[str, ...] = field(repr=False)
    size: str | None
    quality: str | None
    usage: TokenUsage | None


def read_content(body: bytes, *, count: int, request_id: str | None) -> Content:
    """Decode the body of a 200. Pictures that cannot be read are left out if any can, and so are those beyond `count`.

    Raises:
        BadAnswer: Not JSON, or no item of `data` has a `url` or a `b64_json` that decodes to a picture, judged by its
            first bytes.
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
    """Tell the format by the first bytes: "jpeg", "png", "webp", "gif", or None."""
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    return next((name for magic, name in MAGIC.items() if data.startswith(magic)), None)


def _picture(item: Any, *, request_id: str | None) -> bytes:  # noqa: ANN401 - whatever the vendor sent
    told = _table(item)
    url = _text(told.get("url")) or ""
    encoded = _text(told.get("b64_json")) or (url if url.startswith(DATA_URL) else None)
    if not encoded:
        raise BadAnswer("The answer holds no picture", code="no_data", vendor_request_id=request_id)
    if encoded.startswith(DATA_URL):  # some compatible servers send a data URL, in either field
        encoded = encoded.partition(",")[2]
    try:
        data = _decoded(encoded)
    except ValueError as exc:
        raise BadAnswer("The picture is not base64", code="not_base64", vendor_request_id=request_id) from exc
    return checked(data, request_id=request_id)


def checked(data: bytes, *, request_id: str | None) -> bytes:
    """Return the bytes if they start as a picture does.

    Raises:
        BadAnswer: They do not.
    """
    if true_format(data) is None:
        message = f"The answer holds {len(data)} bytes that are no picture"
        raise BadAnswer(message, code="not_a_picture", vendor_request_id=request_id)
    return data


def _decoded(encoded: str) -> bytes:
    """Decode base64; only if it is not the standard kind, accept the URL-safe one, line breaks and missing padding."""
    try:
        return pybase64.b64decode(encoded, validate=True)
    except ValueError:
        text = encoded.translate(PLAIN).rstrip("=")
        return pybase64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def _usage(usage: Any) -> TokenUsage | None:  # noqa: ANN401 - whatever the vendor sent
    """Read the counts; None if they cannot be right for a picture that was drawn.

    They cannot if the output count is missing or 0, which LiteLLM fills in when a provider counts nothing, or if any
    count is negative or beyond all reason: the caller's estimate is then nearer to the truth.
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
    """List every integer of an object and of the objects in it."""
    inner = [one for value in table.values() if isinstance(value, dict) for one in value.values()]
    return [one for one in [*table.values(), *inner] if type(one) is int]


def _table(value: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the vendor sent
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:  # noqa: ANN401 - whatever the vendor sent
    return value if isinstance(value, list) else []


def _count(value: Any, otherwise: int | None) -> int | None:  # noqa: ANN401 - whatever the vendor sent
    return value if type(value) is int and value >= 0 else otherwise


def _word(value: Any) -> str | None:  # noqa: ANN401 - whatever the vendor sent
    """Return a short plain word, else None: it is stored, and shown to people."""
    text = _text(value)
    return text if text and SHORT_WORD.fullmatch(text) else None


def _text(value: Any) -> str | None:  # noqa: ANN401 - whatever the vendor sent
    return value if isinstance(value, str) else None

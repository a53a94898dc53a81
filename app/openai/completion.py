"""What a text model answered: words from our lists, or nothing. No I/O."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.errors import BadAnswer
from app.openai.faults import HttpAnswer
from app.openai.json_body import read_json

TOKENS_MAX: Final = 1_000_000  # anything above is not a count of such a call
FENCED: Final = re.compile(r"\s*```\w*\s*(.*?)\s*```\s*", re.DOTALL)  # some servers put the JSON into a Markdown fence


@dataclass(frozen=True, slots=True, kw_only=True)
class TextUsage:
    """Token counts. `cached`, `written`: how many of `text_in` were read from the vendor's cache or written to it."""

    text_in: int
    text_out: int
    cached: int = 0
    written: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One answer that was paid for.

    Attributes:
        words: One for each field, all from its choices; None: refused, cut off, or anything else.
        ended: Why the model stopped, for logs: stop, length, content_filter, refusal, unknown.
        usage: None if the server does not report it.
    """

    words: Mapping[str, str] | None
    ended: str
    model: str
    usage: TextUsage | None
    request_id: str | None


def read_completion(answer: HttpAnswer, *, model: str, choices: Mapping[str, Sequence[str]]) -> Completion:
    """Read the answer to a successful call.

    Raises:
        BadAnswer: It is not a JSON object.
    """
    try:
        told = read_json(answer.body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        message = f"The answer of {model} is not a JSON object ({len(answer.body)} bytes)"
        raise BadAnswer(message, code="not_json", vendor_request_id=answer.request_id)
    words, ended = _said(told, choices)
    return Completion(
        words=words,
        ended=ended,
        model=model,
        usage=_usage(told.get("usage")),
        request_id=answer.request_id,
    )


def _said(told: Mapping[str, Any], choices: Mapping[str, Sequence[str]]) -> tuple[Mapping[str, str] | None, str]:
    match told:
        case {"choices": [{"message": {"refusal": str(refusal)}}, *_]} if refusal:
            return None, "refusal"
        case {"choices": [{"finish_reason": "length" | "content_filter" as ended}, *_]}:
            return None, str(ended)
        case {"choices": [{"message": {"content": str(content)}}, *_]}:
            words = _known(content, choices)
            return words, "stop" if words else "unknown"
    return None, "unknown"


def _known(content: str, choices: Mapping[str, Sequence[str]]) -> Mapping[str, str] | None:
    """Check every word, even if the server accepted the schema: some accept it and ignore it."""
    fenced = FENCED.fullmatch(content)
    try:
        said = read_json((fenced[1] if fenced else content).encode())
    except ValueError:
        return None
    if not isinstance(said, dict) or any(said.get(name) not in words for name, words in choices.items()):
        return None
    return {name: str(said[name]) for name in choices}


def _usage(usage: Any) -> TextUsage | None:  # noqa: ANN401 - whatever the vendor sent
    match usage:
        case {"prompt_tokens": int(text_in), "completion_tokens": int(text_out)}:
            pass
        case _:
            return None
    details = usage.get("prompt_tokens_details")
    inside = details if isinstance(details, dict) else {}
    cached, written = (_count(inside.get(name)) for name in ("cached_tokens", "cache_write_tokens"))
    if not (0 <= text_in <= TOKENS_MAX and 0 <= text_out <= TOKENS_MAX) or cached + written > text_in:
        return None
    return TextUsage(text_in=text_in, text_out=text_out, cached=cached, written=written)


def _count(value: object) -> int:
    return value if type(value) is int and value >= 0 else 0

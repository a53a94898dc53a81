"""JSON as it may really arrive: unbounded numbers, lone surrogates, bytes that are not UTF-8. No I/O."""

import json

import orjson

_INT_DIGITS_MAX = 19  # as orjson does, longer ones are read as floats; int() refuses more than 4,300 digits


def loads(text: bytes | str) -> object:
    """Parse with orjson, and what it rejects with the standard library, which is more lenient.

    Raises:
        ValueError: It is not JSON, or nested too deeply to be parsed.
    """
    try:
        return orjson.loads(text)
    except ValueError:
        return _loads_leniently(text)


def dumps(value: object, *, sort_keys: bool = False) -> str:
    """Serialize compactly, with lone surrogates escaped, so that every database accepts the text.

    Raises:
        ValueError: It is nested too deeply to be written.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS if sort_keys else None).decode()
    except TypeError:
        return _dumps_leniently(value, sort_keys=sort_keys)


def _loads_leniently(text: bytes | str) -> object:
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig", "replace")
    try:
        return json.loads(text, parse_int=_bounded_int, strict=False)
    except RecursionError as exc:
        raise ValueError("the JSON is nested too deeply") from exc


def _dumps_leniently(value: object, *, sort_keys: bool) -> str:
    try:
        return json.dumps(value, sort_keys=sort_keys, separators=(",", ":"))
    except RecursionError as exc:
        raise ValueError("the JSON is nested too deeply") from exc


def _bounded_int(digits: str) -> int | float:
    return int(digits) if len(digits) <= _INT_DIGITS_MAX else float(digits)

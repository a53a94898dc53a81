"""Reads the JSON of an answer, even from servers that write it loosely. No I/O."""

import json
from typing import Any, Final

import orjson

VALUES_MAX: Final = 20_000  # an answer with pictures has a few dozen; 64 MB of "{}," would be gigabytes of objects


def read_json(body: bytes) -> Any:  # noqa: ANN401 - whatever the vendor sent
    """Decode a body; a byte order mark and NaN are accepted.

    Raises:
        ValueError: It is not JSON, is nested too deeply, or may have more than `VALUES_MAX` values.
    """
    if body.count(b",") + body.count(b"[") + body.count(b"{") > VALUES_MAX:
        raise ValueError("more values than any answer has")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc


def is_json_object(body: bytes) -> bool:
    """Whether the body is a JSON object, as an API sends, and not the page of a proxy or a gateway."""
    try:
        return isinstance(read_json(body), dict)
    except ValueError:
        return False

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import errors
from app.errors import BadAnswer, EaselError, RateLimited
from app.openai.answer import Usage, read_content
from app.openai.faults import Answer, fault

SAMPLES = sorted((Path(__file__).parents[1] / "samples" / "openai").glob("*.json"))
NOW_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC).timestamp()

JPEG = b"\xff\xd8\xff\xe0 and so on"
JPEG_BASE64 = "/9j/4CBhbmQgc28gb24="


def answer(status, body=b"", **headers):
    """An answer as the client read it."""
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else orjson.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=httpx.Headers(named), body=raw)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_refusal_the_vendor_is_known_for_becomes_its_error(path):
    """Each sample names the leaf, the code and what comes with it."""
    sample = json.loads(path.read_text(encoding="utf-8"))
    expected = sample["expected"]
    got = fault(answer(sample["status"], sample["body"], **sample["headers"]), model="gpt-image-2", now_at=NOW_AT)
    assert type(got) is getattr(errors, expected["leaf"])
    assert got.code == expected["code"]
    assert list(getattr(got, "categories", ())) == expected.get("categories", [])
    assert getattr(got, "retry_after_s", None) == expected.get("retry_after_s")
    ids = [sample["headers"][name] for name in ("x-request-id", "cf-ray") if name in sample["headers"]]
    assert got.vendor_request_id == (ids[0] if ids else None)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_no_error_repeats_the_vendors_prose(path):
    """A vendor's message may hold a masked key, a prompt or an organisation."""
    sample = json.loads(path.read_text(encoding="utf-8"))
    got = fault(answer(sample["status"], sample["body"]), model="gpt-image-2", now_at=NOW_AT)
    prose = sample["body"]["error"]["message"] if isinstance(sample["body"], dict) else sample["body"]
    assert prose not in str(got)


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry_after_ms": "534", "retry_after": "9"}, 0.534),
        ({"retry_after": "1.5"}, 1.5),
        ({"retry_after": "120"}, 120),
        ({"retry_after": "121"}, None),
        ({"retry_after": "0"}, None),
        ({"retry_after": "-3"}, None),
        ({"retry_after": "nan"}, None),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "Sun, 22 Nov 2026 12:01:00 GMT"}, 60),
        ({"retry_after": "Sun, 22 Nov 2026 11:59:00 GMT"}, None),
        ({}, None),
    ],
)
def test_the_wait_is_read_in_every_form(headers, wait_s):
    """Milliseconds win, then seconds, then a date; what nobody could wait for is not said at all."""
    got = fault(answer(429, **headers), model="gpt-image-2", now_at=NOW_AT)
    assert isinstance(got, RateLimited)
    assert got.retry_after_s == wait_s


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
error_keys = st.sampled_from(["message", "type", "code", "param", "moderation_details", "categories"])


@given(status=st.integers(300, 599), error=json_values | st.dictionaries(error_keys, json_values))
def test_no_shape_of_a_refusal_surprises_us(status, error):
    """Whatever stands in `error`, one of our errors comes out."""
    body = json.dumps({"error": error}).encode()
    got = fault(answer(status, body), model="gpt-image-2", now_at=NOW_AT)
    assert isinstance(got, EaselError)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"<html></html>", "not_json"),
        (b'{"created": 1, "data": [{"b64_json": "/9j/', "not_json"),
        ({"created": 1}, "no_data"),
        ({"created": 1, "data": []}, "no_data"),
        ({"created": 1, "data": None}, "no_data"),
        ({"created": 1, "data": [{"url": "https://example.com/a.png"}]}, "no_data"),
        ({"created": 1, "data": [{"b64_json": ""}]}, "no_data"),
        ({"created": 1, "data": [{"b64_json": 7}]}, "no_data"),
        ([1], "no_data"),
        ({"created": 1, "data": [{"b64_json": "not base64!"}]}, "not_base64"),
        ({"created": 1, "data": [{"b64_json": "/9j/4"}]}, "not_base64"),
        ({"created": 1, "data": [{"b64_json": "é"}]}, "not_base64"),
        ({"created": 1, "data": [{"b64_json": "aGVsbG8="}]}, "not_a_picture"),
        ({"created": 1, "data": [{"b64_json": "PHN2Zz48L3N2Zz4="}]}, "not_a_picture"),
    ],
)
def test_a_paid_answer_without_a_picture_is_a_bad_answer(body, code):
    """Its code says what was missing, and the vendor's id is kept for a refund."""
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    with pytest.raises(BadAnswer) as caught:
        read_content(raw, request_id="req_1")
    assert (caught.value.code, caught.value.vendor_request_id) == (code, "req_1")


@pytest.mark.parametrize(
    ("encoded", "output_format"),
    [
        (JPEG_BASE64, "jpeg"),
        (f"data:image/png;base64,{JPEG_BASE64}", "jpeg"),
        ("iVBORw0KGgo=", "png"),
        ("UklGRgAAAABXRUJQ", "webp"),
        ("R0lGODlh", "gif"),
    ],
)
def test_the_format_is_read_from_the_bytes(encoded, output_format):
    """What the answer calls it does not count."""
    body = orjson.dumps({"created": 1, "output_format": "svg", "data": [{"b64_json": encoded}]})
    assert read_content(body, request_id=None).output_format == output_format


@pytest.mark.parametrize(
    "others",
    [[], [{"b64_json": JPEG_BASE64}], [{"url": "https://example.com/a.png"}], [None, {"b64_json": "?"}, 7]],
)
def test_of_several_pictures_every_readable_one_is_kept(others):
    """They are paid for, so one that is spoilt or missing loses no other."""
    for data in ([{"b64_json": "iVBORw0KGgo="}, *others], [*others, {"b64_json": "iVBORw0KGgo="}]):
        content = read_content(orjson.dumps({"data": data}), request_id=None)
        readable = [JPEG] if {"b64_json": JPEG_BASE64} in others else []
        assert sorted(content.pictures) == sorted([b"\x89PNG\r\n\x1a\n", *readable])


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        (
            {
                "input_tokens": 14,
                "input_tokens_details": {"image_tokens": 0, "text_tokens": 14},
                "output_tokens": 380,
                "output_tokens_details": {"image_tokens": 380, "text_tokens": 0},
                "total_tokens": 394,
            },
            (14, 0, 380, 394),
        ),
        ({"input_tokens": 14, "output_tokens": 380, "total_tokens": 394}, (14, 0, 380, 394)),
        ({"input_tokens": 14, "input_tokens_details": {"image_tokens": 4}, "output_tokens": 3}, (10, 4, 3, 17)),
        ({"output_tokens": 272}, (0, 0, 272, 272)),
        ({"output_tokens": 300, "output_tokens_details": {"text_tokens": 28}}, (0, 0, 272, 300, 28)),
        ({"input_tokens": 14}, None),
        ({"output_tokens": "many"}, None),
        ({"output_tokens": True}, None),
        (None, None),
        ([], None),
    ],
)
def test_tokens_are_counted_as_far_as_the_answer_tells(usage, counted):
    """Without an output count there is no usage, since a price of nothing would be wrong."""
    body = orjson.dumps({"created": 1, "data": [{"b64_json": JPEG_BASE64}], "usage": usage})
    names = ("text_in", "image_in", "image_out", "total", "text_out")
    expected = counted and Usage(**dict(zip(names, counted, strict=False)))
    assert read_content(body, request_id=None).usage == expected


def test_an_echo_of_the_wrong_type_is_no_echo():
    """A paid picture is never lost over a field beside it."""
    body = orjson.dumps({"data": [{"b64_json": JPEG_BASE64}], "size": 7, "quality": ["low"]})
    content = read_content(body, request_id=None)
    assert (content.pictures, content.size, content.quality) == ((JPEG,), None, None)

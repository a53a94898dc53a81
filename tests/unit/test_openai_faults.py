import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import errors
from app.errors import BadAnswer, Cause, EaselError, ModelGone, NotPermitted, RateLimited, Refused
from app.openai.answer import TokenUsage, read_content, true_format
from app.openai.faults import HttpAnswer, fault

SAMPLES = sorted((Path(__file__).parents[1] / "samples" / "openai").glob("*.json"))
NOW_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC).timestamp()

JPEG = b"\xff\xd8\xff\xe0 and so on"
JPEG_BASE64 = "/9j/4CBhbmQgc28gb24="


def answer(status, body=b"", **headers):
    """An answer as the client read it."""
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else orjson.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpAnswer(status=status, headers=httpx.Headers(named), body=raw)


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
        ({"created": 1, "data": [{"url": 7}]}, "no_data"),
        (b"[" * 100_000 + b"]" * 100_000, "not_json"),
        (b"[" * 2_000, "not_json"),
        (b'{"data": [' + b"{}," * 30_000 + b"{}]}", "not_json"),
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
        read_content(raw, count=9, request_id="req_1")
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
    (picture,) = read_content(body, count=9, request_id=None).pictures
    assert true_format(picture) == output_format


ODD = JPEG + bytes(range(251, 256)) * 30  # has + and / in base64
WRITTEN = base64.b64encode(ODD).decode()


@pytest.mark.parametrize(
    "body",
    [
        orjson.dumps({"data": [{"b64_json": base64.encodebytes(ODD).decode()}]}),
        orjson.dumps({"data": [{"b64_json": WRITTEN.replace("+", "-").replace("/", "_").rstrip("=")}]}),
        b"\xef\xbb\xbf" + orjson.dumps({"data": [{"b64_json": WRITTEN}]}),
        orjson.dumps({"data": [{"b64_json": WRITTEN}]})[:-1] + b', "seed": NaN}',
    ],
    ids=["lines", "alphabet of URLs", "byte order mark", "NaN"],
)
def test_a_paid_picture_is_read_however_loosely_it_was_written(body):
    """Line breaks, the alphabet of URLs, a byte order mark, NaN."""
    assert read_content(body, count=1, request_id=None).pictures == (ODD,)


def test_no_more_pictures_than_were_asked_for_are_taken():
    """A server that sends three of one is not shown three times."""
    body = orjson.dumps({"data": [{"b64_json": JPEG_BASE64}] * 3})
    assert len(read_content(body, count=1, request_id=None).pictures) == 1


@pytest.mark.parametrize(
    ("error", "leaf"),
    [
        ({"code": "moderation_blocked"}, Refused),
        ({"type": "billing_limit_user_error"}, NotPermitted),
        ({"code": "model_not_found"}, ModelGone),
        ({"code": "server_error"}, BadAnswer),
        ({"message": "Image generation failed"}, BadAnswer),
    ],
)
def test_a_refusal_is_one_whatever_its_status(error, leaf):
    """What is not certain in an error that came with a 200 may have been charged."""
    assert type(fault(answer(200, orjson.dumps({"error": error})), model="flux", now_at=NOW_AT)) is leaf


@pytest.mark.parametrize("status", [400, 401, 403, 429])
@pytest.mark.parametrize(
    ("code", "cause"),
    [
        *((code, Cause.BILLING) for code in ("project_spend_limit_exceeded", "billing_limit_user_error")),
        ("invalid_api_key", Cause.KEY),
        ("missing_scope", Cause.RIGHT),
        ("unsupported_country_region_territory", Cause.COUNTRY),
    ],
)
def test_a_refusal_says_what_the_operator_must_mend(status, code, cause):
    """By the code that the vendor sent, whatever the status."""
    got = fault(answer(status, orjson.dumps({"error": {"code": code}})), model="gpt-image-2", now_at=NOW_AT)
    assert isinstance(got, NotPermitted)
    assert got.cause is cause


@pytest.mark.parametrize(
    ("status", "error", "cause"),
    [
        (401, {}, Cause.KEY),
        (401, {"message": "Missing scopes: api.model.images.request"}, Cause.RIGHT),
        (403, {}, Cause.OTHER),  # a firewall's page
        (403, {"message": "You are not allowed to use this."}, Cause.VERIFICATION),
        (403, {"code": "something_new"}, Cause.OTHER),
        (400, {"message": "Your organization must be verified to use it."}, Cause.VERIFICATION),
    ],
)
def test_without_a_known_code_the_status_says_it(status, error, cause):
    """A code that nobody knows yet is not called a wrong key."""
    got = fault(answer(status, orjson.dumps({"error": error})), model="gpt-image-2", now_at=NOW_AT)
    assert isinstance(got, NotPermitted)
    assert got.cause is cause


@pytest.mark.parametrize(
    "others",
    [[], [{"b64_json": JPEG_BASE64}], [{"url": "https://example.com/a.png"}], [None, {"b64_json": "?"}, 7]],
)
def test_of_several_pictures_every_readable_one_is_kept(others):
    """They are paid for, so one that is spoilt or missing loses no other."""
    for data in ([{"b64_json": "iVBORw0KGgo="}, *others], [*others, {"b64_json": "iVBORw0KGgo="}]):
        content = read_content(orjson.dumps({"data": data}), count=9, request_id=None)
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
        ({"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}, None),
        ({"output_tokens": 272, "output_tokens_details": {"image_tokens": 0, "text_tokens": 272}}, None),
        ({"input_tokens": 14, "output_tokens": 2**63}, None),
        ({"input_tokens": 10**18, "output_tokens": 272}, None),
        ({"output_tokens": 272, "output_tokens_details": {"image_tokens": 272, "text_tokens": -9}}, None),
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
    expected = counted and TokenUsage(**dict(zip(names, counted, strict=False)))
    assert read_content(body, count=9, request_id=None).usage == expected


def test_an_echo_of_the_wrong_type_is_no_echo():
    """A paid picture is never lost over a field beside it."""
    body = orjson.dumps({"data": [{"b64_json": JPEG_BASE64}], "size": 7, "quality": ["low"]})
    content = read_content(body, count=9, request_id=None)
    assert (content.pictures, content.size, content.quality) == ((JPEG,), None, None)

"""Signatures, with LINE's published vector and the SDK as judges."""

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linebot.v3.webhook import SignatureValidator

from app.line.signature import verify

# https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/ (read 2026-11-22)
SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
BODY = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
SIGNATURE = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


def test_published_vector():
    """LINE's own example is accepted."""
    assert verify(BODY, signature=SIGNATURE, secrets=[SECRET])


def test_previous_secret():
    """While the secret is being changed the previous one is accepted too."""
    assert verify(BODY, signature=SIGNATURE, secrets=["0" * 32, SECRET])


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        " ",
        SIGNATURE[:-1],
        SIGNATURE + "=",
        SIGNATURE.lower(),
        "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLt=",
        "簽名",
        "\ud800",
        "é" * 44,
        "a" * 100_000,
    ],
)
def test_other_signatures(signature):
    """Whatever is not the signature is refused, and raises nothing."""
    assert not verify(BODY, signature=signature, secrets=[SECRET])


@pytest.mark.parametrize("secrets", [[], [""], ["0" * 32]])
def test_other_secrets(secrets):
    """Without the right secret nothing is accepted."""
    assert not verify(BODY, signature=SIGNATURE, secrets=secrets)


def test_empty_secret():
    """A secret that is not set signs nothing, not even for someone who knows that it is empty."""
    empty_key = "thNnmggU2ex3L5XXeMNfxf8Wl8STcVZTxscSFEKSxa0="  # HMAC-SHA256 of nothing with no key
    assert not verify(b"", signature=empty_key, secrets=["", SECRET])


def test_changed_body():
    """One more byte in the body is noticed."""
    assert not verify(BODY + b"\n", signature=SIGNATURE, secrets=[SECRET])


@given(body=st.text(alphabet=st.characters(codec="utf-8"), max_size=200), is_right=st.booleans())
def test_agrees_with_sdk(body, is_right):
    """LINE's SDK comes to the same verdict on any body."""
    signed = body if is_right else f"{body} "
    signature = base64.b64encode(hmac.digest(SECRET.encode(), signed.encode(), "sha256")).decode()
    assert SignatureValidator(SECRET).validate(body, signature) is is_right
    assert verify(body.encode(), signature=signature, secrets=[SECRET]) is is_right

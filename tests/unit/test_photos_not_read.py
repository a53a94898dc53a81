"""Why a photo cannot be drawn from, in words that say what helps."""

import pytest

from app.errors import NotAPicture, SourceGone, TooLarge, Unreachable, VendorFault
from app.flows.drawing.draw import why_no_source


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (VendorFault("202", code="not_ready"), "photo_late"),
        (VendorFault("503", code="http_503"), "busy"),
        (Unreachable("no connection"), "busy"),
        (TooLarge("more than we take"), "photo_too_large"),
        (NotAPicture("too many", code="too_many_pixels"), "photo_too_large"),
        (NotAPicture("none"), "photo_unreadable"),
        (SourceGone("of another app", code="external"), "photo_external"),
        (SourceGone("taken back"), "photo_gone"),
        (SourceGone("a picture of ours", code="picture_deleted"), "picture_gone"),
    ],
)
def test_each_reason_has_its_words(error, words):
    """Nobody is told that it is busy when LINE does not hand their photo out."""
    assert why_no_source(error) == words

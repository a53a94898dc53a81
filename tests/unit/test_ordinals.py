import pytest

from app.reading.ordinals import nth_chosen, nth_of


@pytest.mark.parametrize(
    ("text", "nth"),
    [
        *(("the third one but at night", 3), ("make the 2nd picture brighter", 2), ("last one, with a hat", -1)),
        *(
            ("第二張加上帽子", 2),
            ("把第3張改成晚上", 3),
            ("最後一張加雨", -1),
            ("2枚目を夜に", 2),
            ("三番目の絵に帽子を", 3),
        ),
        *(("เติมหมวกให้รูปที่ 2", 2), ("ทำรูปแรกเป็นกลางคืน", 1), ("เปลี่ยนรูปสุดท้ายเป็นกลางคืน", -1)),
        *(("make it night", 0), ("第二張臉是紅色", 0), ("the first snow", 0), ("a second dog", 0), ("2枚の絵", 0)),
    ],
)
def test_which_of_several(text, nth):
    """Ordinals count pictures, and nothing else."""
    assert nth_of(text) == nth


@pytest.mark.parametrize(
    ("text", "nth"),
    [
        *(("選第二張", 2), ("第二張", 2), ("我要第三張", 3), ("second one", 2), ("I like the third one", 3)),
        *(("2枚目がいい", 2), ("3枚目にします", 3), ("เอารูปที่ 2", 2), ("ชอบรูปแรก", 1)),
        *(("第二張加上帽子", 0), ("the third one but at night", 0), ("2枚目を夜に", 0), ("one more", 0), ("", 0)),
    ],
)
def test_what_only_chooses(text, nth):
    """What says more is a change of it."""
    assert nth_chosen(text) == nth

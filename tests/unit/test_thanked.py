"""What stands behind thanks in one message."""

import pytest

from app.reading.meaning import Meaning
from app.reading.thanked import Behind, behind_thanks


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("謝謝 很美 下一個是玫瑰花早安", "玫瑰花早安"),
        ("好漂亮喔 再來一張荷花的", "荷花的"),
        ("谢谢！下一张是荷花", "荷花"),  # noqa: RUF001 - as it is typed
        ("love it, next one please: a castle on a cliff", "a castle on a cliff"),
        ("haha thanks. next one is a dog", "a dog"),
        ("ありがとう。もう一枚は猫で", "猫で"),
        ("สวยมากค่ะ ขอบคุณ รูปต่อไปขอดอกกุหลาบ", "ดอกกุหลาบ"),
    ],
)
def test_the_next_wish(text, wish):
    """Without the thanks, and without the words that lead to it."""
    assert behind_thanks(text) == Behind(text=wish, meaning=Meaning.DRAW, is_one=True)


@pytest.mark.parametrize(
    ("text", "objection"),
    [
        ("haha nice, but I wanted blue", "but I wanted blue"),
        ("好看 可是要藍色的", "可是要藍色的"),
        ("いいですね、でも青がよかった", "でも青がよかった"),
        ("สวย แต่อยากได้สีฟ้า", "แต่อยากได้สีฟ้า"),
    ],
)
def test_praise_with_a_but(text, objection):
    """What comes behind it is what counts."""
    assert behind_thanks(text) == Behind(text=objection, meaning=Meaning.CHANGE, is_one=False)


@pytest.mark.parametrize(
    "text",
    [
        *("thanks", "thanks a bunch", "thank you so much", "thanks, that's all", "ok but why", "next one is a dog"),
        *("謝謝你 你人真好", "謝謝 很美 下次再找你", "謝謝 下一張", "一隻貓 下一張是狗", "a duck, but with a hat"),
        *("ありがとう、でもなんで", "ขอบคุณค่ะ", "สวย แต่ทำไมแพง"),
    ],
)
def test_nothing_stands_behind_them(text):
    """Or there are no thanks, or it is a question."""
    assert behind_thanks(text) is None

"""What is hardly ever a picture is asked about, and what nobody can open is told."""

# ruff: noqa: RUF001 - full-width characters are what people type

import pytest

from app.reading.commands import Command, Name
from app.reading.meaning import Meaning, Verdict
from app.reading.options import Options
from app.reading.plan import Do, Draw, Say
from app.store.context import Context, Quote
from app.words.answers import Offer, Sentence
from tests.unit.test_reading import A_CHANGE, A_PHOTO, KITE, said

A_WISH = Verdict(meaning=Meaning.DRAW, confidence=1.0)
LINKS = ["https://example.com/a/b?c=d", "www.example.com/watch?v=1", "youtu.be/xyz", "http://a.tw\nhttps://b.jp/ "]
FIGURES = [
    *("99", "3.14", "0912-345-678", "2024/5/1", "12月25日", "๙๙"),
    *("10:30", "20:00", "3pm", "下午3點", "三點半", "午後3時", "8โมง", "ตอน 9:30 น."),
    *("100元", "NT$250", "$20", "一百塊", "500円", "50 บาท", "20 dollars"),
]
PASSED_ON = [
    *(
        "您的驗證碼為 482913，請勿告知他人",
        "【LINE】認証番号：1234",
        "Your verification code is 482913",
        "รหัส OTP ของคุณคือ 482913",
    ),
    *(
        "【重要】お荷物が届きました。https://x.jp/y",
        "親愛的客戶您好，詳情請見 https://x.tw",
        "พัสดุของคุณ คลิก https://x.th/1",
    ),
]


@pytest.mark.parametrize("context", [Context(), Context(chat=KITE), A_PHOTO])
@pytest.mark.parametrize("text", LINKS)
def test_a_bare_link_is_told(text, context):
    """Nobody here can open it, and its letters make no picture; under a quote it is for others."""
    assert said(text, context, verdict=A_WISH).act == Say(answer=Sentence("link"))
    assert said(f"draw {text}", group=True, verdict=A_WISH).act == Say(answer=Sentence("link"))
    quoted = Context(quote=Quote(ours=True, picture_id="P"))
    assert said(text, quoted, group=True, quote="9", verdict=A_WISH).act is None


@pytest.mark.parametrize("text", [*FIGURES, *PASSED_ON])
def test_what_is_hardly_a_wish_is_asked(text):
    """Numbers, times, prices, codes and notices are one tap away from being drawn."""
    for verdict in (A_WISH, A_CHANGE):
        assert said(text, Context(chat=KITE), verdict=verdict).act == Say(answer=Offer(picture="KITE"), prompt=text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a 99 cent store",
            "poster for https://example.com",
            "七月的海",
            "三日月",
            "一千零一夜",
            "500円玉",
            "3隻貓",
            "10 foxes",
        ),
        *(
            "一個手機顯示驗證碼",
            "a phone with a verification code",
            "【水彩】一隻貓",
            "cat.png cafe",
            "e.t. in the woods",
        ),
    ],
)
def test_what_has_more_in_it_is_a_wish(text):
    """A picture of something, whatever number or link stands in it."""
    assert said(text, verdict=A_WISH).act == Draw(prompt=text, options=Options())


@pytest.mark.parametrize("text", ["/start", "/unpause", "／begin", "/start@easel", " /whoami "])
def test_a_command_that_we_do_not_have_gets_help(text):
    """As bots have them: its letters make no picture."""
    assert said(text, Context(chat=KITE), verdict=A_WISH).act == Do(command=Command(name=Name.HELP))


@pytest.mark.parametrize("text", ["/draw a fox", "/imagine a fox", "/ a fox", "1/2", "and/or"])
def test_a_slash_before_more_is_left_as_it_was(text):
    """Other bots' habits do not lose a wish."""
    assert said(text, verdict=A_WISH).act != Do(command=Command(name=Name.HELP))

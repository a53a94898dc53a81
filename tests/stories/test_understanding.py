"""What people mean: talk is not drawn, questions of ours get answers, words are about what is at hand. Over sockets."""

import asyncio
from typing import Self

import pytest
from line_sandbox.faults import Fault

from app.words.sentences import sentences_for
from tests.stories.test_conversation import last_said
from tests.stories.test_edits import photo
from tests.world import PATIENCE_S

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("easel")]

PICTURES = {
    "zh-TW": "一隻戴帽子的水獺",
    "en": "an otter in a hat",
    "ja": "帽子をかぶったカワウソ",
    "th": "นากใส่หมวกสีฟ้า",
}


def words(language: str, key: str, **parts: object) -> str:
    return sentences_for(language, language).say(key, **parts)


async def answer(vendors, person: str, text: str, **where: object) -> str:
    """Say something, and wait for the next message of the bot. Return its text, or its type where it has none."""
    chat = vendors.line.chat(str(where.get("group", person)))
    before = len(chat.from_bot)
    await vendors.line.send_text(person, text, **where)
    await vendors.until(lambda: len(chat.from_bot) > before)
    body = dict(chat.from_bot[before].body)
    return str(body.get("text") or body.get("template", {}).get("text") or body["type"])


async def with_a_picture(vendors, language: str) -> str:
    """Somebody who has just got a picture."""
    person = vendors.person(language=language)
    await vendors.line.send_text(person, PICTURES[language])
    await vendors.picture(person)
    return person


async def edits_the_photo_that_follows(vendors, language: str, text: str, *, asks: str) -> None:
    """With a picture there, say something that asks for a photo, and send one: only that is edited, by these words."""
    person = await with_a_picture(vendors, language)
    before = vendors.picture_calls()
    assert await answer(vendors, person, text) == words(language, asks)
    assert vendors.picture_calls() == before
    await vendors.line.deliver(vendors.line.image(person, photo()))
    await vendors.picture(person, count=2)
    call = vendors.openai.calls[-1]
    assert call.path.endswith("/images/edits")
    assert call.body["prompt"] == text


class Drawing:
    """A picture that is being drawn until it is let go."""

    def __init__(self, vendors, person: str, prompt: str) -> None:
        self.vendors, self.person, self.prompt, self.release = vendors, person, prompt, asyncio.Event()

    async def __aenter__(self) -> Self:
        self.vendors.openai.faults.add(Fault.held(self.release), match="/images/")
        await self.vendors.line.send_text(self.person, self.prompt)
        await self.vendors.openai.wait_for(lambda: self.vendors.drawing(self.prompt) > 0, PATIENCE_S)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.release.set()


@pytest.mark.parametrize(
    ("language", "text", "key"),
    [
        ("zh-TW", "早安", "talk_morning"),
        ("en", "bye", "talk_bye"),
        ("ja", "おやすみ", "talk_night"),
        ("th", "ขอบคุณน้า", "thanks"),
        ("zh-TW", "哈哈哈", "talk_laugh"),
        ("en", "who are you?", "talk_who"),
        ("ja", "かわいいですね", "talk_praise"),
        ("th", "อยู่ไหมคะ", "talk_test"),
        ("en", "?", "talk_chat"),
    ],
)
async def test_talk_is_answered_and_never_drawn(vendors, language, text, key):
    """And it never becomes the last picture: again is still about that."""
    person = await with_a_picture(vendors, language)
    before = vendors.picture_calls()
    assert await answer(vendors, person, text) == words(language, key)
    assert vendors.picture_calls() == before
    await vendors.line.send_text(person, {"zh-TW": "再一張", "en": "again", "ja": "もう一枚", "th": "อีกรูป"}[language])
    await vendors.picture(person, count=2)
    assert vendors.openai.calls[-1].body["prompt"] == PICTURES[language]


@pytest.mark.parametrize(
    ("language", "price", "notice"),
    [
        ("zh-TW", "100元", "您的驗證碼為 482913，請勿告知他人"),  # noqa: RUF001 - as people type it
        ("en", "10:30", "【Bank】 Your parcel: https://example.com/x"),
        ("ja", "99", "【LINE】認証番号：1234"),  # noqa: RUF001 - as people type it
        ("th", "99", "รหัส OTP ของคุณคือ 482913"),
    ],
)
async def test_what_nobody_can_draw_is_not_paid_for(vendors, language, price, notice):
    """A link is told that it cannot be opened; figures and notices are asked about, or answered as talk."""
    person, before = vendors.person(language=language), vendors.picture_calls()
    assert await answer(vendors, person, "https://example.com/a/b?c=d") == words(language, "link")
    assert await answer(vendors, person, price) == words(language, "offer", wish=price)
    await answer(vendors, person, notice)
    assert vendors.picture_calls() == before


@pytest.mark.parametrize(
    ("language", "text"), [("zh-TW", "我想死"), ("en", "i want to die"), ("ja", "死にたい"), ("th", "อยากตาย")]
)
async def test_who_wants_to_die_is_not_brushed_off(vendors, language, text):
    """One sentence, free, and no button under it."""
    person, before = vendors.person(language=language), vendors.picture_calls()
    assert await answer(vendors, person, text) == words(language, "talk_crisis")
    assert "quickReply" not in await last_said(vendors, person)
    assert vendors.picture_calls() == before


@pytest.mark.parametrize(
    ("language", "text"),
    [("zh-TW", "給我png"), ("en", "can I have it in svg"), ("ja", "PNGでください"), ("th", "ขอเป็น png")],
)
async def test_a_format_alone_pays_for_no_other_picture(vendors, language, text):
    """What LINE shows is told."""
    person = await with_a_picture(vendors, language)
    before = vendors.picture_calls()
    assert await answer(vendors, person, text) == words(language, "format_alone")
    assert vendors.picture_calls() == before


@pytest.mark.parametrize(
    ("language", "text"), [("zh-TW", "要錢嗎"), ("en", "is this free?"), ("ja", "お金かかりますか"), ("th", "ฟรีไหมคะ")]
)
async def test_what_it_costs(vendors, language, text):
    """Nothing; and what is left of the day."""
    said = await answer(vendors, vendors.person(language=language), text)
    assert said.startswith(words(language, "talk_cost"))
    assert "\n" in said


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh-TW", "好醜喔"),
        ("zh-TW", "太大了"),
        ("en", "that's not what I wanted"),
        ("en", "too crowded"),
        ("ja", "思ってたのと違う"),
        ("ja", "明るすぎ"),
        ("th", "ไม่สวยเลย"),
    ],
)
async def test_a_complaint_has_another_try_at_hand(vendors, language, text):
    """Again and change it, for the picture that was complained of."""
    person = await with_a_picture(vendors, language)
    assert await answer(vendors, person, text) == words(language, "talk_complaint")
    labels = [item["action"]["label"] for item in (await last_said(vendors, person))["quickReply"]["items"]]
    assert labels == [words(language, "btn_again"), words(language, "btn_edit")]
    await vendors.line.send_tap(person, words(language, "btn_again"))
    await vendors.picture(person, count=2)


@pytest.mark.parametrize(
    ("language", "bad", "yes", "part"),
    [
        ("zh-TW", "好醜", "好", "臉"),
        ("en", "ugly", "yes please", "the hands"),
        ("ja", "変", "お願いします", "顔"),
        ("th", "ไม่สวย", "ได้", "หน้า"),
    ],
)
async def test_what_is_asked_after_a_complaint_can_be_answered(vendors, language, bad, yes, part):
    """Yes draws it once more; the name of a part changes that picture, and is no wish of its own."""
    person = await with_a_picture(vendors, language)
    assert await answer(vendors, person, bad) == words(language, "talk_complaint")
    assert await answer(vendors, person, yes) == "image"
    assert vendors.openai.calls[-1].body["prompt"] == PICTURES[language]
    assert await answer(vendors, person, bad) == words(language, "talk_complaint")
    assert await answer(vendors, person, part) == "image"
    assert vendors.openai.calls[-1].path.endswith("/images/edits")


@pytest.mark.parametrize(
    ("language", "bad", "praise"),
    [("en", "that's ugly", "good bot"), ("en", "that's ugly", "good job"), ("zh-TW", "好醜", "你好棒")],
)
async def test_praise_is_no_yes(vendors, language, bad, praise):
    """Though it has a yes in it: nothing is drawn again for it."""
    person = await with_a_picture(vendors, language)
    assert await answer(vendors, person, bad) == words(language, "talk_complaint")
    assert await answer(vendors, person, praise) == words(language, "talk_praise")


@pytest.mark.parametrize(
    ("language", "morning", "yes"),
    [("zh-TW", "早安", "好"), ("en", "good morning", "yes"), ("ja", "おはよう", "はい"), ("th", "อรุณสวัสดิ์", "เอา")],
)
async def test_a_picture_to_begin_the_day(vendors, language, morning, yes):
    """Whoever would like one is asked of what."""
    person = vendors.person(language=language)
    assert await answer(vendors, person, morning) == words(language, "talk_morning")
    assert await answer(vendors, person, yes) == words(language, "blank")


@pytest.mark.parametrize(
    ("language", "text"),
    [("zh-TW", "拼成一張"), ("zh-TW", "合成一張"), ("ja", "1枚に合成して"), ("en", "combine them")],
)
async def test_what_to_do_with_an_album(vendors, language, text):
    """It is no wish that does not say of what: the photos are there."""
    person = vendors.person(language=language)
    await vendors.line.deliver(*vendors.line.image_set(person, [photo("red"), photo("blue")]))
    await vendors.said(person)
    assert await answer(vendors, person, text) == "image"
    assert vendors.openai.calls[-1].notes["sources"] == 2


@pytest.mark.parametrize(
    ("language", "text"),
    [
        *(("zh-TW", one) for one in ("隨便", "畫點東西", "畫一張圖")),
        *(("en", one) for one in ("surprise me", "you choose", "draw something")),
        *(("ja", one) for one in ("おまかせで", "何でも")),
        *(("th", one) for one in ("อะไรก็ได้", "วาดอะไรก็ได้")),
    ],
)
async def test_a_wish_that_does_not_say_of_what(vendors, language, text):
    """In mid-talk nobody is greeted anew: the question is asked, with an example that a tap draws."""
    person = await with_a_picture(vendors, language)
    assert await answer(vendors, person, text) == words(language, "blank")
    await vendors.line.send_tap(person, words(language, "try_greeting"))
    await vendors.picture(person, count=2)
    assert vendors.openai.calls[-1].body["prompt"] == words(language, "wish_greeting")


@pytest.mark.parametrize(("language", "text"), [("zh-TW", "畫圖"), ("en", "draw something"), ("ja", "おまかせで")])
async def test_a_wish_that_says_nothing_of_a_photo(vendors, language, text):
    """What to do with it is asked once more, free."""
    person = vendors.person(language=language)
    await vendors.line.deliver(vendors.line.image(person, photo()))
    await vendors.said(person)
    assert await answer(vendors, person, text) == words(language, "photo_got")


@pytest.mark.parametrize(
    ("language", "yes", "no"),
    [("zh-TW", "好", "不用"), ("en", "yes", "no thanks"), ("ja", "はい", "やめて"), ("th", "เอาเลย", "ไม่เอา")],
)
async def test_an_offer_is_answered_by_hand(vendors, language, yes, no):
    """A sticker is offered: no leaves it, yes draws it, once."""
    person = vendors.person(language=language)
    offered = words(language, "sticker_offer", keywords="Sleepy")
    for reply, key in ((no, "declined"), (yes, None)):
        before = len(vendors.line.chat(person).from_bot)
        await vendors.line.deliver(vendors.line.sticker(person, keywords=["Sleepy"]))
        await vendors.until(lambda since=before: len(vendors.line.chat(person).from_bot) > since)
        assert (await last_said(vendors, person))["template"]["text"] == offered
        said = await answer(vendors, person, reply)
        assert said == (words(language, key) if key else "image")
    assert vendors.openai.calls[-1].body["prompt"] == "Sleepy"
    assert await answer(vendors, person, yes) == words(language, "talk_ok")  # nothing is asked any more


@pytest.mark.parametrize(
    ("language", "text", "no", "yes"),
    [
        ("zh-TW", "把我的資料都刪掉", "不要", "好"),
        ("en", "erase all my data", "No!", "yes please"),
        ("ja", "データ全部削除してください", "いいえ", "はい"),
        ("th", "ลบข้อมูลของฉันทั้งหมด", "ไม่เอาค่ะ", "ใช่ค่ะ"),
    ],
)
async def test_deleting_everything_is_asked_first(vendors, language, text, no, yes):
    """In any wording; no keeps it and is no wish, yes deletes."""
    person = await with_a_picture(vendors, language)
    before = vendors.picture_calls()
    asked = words(language, "confirm_delete_all", count=1)
    assert await answer(vendors, person, text) == asked
    assert await answer(vendors, person, no) == words(language, "kept")
    assert await answer(vendors, person, text) == asked
    assert await answer(vendors, person, yes) == words(language, "deleted_all", count=1)
    assert vendors.picture_calls() == before


@pytest.mark.parametrize(
    ("language", "deleted", "sure", "progress", "pretty"),
    [
        ("zh-TW", "刪掉了嗎？", "確定嗎？", "畫好了嗎", "漂亮嗎"),  # noqa: RUF001 - as people type it
        ("en", "delete?", "sure?", "is it done?", "nice?"),
        ("ja", "消すの？", "大丈夫ですか", "もうできた？", "可愛い？"),  # noqa: RUF001 - as people type it
        ("th", "ลบแล้วเหรอ", "จริงเหรอ", "วาดแล้วเหรอ", "สวยไหม"),
    ],
)
async def test_a_question_is_no_answer_and_no_command(vendors, language, deleted, sure, progress, pretty):
    """Nothing is deleted, drawn or taken for praise by it; what we have asked is asked again."""
    person = await with_a_picture(vendors, language)
    before = vendors.picture_calls()
    assert await answer(vendors, person, pretty) == words(language, "talk_question")
    shown = await answer(vendors, person, deleted)
    assert shown == words(language, "card_of", wish=PICTURES[language])
    asked = words(language, "confirm_delete_all", count=1)
    assert await answer(vendors, person, words(language, "btn_yes")) == asked
    assert await answer(vendors, person, sure) == asked
    assert await answer(vendors, person, words(language, "btn_no")) == words(language, "kept")
    await vendors.line.deliver(vendors.line.sticker(person, keywords=["Sleepy"]))
    await vendors.until(lambda: len(vendors.line.chat(person).from_bot) > 6)
    offered = words(language, "sticker_offer", keywords="Sleepy")
    assert await answer(vendors, person, sure) == offered
    assert await answer(vendors, person, progress) == words(language, "here")
    assert vendors.picture_calls() == before


@pytest.mark.parametrize(
    ("language", "done_yet", "cancel"),
    [
        ("zh-TW", "好了嗎", "不要了"),
        ("en", "is it done yet?", "nvm"),
        ("ja", "まだ？", "間違えた、取り消して"),  # noqa: RUF001 - as people type it
        ("th", "เสร็จยัง", "ไม่เอาละ"),
    ],
)
async def test_while_a_picture_is_drawn(vendors, language, done_yet, cancel):
    """Who asks hears how it stands, free; who does not want it any more cancels it, and nothing else is drawn."""
    person = vendors.person(language=language)
    before = vendors.picture_calls()
    async with Drawing(vendors, person, PICTURES[language]):
        told = words(language, "progress_drawing", seconds=1)
        assert (await answer(vendors, person, done_yet))[:8] == told[:8]
        assert await answer(vendors, person, cancel) == words(language, "cancelled_one")
    assert vendors.picture_calls() == before + 1


@pytest.mark.parametrize(("language", "delete"), [("zh-TW", "刪除"), ("en", "delete"), ("ja", "消して"), ("th", "ลบ")])
async def test_deleting_while_drawing_never_touches_an_older_picture(vendors, language, delete):
    """It cancels what is being drawn; the older picture is still there."""
    person = await with_a_picture(vendors, language)
    async with Drawing(vendors, person, "a tin kite at sea"):
        assert await answer(vendors, person, delete) == words(language, "cancelled_one")
    mine = {"zh-TW": "我的圖片", "en": "my pictures", "ja": "描いた絵", "th": "รูปของฉัน"}[language]
    assert await answer(vendors, person, mine) == "template"


@pytest.mark.parametrize(
    ("language", "change", "yes"),
    [
        ("zh-TW", "改成晚上", "好"),
        ("en", "make the sky purple", "yes"),
        ("ja", "夜にして", "はい"),
        ("th", "เปลี่ยนเป็นกลางคืน", "ได้"),
    ],
)
async def test_a_change_of_what_is_being_drawn_waits_for_it(vendors, language, change, yes):
    """It is offered at once, free, with the word to say once the picture is there; said too early it is told again."""
    person, wish = vendors.person(language=language), PICTURES[language]
    before = vendors.picture_calls()
    async with Drawing(vendors, person, wish):
        offered = await answer(vendors, person, change)
        assert change in offered
        assert yes in offered.partition(change)[0]
        assert await answer(vendors, person, yes) == offered
        assert vendors.picture_calls() == before + 1
    await vendors.picture(person)
    await vendors.line.send_text(person, yes)
    await vendors.picture(person, count=2)
    (edit,) = vendors.asked(change)[-1:]
    assert edit.path.endswith("/images/edits")


@pytest.mark.parametrize(
    ("language", "change", "cancel", "no"),
    [
        ("zh-TW", "改成晚上", "取消", "不用"),
        ("en", "make the sky purple", "cancel", "no thanks"),
        ("ja", "夜にして", "キャンセルで", "いいえ"),
        ("th", "เปลี่ยนเป็นกลางคืน", "ยกเลิกครับ", "ไม่เอา"),
    ],
)
async def test_cancelling_behind_an_offer_cancels_what_is_drawn(vendors, language, change, cancel, no):
    """No is about the change that is offered; cancel is about the picture, which then never comes."""
    person = vendors.person(language=language)
    async with Drawing(vendors, person, PICTURES[language]):
        await answer(vendors, person, change)
        assert await answer(vendors, person, no) == words(language, "declined")
        await answer(vendors, person, change)
        assert await answer(vendors, person, cancel) == words(language, "cancelled_one")
    assert await answer(vendors, person, cancel) == words(language, "cancel_none")
    assert not vendors.line.chat(person).pictures


async def test_options_while_drawing_are_about_what_is_drawn(vendors):
    """Again, wide and HD mean the picture that is coming, not the one before."""
    person = await with_a_picture(vendors, "en")
    async with Drawing(vendors, person, "a paper kite over a market"):
        for text in ("again", "16:9"):
            await vendors.line.send_text(person, text)
    await vendors.picture(person, count=4)
    assert len(vendors.asked("a paper kite over a market")) == 3


@pytest.mark.parametrize(("language", "text"), [("zh-TW", "去背"), ("en", "hd"), ("ja", "背景透過"), ("th", "พื้นหลังใส")])
async def test_options_alone_are_about_a_photo_that_waits(vendors, language, text):
    """Not about an older picture; the model gets the words as they were typed."""
    person = await with_a_picture(vendors, language)
    await vendors.line.deliver(vendors.line.image(person, photo()))
    await vendors.said(person, count=2)
    await vendors.line.send_text(person, text)
    await vendors.picture(person, count=2)
    call = vendors.openai.calls[-1]
    assert call.path.endswith("/images/edits")
    assert call.body["prompt"] == text


@pytest.mark.parametrize(
    ("language", "text"),
    [("zh-TW", "背景去掉"), ("en", "remove the background"), ("ja", "背景を消して"), ("th", "ลบพื้นหลัง")],
)
async def test_a_background_that_is_taken_away_leaves_none(vendors, language, text):
    """The picture is edited by these words, and nothing is behind what is left."""
    person = await with_a_picture(vendors, language)
    await vendors.line.send_text(person, text)
    await vendors.picture(person, count=2)
    call = vendors.openai.calls[-1]
    assert call.path.endswith("/images/edits")
    assert (call.body["prompt"], call.body["background"]) == (text, "transparent")


async def test_words_behind_a_photo_that_was_refused_ask_for_another(vendors):
    """They would be drawn from nothing else, and paid."""
    person = vendors.person()
    before = vendors.picture_calls()
    await vendors.line.deliver(vendors.line.image(person, b"\xff\xd8no picture"))
    await vendors.said(person)
    assert await answer(vendors, person, "make it a watercolour") == words("en", "ask_photo")
    assert vendors.picture_calls() == before
    await vendors.line.deliver(vendors.line.image(person, photo()))
    await vendors.picture(person)
    assert vendors.openai.calls[-1].body["prompt"] == "make it a watercolour"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh-TW", "把照片變成漫畫"),
        ("en", "turn a photo into a cartoon"),
        ("ja", "写真をアニメ風にして"),
        ("th", "แปลงรูปถ่ายเป็นการ์ตูน"),
        ("zh-TW", "照片去背"),
        ("en", "photo background remove"),
        ("ja", "写真を背景透過"),
        ("th", "ลบพื้นหลังรูปถ่าย"),
    ],
)
async def test_words_may_come_before_their_photo(vendors, language, text):
    """An older picture is not edited by them, and the photo that follows is."""
    await edits_the_photo_that_follows(vendors, language, text, asks="ask_photo")


@pytest.mark.parametrize(
    ("language", "text"),
    [("zh-TW", "傳錯了"), ("en", "sorry wrong photo"), ("ja", "写真間違えました"), ("th", "ส่งผิดรูปค่ะ")],
)
async def test_a_wrong_photo_is_forgotten(vendors, language, text):
    """What comes next is not about it."""
    person = vendors.person(language=language)
    await vendors.line.deliver(vendors.line.image(person, photo()))
    await vendors.said(person)
    assert await answer(vendors, person, text) == words(language, "blank")
    await vendors.line.send_text(person, f"a heron, {language}, drawn anew")
    await vendors.picture(person)
    assert vendors.openai.calls[-1].path.endswith("/images/generations")


@pytest.mark.parametrize(
    ("language", "settings", "typed", "line"),
    [
        ("zh-TW", "設定", "精細", "畫質：精細"),  # noqa: RUF001 - as it is printed
        ("en", "settings", "square", "Shape: 1:1"),
        ("ja", "設定", "高画質", "画質：高画質"),  # noqa: RUF001 - as it is printed
        ("th", "ตั้งค่า", "ร่าง", "คุณภาพ: ร่าง (เร็ว)"),
        ("en", "settings", "japanese", "言語：日本語"),  # noqa: RUF001 - as it is printed
    ],
)
async def test_settings_are_chosen_by_typing(vendors, language, settings, typed, line):
    """Quick and free: no picture is drawn, and none again."""
    person = await with_a_picture(vendors, language)
    before = vendors.picture_calls()
    assert await answer(vendors, person, settings) == "flex"
    assert line in (await answer(vendors, person, typed)).split("\n")
    assert vendors.picture_calls() == before


@pytest.mark.parametrize(
    ("language", "where"),
    [("zh-TW", "我的圖呢？"), ("en", "where is my picture?"), ("ja", "まだ？"), ("th", "เสร็จยัง")],  # noqa: RUF001 - as typed
)
async def test_who_asks_for_a_picture_that_has_come_is_shown_where(vendors, language, where):
    """Not that nothing is drawn just now; in a group each is shown their own. After a failure it is said once more."""
    asker, other = vendors.person(language=language), vendors.person()
    group = vendors.group(asker, other)
    for number, (who, wish) in enumerate(((asker, PICTURES[language]), (other, "a plain buoy")), start=1):
        await vendors.line.send_text(who, f"@Easel {wish}", group=group)
        await vendors.picture(group, count=number)
    assert await answer(vendors, asker, f"@Easel {where}", group=group) == words(language, "here")
    first = next(one for one in vendors.line.chat(group).from_bot if one.type == "image")
    assert (await last_said(vendors, group))["quoteToken"] == first.quote_token
    vendors.openai.faults.add(Fault.body(b"not json"), match="/images/")
    assert await answer(vendors, asker, f"@Easel {PICTURES[language]}", group=group) == words(language, "broke")
    assert await answer(vendors, asker, f"@Easel {where}", group=group) == words(language, "broke")


async def test_the_name_typed_behind_an_at_sign_calls_easel(vendors):
    """LINE's list of names often does not offer a bot's."""
    asker = vendors.person()
    group = vendors.group(asker)
    await vendors.line.send_text(asker, f"@{vendors.line.bot_name.upper()} a typed red fox", group=group)
    await vendors.picture(group)
    assert vendors.openai.calls[-1].body["prompt"] == "a typed red fox"
    await vendors.line.send_text(asker, "@somebody a typed blue fox", group=group)
    assert await answer(vendors, asker, f"@{vendors.line.bot_name} thanks!", group=group)
    assert not vendors.asked("a typed blue fox")


async def test_what_cannot_be_read_gets_a_word(vendors):
    """A message type of tomorrow, alone; and what is typed on a sticker is a wish."""
    person = vendors.person()
    event = vendors.line.text(person, "x")
    event["message"] = {"id": event["message"]["id"], "type": "contact", "displayName": "x"}
    await vendors.line.deliver(event)
    assert (await vendors.said(person))[0]["text"] == words("en", "not_this")
    sticker = vendors.line.sticker(person, keywords=["hi"])
    sticker["message"]["text"] = "a red fox on a sticker"
    await vendors.line.deliver(sticker)
    await vendors.picture(person)
    assert vendors.openai.calls[-1].body["prompt"] == "a red fox on a sticker"


async def test_the_log_and_the_desk_tell_why(vendors, running):
    """Which step decided, for what, how sure."""
    person = vendors.person()
    await answer(vendors, person, "thank you!")
    line = await running.logged("event_understood", wants="thanks")
    assert (line["step"], line["meaning"]) == ("rules", "talk")


@pytest.mark.parametrize(
    ("language", "text", "wish"),
    [
        ("zh-TW", "謝謝 很美 下一個是玫瑰花早安", "玫瑰花早安"),
        ("en", "that is so cute, thanks. next one: a crab in a kilt", "a crab in a kilt"),
        ("ja", "ありがとう。もう一枚は朝顔とカニで", "朝顔とカニで"),
        ("th", "สวยมากค่ะ ขอบคุณ ต่อไปขอดอกกุหลาบสวัสดีวันจันทร์", "ดอกกุหลาบสวัสดีวันจันทร์"),
    ],
)
async def test_thanks_and_the_next_wish_in_one_message(vendors, language, text, wish):
    """The wish is drawn, and not answered with a "you're welcome"."""
    person = await with_a_picture(vendors, language)
    await vendors.line.send_text(person, text)
    await vendors.picture(person, count=2)
    call = vendors.openai.calls[-1]
    assert call.path.endswith("/images/generations")
    assert wish in call.body["prompt"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh-TW", "好看 可是我想要藍色的"),
        ("en", "haha nice, but I wanted blue"),
        ("ja", "いいですね、でも青がよかった"),
        ("th", "สวย แต่อยากได้สีฟ้า"),
    ],
)
async def test_praise_with_a_but_changes_the_picture(vendors, language, text):
    """It is neither small talk nor a new wish."""
    person = await with_a_picture(vendors, language)
    await vendors.line.send_text(person, text)
    await vendors.picture(person, count=2)
    assert vendors.openai.calls[-1].path.endswith("/images/edits")


@pytest.mark.parametrize(
    ("language", "key", "text"),
    [
        *(("zh-TW", "talk_save", "可以印出來嗎"), ("en", "talk_save", "can I print it?")),
        *(("ja", "talk_save", "保存できますか"), ("th", "talk_save", "บันทึกรูปยังไง")),
        *(("zh-TW", "talk_rights", "可以商用嗎"), ("en", "talk_rights", "can i use this commercially")),
        *(("ja", "talk_still", "動画にできる"), ("th", "talk_still", "ทำเป็นวิดีโอได้ไหม")),
    ],
)
async def test_what_can_be_done_with_a_picture_is_told(vendors, language, key, text):
    """Nothing is drawn for a question."""
    person = await with_a_picture(vendors, language)
    before = vendors.picture_calls()
    assert await answer(vendors, person, text) == words(language, key)
    assert vendors.picture_calls() == before


@pytest.mark.parametrize(("language", "change"), [("ja", "雨を降らせて"), ("zh-TW", "加一頂帽子")])
async def test_whoever_asks_how_it_stands_has_not_said_no(vendors, language, change):
    """Not to the change that waits for the picture either: まだ and 還沒 are answered with how long it takes."""
    person = vendors.person(language=language)
    async with Drawing(vendors, person, PICTURES[language]):
        await answer(vendors, person, change)
        said = await answer(vendors, person, {"ja": "まだかな", "zh-TW": "還沒"}[language])
        assert said != words(language, "declined")

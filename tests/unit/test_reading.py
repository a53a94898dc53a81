"""What words mean by themselves, and what they mean in the moment in which they are said."""

# ruff: noqa: RUF001 - full-width characters are what people type

import json
import tomllib
from pathlib import Path

import pytest

import app.ops.setup
from app.line.events import read
from app.reading.commands import Command, Name
from app.reading.decide import Rules, decide
from app.reading.meaning import Meaning, Moment, ReadingStep, Talk, Verdict
from app.reading.options import Options
from app.reading.picture_parts import names_a_part
from app.reading.plan import PASS, AskForPhoto, Change, Do, Draw, Redraw, Say, Set
from app.reading.talk import Reply, reply_of, talk_of
from app.store.chats import ChatState, Expected
from app.store.context import Context, Quote, UnderWay
from app.words.answers import ChangeLater, Offer, Sentence
from app.words.chat_settings import COUNTS, LANGUAGES, QUALITIES, SHAPES
from app.words.sentences import sentences_for

ME = "U" + "a" * 32
RULES = Rules(group_prefixes=["畫", "draw", "/draw"], bot_name="painter")
KITE = ChatState(current_picture="KITE")
UNDER_WAY = UnderWay(request_id="FOX", prompt="a fox", place=0, created_at=980.0, drawing_at=988.0)
A_PHOTO = Context(photos=["7"], chat=KITE, picture_at=900.0, read_at=1000.0)
DRAWING = Context(under_way=UNDER_WAY, chat=KITE, picture_at=900.0, read_at=1000.0)


def do(name):
    return Do(command=Command(name=name))


A_CHANGE = Verdict(meaning=Meaning.CHANGE, confidence=1.0)


def said(text, context=None, *, verdict=None, group=False, quote=None, is_sure=True):
    """Decide about a text; sure of the verdict where there is one."""
    source = {"type": "group", "groupId": "C" + "b" * 32, "userId": ME} if group else {"type": "user", "userId": ME}
    message = {"id": "1", "type": "text", "text": text} | ({"quotedMessageId": quote} if quote else {})
    event = {"type": "message", "mode": "active", "source": source, "replyToken": "t", "message": message}
    return decide(read(json.dumps(event)), RULES, context or Context(), verdict, is_sure=is_sure)


def asking(what, **more):
    """Easel has asked this person something."""
    return Context(chat=ChatState(expected=Expected(what=what, user_id=ME, **more), current_picture="KITE"))


TALK = {
    Talk.HELLO: ["hi", "Hello there!", "哈囉～你好", "こんにちは！", "สวัสดีครับ", "HEYYY"],
    Talk.MORNING: ["早安", "good morning ☀️", "おはようございます！", "อรุณสวัสดิ์ค่ะ"],
    Talk.NIGHT: ["晚安囉", "good night 🌙", "おやすみなさい", "ฝันดีน้า"],
    Talk.BYE: ["bye", "掰掰～", "またね！", "บ๊ายบาย", "👋"],
    Talk.THANKS: ["thank you so much 😊", "Wow, thanks!", "謝謝 🙏", "ありがとー！", "ขอบคุณน้า", "thx!!!", "🙏"],
    Talk.PRAISE: ["好可愛喔～", "かわいいですね", "สวยมากเลยค่ะ", "so cute", "😍😍", "Nice!!"],
    Talk.LAUGH: ["哈哈哈", "hahaha", "XD", "น่ารักจัง 555" and "5555", "wwww", "lololol", "😂", "哈哈哈哈笑死"],
    Talk.OK: ["ok", "好的", "了解です", "โอเคค่ะ", "👍👍", "嗯嗯", "I'll take it!", "จัดไป"],
    Talk.COMPLAINT: ["好醜", "ugly", "思ってたのと違う", "ไม่สวยเลย", "I hate it", "我討厭這張", "これ嫌い", "ไม่ชอบเลย"],
    Talk.PROGRESS: ["好了嗎", "is it done yet", "まだ？", "เสร็จยัง", "where is my picture?", "還要多久"],
    Talk.SLOW: ["好慢喔", "why so slow", "遅いなぁ", "ช้าจัง"],
    Talk.COST: ["is this free?", "要錢嗎", "無料ですか？", "ฟรีไหมคะ"],
    Talk.WHO: ["who are you", "你是誰", "あなたは誰？", "คุณคือใคร"],
    Talk.CAN: ["how does it work", "你會做什麼", "何ができますか", "ทำอะไรได้บ้าง"],
    Talk.TEST: ["test", "在嗎", "テスト", "อยู่ไหม"],
    Talk.CHAT: ["?", "...", "！！"],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in TALK.items() for text in texts])
def test_talk(kind, text):
    """Who says nothing but a few well-known words is answered by their kind, and pays nothing."""
    assert talk_of(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        *("nice cat", "hello kitty", "no dogs", "ok corral", "可愛的貓", "棒球", "哈士奇", "好運", "很好吃的蛋糕"),
        *("綺麗な海", "ねこ", "ชอบแมว", "นก", "🦊", "❤️", "good morning sunrise", "hihat", "wow signal", "草原", "見"),
    ],
)
def test_a_wish_is_no_talk(text):
    """What somebody may want drawn is left to those who can tell."""
    assert talk_of(text) is None


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        *(
            (one, Reply.YES)
            for one in ("好", "yes", "はい", "OK", "要", "对啊", "没问题", "畫吧", "yes please!", "はい、お願いします")
        ),
        *((one, Reply.YES) for one in ("好啊麻煩了", "Go ahead", "うん！", "เอาเลยค่ะ", "ใช่ค่ะ", "👍", "Yesss")),
        *((one, Reply.NO) for one in ("不用", "no thanks", "いいえ", "ไม่เอาครับ", "不用了謝謝", "nah", "👎", "Noooo")),
        *((one, Reply.NO) for one in ("いいえ、けっこうです", "不要啦", "ไม่ต้องค่ะ", "no, don't")),
        *(
            (one, Reply.NO)
            for one in ("不要刪掉", "don't delete", "no wait keep them", "消さないでください", "อย่าเพิ่งลบนะ")
        ),
        *((one, Reply.STOP) for one in ("cancel", "no, cancel it", "取消吧", "キャンセルで", "ยกเลิกค่ะ")),
        *((one, Reply.DELETE) for one in ("yes delete them", "刪掉", "對，刪掉", "はい、消して", "ลบเลยค่ะ")),
        *((one, Reply.CHANGE) for one in ("改圖", "change it", "変えて", "แก้รูปเดิม")),
        *(
            (one, None)
            for one in ("yes no", "no, change it", "a yes-man", "好貓", "never ending story", "はいチーズ", "a red fox")
        ),
    ],
)
def test_replies(text, reply):
    """Yes, no and the other one, as people type them."""
    assert reply_of(text) is reply


@pytest.mark.parametrize(
    ("context", "text", "act"),
    [
        (asking("offer", sources=[{"request": "R"}]), "好", Redraw(request_id="R")),
        (asking("offer", sources=[{"request": "R"}]), "Draw it", Redraw(request_id="R")),
        (asking("offer", sources=[{"request": "R"}]), "不用了", do(Name.DECLINE)),
        (asking("offer", sources=[{"request": "R"}]), "改上一張圖", Redraw(request_id="R", changes=True)),
        (asking("offer", sources=[{"request": "R"}]), "刪掉", Change(verb="delete")),
        (asking("delete"), "yes delete them", do(Name.DELETE_ALL_YES)),
        (asking("delete"), "don't delete", do(Name.KEEP)),
        (asking("delete"), "はい", do(Name.DELETE_ALL_YES)),
        (asking("delete"), "Delete all", do(Name.DELETE_ALL_YES)),
        (asking("delete"), "ลบเลยค่ะ", do(Name.DELETE_ALL_YES)),
        (asking("delete"), "no", do(Name.KEEP)),
        (asking("delete"), "先不要", do(Name.KEEP)),
        (asking("delete"), "Keep them", do(Name.KEEP)),
        (asking("settings"), "2", Set(name="count", value="2")),
        (asking("settings"), "16:9", Set(name="size", value="16:9")),
        (asking("settings"), "日本語", Set(name="language", value="ja")),
        (asking("words", sources=[{"picture": "KITE"}]), "やめとく", do(Name.DECLINE)),
        (asking("words", sources=[{"picture": "KITE"}]), "yes", Change(verb="edit", picture_id="KITE")),
        (asking("photo", prompt="as a stamp"), "nah", do(Name.DECLINE)),
        (asking("photo", prompt="as a stamp"), "ok", AskForPhoto(prompt="as a stamp", options=Options())),
    ],
)
def test_answers_to_what_easel_asked(context, text, act):
    """Yes, no, a number or the label itself does what it says."""
    plan = said(text, context)
    assert plan.act == act
    assert plan.open is None


@pytest.mark.parametrize(("text", "count"), [("(love)", 1), ("(laugh)(laugh)", 2), (" (love) ", 1)])
def test_emoji_of_line_are_talk(text, count):
    """They come as words in brackets and are answered as a thumb is; with words beside them they are part of a wish."""
    emoji = [{"index": 0, "length": len(text), "productId": "5ac1bfd5040ab15980c9b435", "emojiId": "001"}] * count
    message = {"id": "1", "type": "text", "text": text, "emojis": emoji}
    event = {"type": "message", "source": {"type": "user", "userId": ME}, "replyToken": "t", "message": message}
    assert decide(read(json.dumps(event)), RULES).act == Say(answer=Sentence("talk_ok"))
    event["message"]["text"] = f"a heart {text}"
    assert decide(read(json.dumps(event)), RULES).act == Say(answer=Offer(), prompt=f"a heart {text}".strip())


def test_an_answer_is_only_of_who_was_asked():
    """In a group another person's yes is no answer."""
    others = Context(chat=ChatState(expected=Expected(what="delete", user_id="U" + "c" * 32)))
    assert said("@painter yes", others, group=True).act == Say(answer=Sentence("talk_ok"))


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("delete", do(Name.CANCEL)),
        ("刪除", do(Name.CANCEL)),
        ("不要了", do(Name.CANCEL)),
        ("wrong one", do(Name.CANCEL)),
        ("まだ？", Say(answer=Sentence("progress_drawing", {"seconds": 12}))),
        ("Show picture", Say(answer=Sentence("progress_drawing", {"seconds": 12}))),
        ("again", Change(verb="again", request_id="FOX")),
        ("HD", Change(verb="fine", request_id="FOX", options=Options(quality="high"))),
        ("16:9", Change(verb="again", request_id="FOX", options=Options(ratio=(16, 9)))),
        ("wide", Change(verb="wide", request_id="FOX")),
        ("edit", Change(verb="edit", request_id="FOX")),
        ("make the sky purple", Say(answer=ChangeLater(request="FOX"), prompt="make the sky purple")),
        ("改成晚上", Say(answer=ChangeLater(request="FOX"), prompt="改成晚上")),
        ("全部刪除", do(Name.DELETE_ALL)),
        ("不用了", do(Name.CANCEL)),
        ("結構です", do(Name.CANCEL)),
    ],
)
def test_while_something_is_drawn(text, act):
    """Words are about the picture that is coming, never about an older one."""
    assert said(text, DRAWING, verdict=A_CHANGE).act == act


def test_how_it_stands_in_the_queue():
    """Who asks hears their place."""
    waiting = Context(under_way=UnderWay(request_id="F", prompt="f", place=3, created_at=990.0, drawing_at=None))
    assert said("好了嗎", waiting).act == Say(answer=Sentence("progress_queued", {"place": 3}))
    assert said("好了嗎").act == Say(answer=Sentence("progress_none"))
    ready = said("好了嗎", Context(undelivered=True))
    assert (ready.act, ready.addressed) == (None, True)  # what is ready comes with this token


@pytest.mark.parametrize("text", ["去背", "hd", "背景透過", "พื้นหลังใส", "Make it HD", "wide", "16:9"])
def test_a_photo_comes_first(text):
    """A photo that waits is what options are about, and the words stay whole."""
    act = said(text, A_PHOTO).act
    assert isinstance(act, Draw)
    assert (act.prompt, act.sources, act.photos) == (text, [{"photo": "7"}], ["7"])


@pytest.mark.parametrize("text", ["a cat as a png", "貓 png", "a red gif logo", "猫のpng", "แมว png"])
def test_a_format_beside_a_wish_is_another_matter(text):
    """Something is to be drawn."""
    assert said(text).act != Say(answer=Sentence("format_alone"))


@pytest.mark.parametrize("context", [Context(), Context(chat=KITE), A_PHOTO, DRAWING])
@pytest.mark.parametrize(
    "text",
    [
        *("as a png", "png", "can I have it in svg", "jpg please", "send it as jpeg", "as a gif", "給我png", "存成jpg"),
        *("PNGでください", "JPGでお願いします", "ขอเป็น png", "ขอไฟล์ png"),
        *("can i get this as a png", "is there a png version", "have the picture as pdf", "can you make gifs"),
        *("這張可以給我png嗎", "有png檔嗎", "轉成png檔給我", "これpngでもらえる？", "これをPNGで保存したい"),
        *("pngファイルほしい", "มีไฟล์ png ไหม", "อยากได้เป็นไฟล์ png"),
    ],
)
def test_a_format_alone_draws_nothing(text, context):
    """The picture would be another one, and come as LINE shows it."""
    assert said(text, context).act == Say(answer=Sentence("format_alone"))


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("png x2", Options(output_format="png", count=2)),
        ("again png", Options(output_format="png")),
        ("png 去背", Options(output_format="png", background="transparent")),
    ],
)
def test_a_format_beside_something_else_is_obeyed(text, options):
    """As in a wish."""
    assert said(text, Context(chat=KITE)).act == Change(verb="again", options=options)


@pytest.mark.parametrize("context", [Context(), Context(chat=KITE)])
@pytest.mark.parametrize("text", ["turn the person in the uploaded photo into a doll", "以我上傳的照片做成公仔"])
def test_a_prompt_that_names_an_upload_asks_for_it(text, context):
    """Whatever was drawn before: without it there is nothing to draw."""
    wish = Verdict(meaning=Meaning.DRAW, confidence=1.0)
    assert said(text, context, verdict=wish).act == AskForPhoto(prompt=text, options=Options())


WORDS_FIRST = [
    *(
        "把照片變成漫畫",
        "幫我把照片的背景換成海邊",
        "自拍變漫畫",
        "写真をアニメ風にして",
        "写真の背景を消して",
        "写真を水彩画に",
    ),
    *("turn a photo into a cartoon", "make a selfie into a painting", "แปลงรูปถ่ายเป็นการ์ตูน"),
]
ONESELF = ["draw me", "Draw me please!", "畫我", "可以畫我嗎", "私を描いて", "วาดฉันหน่อย", "วาดรูปฉัน"]


@pytest.mark.parametrize("context", [Context(), Context(chat=KITE), DRAWING])
@pytest.mark.parametrize("text", WORDS_FIRST)
def test_words_about_a_photo_that_is_to_come_ask_for_it(text, context):
    """In no language they need a word for which: an older picture is not meant, nor one drawn from nothing."""
    for meaning in (Meaning.DRAW, Meaning.CHANGE):
        verdict = Verdict(meaning=meaning, confidence=1.0)
        act = said(text, context, verdict=verdict).act
        assert isinstance(act, AskForPhoto)
        assert act.prompt == text


@pytest.mark.parametrize("text", ONESELF)
def test_who_wants_to_be_drawn_is_asked_for_a_photo(text):
    """Where there is a picture, its history tells whether it shows them: nothing of that is in the words."""
    for meaning in (Meaning.DRAW, Meaning.CHANGE):
        verdict = Verdict(meaning=meaning, confidence=1.0)
        assert said(text, verdict=verdict).act == AskForPhoto(prompt=text, options=Options(), of_oneself=True)
        there = said(text, Context(chat=KITE, picture_at=990.0, read_at=1000.0), verdict=verdict).act
        assert isinstance(there, Draw)
        assert (there.sources, there.of_oneself) == ([{"picture": "KITE"}], True)


@pytest.mark.parametrize("text", ["ทำรูปเป็นการ์ตูน", "เปลี่ยนรูปเป็นอนิเมะ"])
def test_a_picture_in_thai_may_be_the_last_one(text):
    """Where there is none, a photo is asked for."""
    assert said(text, verdict=A_CHANGE).act == AskForPhoto(prompt=text, options=Options())
    change = Draw(prompt=text, options=Options(), sources=[{"picture": "KITE"}], settled=True)
    assert said(text, Context(chat=KITE), verdict=A_CHANGE).act == change


@pytest.mark.parametrize("text", ONESELF)
def test_who_wants_to_be_drawn_is_drawn_as_the_photo_shows(text):
    """Where one waits; who was asked for one and says it again is drawn from nothing."""
    wish = Verdict(meaning=Meaning.DRAW, confidence=1.0)
    act = said(text, A_PHOTO).act
    assert isinstance(act, Draw)
    assert act.sources == [{"photo": "7"}]
    assert isinstance(said(text, asking("photo", prompt=text), verdict=wish).act, Draw)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "draw me a cat",
            "draw me my grandma on a beach",
            "畫我家的貓",
            "畫我女朋友看星星",
            "私の猫を描いて",
            "วาดหนูแฮมสเตอร์",
        ),
        *(
            "a girl taking a photo",
            "make a photo of a cat",
            "写真を撮る少女",
            "写真を飾った部屋",
            "把照片撕碎的女孩",
            "ภาพถ่ายแมว",
        ),
    ],
)
def test_what_only_has_a_photo_or_somebody_of_theirs_in_it_is_drawn(text):
    """Mine and me are two things."""
    wish = Verdict(meaning=Meaning.DRAW, confidence=1.0)
    assert said(text, Context(chat=KITE), verdict=wish).act == Draw(prompt=text, options=Options())


def test_a_wrong_photo_is_let_go():
    """And nothing older is deleted in its place."""
    assert said("Sorry, wrong photo!", A_PHOTO).act == do(Name.NEW)
    assert said("delete", A_PHOTO).act == do(Name.NEW)


@pytest.mark.parametrize("meaning", [Meaning.DRAW, Meaning.CHANGE])
def test_words_behind_a_photo_that_was_refused_ask_for_another(meaning):
    """They are about that photo, not about nothing."""
    verdict = Verdict(meaning=meaning, confidence=1.0)
    refused = Context(refused_photo=True, chat=KITE)
    asked = AskForPhoto(prompt="a watercolour in blue", options=Options())
    assert said("a watercolour in blue", refused, verdict=verdict).act == asked
    assert said("hd", refused).act == AskForPhoto(prompt="hd", options=Options(quality="high"))


@pytest.mark.parametrize("text", ["this is so you", "保存した", "也太像你了吧", "สวยมาก", "thanks!", "zzz"])
@pytest.mark.parametrize("verdict", [None, Verdict(meaning=Meaning.TALK, kind="praise", confidence=1.0)])
def test_a_comment_under_a_picture_is_no_wish(text, verdict):
    """In a group a quote alone is no call, unless it is surely a change."""
    quoted = Context(quote=Quote(ours=True, picture_id="P"))
    plan = said(text, quoted, verdict=verdict, group=True, quote="9")
    assert (plan.act, plan.addressed) == (None, False)
    change = Verdict(meaning=Meaning.CHANGE, confidence=1.0)
    wish = said("now a dog", quoted, verdict=change, group=True, quote="9").act
    assert wish == Draw(prompt="now a dog", options=Options(), sources=[{"picture": "P"}])


@pytest.mark.parametrize("text", ["畫畫課明天幾點？", "畫不完了啦", "Draw was 2-2 last night"])
@pytest.mark.parametrize("verdict", [None, Verdict(meaning=Meaning.TALK, kind="chat", confidence=1.0)])
def test_words_that_only_begin_like_a_wish(text, verdict):
    """A prefix is a call only for what is surely a wish: 畫 and draw are words that people use."""
    plan = said(text, verdict=verdict, group=True)
    assert (plan.act, plan.addressed) == (None, False)


def test_who_is_clearly_meant_gets_an_answer():
    """By a mention, our typed name or a command: talk is answered, and what nobody is sure of is asked."""
    assert said("@painter hello", group=True).act == Say(answer=Sentence("talk_hello"))
    assert said("/draw zzz", group=True).act == Say(answer=Offer(), prompt="zzz")
    assert said("zzz", group=True) == PASS


@pytest.mark.parametrize(
    ("meaning", "kind", "confidence", "act"),
    [
        (Meaning.COMMAND, "help", 0.7, do(Name.HELP)),
        (Meaning.COMMAND, "delete_all", 0.7, do(Name.DELETE_ALL)),
        (Meaning.TALK, "question", 0.7, Say(answer=Sentence("talk_question"), prompt="zzz")),
        (Meaning.COMMAND, "again", 0.7, Say(answer=Offer(picture="KITE"), prompt="zzz")),
        (Meaning.COMMAND, "delete", 0.7, Say(answer=Offer(picture="KITE"), prompt="zzz")),
        (Meaning.COMMAND, "help", 0.4, Say(answer=Offer(picture="KITE"), prompt="zzz")),
        (Meaning.DRAW, "", 0.7, Say(answer=Offer(picture="KITE"), prompt="zzz")),
    ],
)
def test_what_costs_nothing_is_tried(meaning, kind, confidence, act):
    """Help or talk that is only likely is given; what costs money or cannot be undone needs somebody who is sure."""
    verdict = Verdict(meaning=meaning, kind=kind, confidence=confidence)
    assert said("zzz", Context(chat=KITE), verdict=verdict, is_sure=False).act == act


@pytest.mark.parametrize("text", ["切換成日文", "delete all of my pictures please", "show me my previous pictures"])
def test_words_of_a_picture_are_not_yet_a_change(text):
    """Who deletes or looks for pictures is not drawn over."""
    verdict = Verdict(meaning=Meaning.COMMAND, kind="mine", confidence=0.7)
    assert said(text, Context(chat=KITE), verdict=verdict, is_sure=False).act == do(Name.MINE)


def test_nothing_is_drawn_on_a_guess():
    """Who cannot be understood is asked, with the last picture at hand; the next step may still know better."""
    plan = said("zzz", Context(chat=KITE, picture_at=1.0, read_at=2.0))
    assert plan.act == Say(answer=Offer(picture="KITE"), prompt="zzz")
    assert plan.why.step is ReadingStep.ASKED
    assert plan.open.text == "zzz"
    assert plan.open.moment == Moment(has_picture=True)


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        ("delete_all", do(Name.DELETE_ALL)),
        ("again", Change(verb="again")),
        ("delete_all_yes", Say(answer=Sentence("talk_chat"))),
        ("pause", Say(answer=Sentence("talk_chat"))),
        ("settings", do(Name.SETTINGS)),
    ],
)
def test_what_a_step_may_command(kind, act):
    """Whatever it takes a message for, it deletes nothing unasked and commands nothing of admins."""
    verdict = Verdict(meaning=Meaning.COMMAND, kind=kind, confidence=1.0)
    assert said("zzz", Context(chat=KITE), verdict=verdict).act == act


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_is_understood_when_it_is_typed(language):
    """On computers quick replies do not show: what is printed on a button can be typed."""
    words = sentences_for(language, language)
    ideas = {words.say(key) for key in words.sentences if key.startswith("idea_")}
    keys = [key for key in words.sentences if key.startswith(("btn_", "idea_", "quality_"))]
    typed = [words.say(key) for key in (*keys, "show", "show_said", "language_mine", "settings_default")]
    menu = Path(app.ops.setup.__file__).with_name("labels.toml")
    printed = tomllib.loads(menu.read_text(encoding="utf-8"))[language]
    typed += [printed[name] for name in ("draw", "mine", "settings", "usage", "cancel", "help")]
    for text in [*typed, *SHAPES, *LANGUAGES.values()]:
        context = A_PHOTO if text in ideas else Context(chat=KITE)
        plan = said(text, context)
        assert plan.open is None or text in ideas, text
        assert not isinstance(plan.act, Draw) or text in ideas, text


@pytest.mark.parametrize("number", COUNTS)
def test_a_number_is_understood_under_the_settings(number):
    """Its button shows it."""
    assert said(number, asking("settings")).act == Set(name="count", value=number)


CHOICES = {
    ("language", "zh-TW"): ["中文", "traditional chinese", "中国語", "ภาษาจีน"],
    ("language", "en"): ["英文", "English please", "英語にして", "ภาษาอังกฤษ"],
    ("language", "ja"): ["日文", "改成日文", "switch to japanese", "日本語でお願いします", "ญี่ปุ่น"],
    ("language", "th"): ["泰文", "thai", "タイ語", "ไทยครับ"],
    ("quality", "low"): ["草稿", "draft", "下書き", "ร่าง"],
    ("quality", "medium"): ["標準", "medium quality", "ふつう", "ปานกลาง"],
    ("quality", "high"): ["精細", "✓ 精細", "high", "高画質", "ละเอียด", "HD"],
    ("size", "1:1"): ["方形", "square", "正方形", "จัตุรัส"],
    ("size", "3:2"): ["橫式", "landscape", "横長", "แนวนอน"],
    ("size", "2:3"): ["直式", "portrait", "縦長で", "แนวตั้ง"],
    ("count", "2"): ["2", "2張", "x2", "2枚", "2 รูป"],
}


@pytest.mark.parametrize(("setting", "text"), [(one, text) for one, texts in CHOICES.items() for text in texts])
def test_what_is_typed_under_the_settings_is_set(setting, text):
    """By its label or another word for it, in any language: nothing is drawn, and no picture drawn again."""
    name, value = setting
    assert said(text, asking("settings")).act == Set(name=name, value=value)


@pytest.mark.parametrize("text", ["a red fox", "一隻日文老師", "ภาพแมว", "丘の上の家"])
def test_a_wish_under_the_settings_is_one(text):
    """They are only chosen by words that are nothing else."""
    wish = Verdict(meaning=Meaning.DRAW, confidence=1.0)
    assert said(text, asking("settings"), verdict=wish).act == Draw(prompt=text, options=Options(), settled=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_of_the_settings_is_set(language):
    """Also those that are commands elsewhere, such as 精細 and 高画質."""
    words = sentences_for(language, language)
    for one in QUALITIES:
        assert said(words.say(f"quality_{one}"), asking("settings")).act == Set(name="quality", value=one)
    assert said(words.say("language_mine"), asking("settings")).act == Set(name="language", value="")


def test_qualities_are_set_by_their_names():
    """Draft, medium, high."""
    words = sentences_for("en", "en")
    for one in QUALITIES:
        assert said(words.say(f"quality_{one}")).act == Set(name="quality", value=one)


def test_tokens_of_zeros_are_tests():
    """What a Verify button of old sent wants nothing."""
    event = {"type": "message", "source": {"type": "user", "userId": ME}, "message": {"type": "text", "text": "Hello"}}
    for token in ("0" * 32, "f" * 32):
        assert decide(read(json.dumps(event | {"replyToken": token})), RULES) == PASS


@pytest.mark.parametrize(
    "text", ["臉", "左手的手指", "顔", "髪の色", "หน้า", "พื้นหลัง", "the hands", "face", "her left eye"]
)
def test_the_name_of_a_part(text):
    """So people answer who are asked what to change."""
    assert names_a_part(text)


@pytest.mark.parametrize(
    "text",
    [
        "一隻貓",
        "畫貓",
        "猫を描いて",
        "วาดแมว",
        "a cat",
        "two dogs",
        "a castle by the sea",
        "海邊日落時的燈塔",
        "",
        "แมวใส่หมวกสีฟ้าน่ารัก",
    ],
)
def test_a_wish_of_its_own_is_no_part(text):
    """What counts, or says more than a part has to, is drawn anew."""
    assert not names_a_part(text)


@pytest.mark.parametrize("text", ["改成日式的", "換成歐式", "改成復古式"])
def test_a_style_is_no_shape(text):
    """日式 and 直式 look alike to whoever counts characters."""
    tall = Verdict(meaning=Meaning.COMMAND, kind="tall", confidence=0.8)
    change = Draw(prompt=text, options=Options(), sources=[{"picture": "KITE"}], settled=True)
    assert said(text, Context(chat=KITE), verdict=tall).act == change
    assert said("弄直一點", Context(chat=KITE), verdict=tall).act == Change(verb="tall")


@pytest.mark.parametrize(
    "text",
    ["把這三張拼在一起", "put them side by side", "make a collage", "この二枚を並べて", "เอาสองรูปมารวมกัน"],
)
def test_photos_that_wait_are_made_one(text):
    """Words that only speak of joining are about them, and no small talk; of one photo nothing can be joined."""
    talk = Verdict(meaning=Meaning.TALK, kind="chat", confidence=0.96)
    act = said(text, Context(photos=["7", "8"]), verdict=talk).act
    assert isinstance(act, Draw)
    assert act.sources == [{"photo": "7"}, {"photo": "8"}]
    assert isinstance(said(text, A_PHOTO, verdict=talk).act, Say)

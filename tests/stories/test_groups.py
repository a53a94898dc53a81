"""In a group Easel only answers when it is meant, and its answer says whom it answers."""

import asyncio

import pytest
from line_sandbox.faults import Fault

from app.words.sentences import sentences_for
from tests.stories.test_conversation import data_of, last_said
from tests.stories.test_edits import photo
from tests.stories.test_understanding import PICTURES
from tests.world import PATIENCE_S

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("easel")]


async def test_talk_among_people_is_left_alone(vendors):
    """Nothing is drawn, said or animated for what is not addressed to the bot."""
    asker, other = vendors.person(), vendors.person()
    group = vendors.group(asker, other)
    before = vendors.picture_calls()
    await vendors.line.send_text(other, "shall we draw something?", group=group)
    await vendors.line.send_text(other, "@All hello", group=group, mentions=["all"])
    await vendors.line.deliver(vendors.line.sticker(other, group=group))
    await vendors.line.send_text(asker, "draw a boat", group=group)
    await vendors.picture(group)
    assert vendors.picture_calls() == before + 1


@pytest.mark.parametrize("text", ["畫一隻貓", "draw a cat", "/draw a cat", "Draw: a cat"])
async def test_a_prefix_is_enough(vendors, text):
    """Each prefix works, and is not part of the prompt."""
    asker = vendors.person()
    group = vendors.group(asker)
    await vendors.line.send_text(asker, text, group=group)
    await vendors.picture(group)
    assert vendors.openai.calls[-1].body["prompt"] in {"一隻貓", "a cat"}


async def test_a_mention_is_cut_out_by_its_place(vendors):
    """The bot's name is cut out by UTF-16 offsets, also behind emoji; other people's names stay."""
    asker = vendors.person()
    group = vendors.group(asker)
    bot = f"@{vendors.line.bot_name}"
    await vendors.line.send_text(
        asker, f"👩‍🎨🎨 {bot} a fox for me in the snow", group=group, mentions=[vendors.line.bot_user_id]
    )
    await vendors.picture(group)
    prompt = vendors.openai.calls[-1].body["prompt"]
    assert bot not in prompt
    assert "a fox for me in the snow" in prompt
    assert "👩‍🎨🎨" in prompt


async def test_the_answer_quotes_the_request(vendors):
    """An image cannot quote, so a short text before it does, in the same free reply."""
    asker = vendors.person()
    group = vendors.group(asker)
    await vendors.line.send_text(asker, "draw a cat", group=group)
    text, picture, *_ = await vendors.said(group, count=2)
    wish = vendors.line.chat(group).messages[0]
    assert text["quoteToken"] == wish.quote_token
    assert picture["type"] == "image"


@pytest.mark.parametrize("said", ["draw a cat", "draw help"])
async def test_a_quote_that_line_refuses_costs_no_answer(vendors, easel, said):
    """What was quoted is gone: the picture and a menu come all the same, once and without the quote."""
    asker = vendors.person()
    group = vendors.group(asker)
    wish = vendors.line.text(asker, said, group=group)
    wish["message"]["quoteToken"] = "a-token-that-is-no-more"
    await vendors.line.deliver(wish)
    first, *_ = await vendors.said(group)
    assert first["type"] == "text"
    assert "quoteToken" not in first
    await easel.logged("quote_not_taken", requests=[wish["webhookEventId"]])
    await easel.logged("reply_sent", requests=[wish["webhookEventId"]])


async def test_quoting_the_bot_is_speaking_to_it(vendors):
    """A message that quotes one of the bot's own is a wish; one that quotes a person's is not."""
    asker = vendors.person()
    group = vendors.group(asker)
    await vendors.line.send_text(asker, "draw a cat", group=group)
    await vendors.picture(group)
    chat = vendors.line.chat(group)
    await vendors.line.deliver(vendors.line.text(asker, "nice", group=group, quote=chat.messages[0].id))
    await vendors.line.deliver(vendors.line.text(asker, "make it a dog", group=group, quote=chat.pictures[0].id))
    await vendors.picture(group, count=2)
    assert vendors.openai.calls[-1].body["prompt"] == "make it a dog"


async def test_a_group_is_greeted_with_an_example(vendors):
    """Joining tells how to ask."""
    group = vendors.group(vendors.person())
    await vendors.line.deliver(vendors.line.join(group))
    (greeting,) = await vendors.said(group)
    assert "畫" in greeting["text"]


async def test_groups_have_no_loading_animation(vendors):
    """LINE refuses it there, so it is not asked for."""
    asker = vendors.person()
    group = vendors.group(asker)
    await vendors.line.send_text(asker, "draw a cat", group=group)
    await vendors.picture(group)
    assert not [call for call in vendors.line.calls if "loading" in call.path and group in str(call.body)]


async def test_the_edit_button_waits_for_whoever_tapped_it(vendors):
    """Somebody else's wish is not taken for the words about the picture; the field begins with our prefix."""
    asker, other = vendors.person(), vendors.person()
    group = vendors.group(asker, other)
    await vendors.line.send_text(asker, "draw a lion on a roof", group=group)
    await vendors.picture(group)
    under = await last_said(vendors, group)
    edit = next(item["action"] for item in under["quickReply"]["items"] if item["action"].get("fillInText"))
    assert edit["fillInText"] == "draw "
    await vendors.line.deliver(vendors.line.postback(asker, edit["data"], group=group))
    await vendors.until(lambda: vendors.line.chat(group).from_bot[-1].type == "text")
    assert "Reply" in (await last_said(vendors, group))["text"]
    await vendors.line.send_text(other, "draw a whale in a bottle", group=group)
    await vendors.picture(group, count=2)
    await vendors.line.send_text(asker, "畫 give it a crown", group=group)
    await vendors.picture(group, count=3)
    (whale,), (crown,) = vendors.asked("a whale in a bottle"), vendors.asked("give it a crown")
    assert whale.path.endswith("/images/generations")
    assert crown.path.endswith("/images/edits")


async def test_a_reply_to_the_question_what_to_change(vendors):
    """Quoting it is the easiest way to answer in a group, without any prefix."""
    asker = vendors.person()
    group = vendors.group(asker)
    await vendors.line.send_text(asker, "draw a barn owl", group=group)
    await vendors.picture(group)
    await vendors.line.deliver(
        vendors.line.postback(asker, data_of(await last_said(vendors, group), "edit"), group=group)
    )
    await vendors.until(lambda: vendors.line.chat(group).from_bot[-1].type == "text")
    question = vendors.line.chat(group).from_bot[-1]
    await vendors.line.deliver(vendors.line.text(asker, "in a snowy barn", group=group, quote=question.id))
    await vendors.picture(group, count=2)
    (call,) = vendors.asked("in a snowy barn")
    assert call.path.endswith("/images/edits")


async def test_one_person_cancels_and_another_is_still_asked(vendors):
    """A command of one person leaves what Easel has asked another."""
    asker, other = vendors.person(), vendors.person()
    group = vendors.group(asker, other)
    await vendors.line.send_text(asker, "draw a snowy owl", group=group)
    await vendors.picture(group)
    await vendors.line.deliver(
        vendors.line.postback(asker, data_of(await last_said(vendors, group), "edit"), group=group)
    )
    said = len(await vendors.said(group, count=3))
    for number, command in enumerate(("draw cancel", "draw something new"), start=1):
        await vendors.line.send_text(other, command, group=group)
        await vendors.said(group, count=said + number)
    await vendors.line.send_text(asker, "draw in a blue barn", group=group)
    await vendors.picture(group, count=2)
    (call,) = vendors.asked("in a blue barn")
    assert call.path.endswith("/images/edits")


async def test_a_refusal_and_a_menu_quote_the_asker(vendors):
    """Among several people it is plain whose wish was declined, and whose pictures were counted."""
    asker = vendors.person()
    group = vendors.group(asker, vendors.person())
    vendors.openai.refused_words = {"gore": "violence"}
    for number, said in enumerate(("draw a gore opera", "draw /usage", "draw help"), start=1):
        await vendors.line.send_text(asker, said, group=group)
        await vendors.said(group, count=number)
        wish = next(one for one in vendors.line.chat(group).messages if one.body.get("text") == said)
        assert (await last_said(vendors, group))["quoteToken"] == wish.quote_token
    vendors.openai.refused_words = {}


async def test_everybody_is_told_a_prefix_of_their_keyboard(vendors):
    """An English speaker is told to begin with draw, and finds that in the field, not 畫."""
    speaker = vendors.person(language="en")
    group = vendors.group(speaker)
    await vendors.line.send_text(speaker, "draw help", group=group)
    (told,) = await vendors.said(group)
    assert "start with “draw”" in told["text"]
    await vendors.line.send_text(speaker, "draw a heron in reeds", group=group)
    await vendors.picture(group)
    actions = [item["action"] for item in (await last_said(vendors, group))["quickReply"]["items"]]
    assert [action["fillInText"] for action in actions if "fillInText" in action] == ["draw "]


async def test_one_persons_burst_does_not_hold_up_another(vendors):
    """Mentions of one person are drawn two at a time; somebody else of the group is served between them."""
    eager, modest = vendors.person(), vendors.person()
    group = vendors.group(eager, modest)
    release = asyncio.Event()
    vendors.openai.faults.add(Fault.held(release), match=lambda call: "burst" in str(call.body), times=None)
    await vendors.line.deliver(
        *(vendors.line.text(eager, f"draw a burst of {n} red balloons", group=group) for n in range(5))
    )
    await vendors.openai.wait_for(lambda: vendors.drawing("burst") == 2, PATIENCE_S)
    await vendors.line.send_text(modest, "draw a quiet pond", group=group)
    await vendors.picture(group)
    assert vendors.drawing("burst") == 2
    release.set()
    await vendors.picture(group, count=6)
    quotes = {one.body.get("quoteToken") for one in vendors.line.chat(group).from_bot if one.type == "text"}
    assert len(quotes) >= 6


async def test_delete_all_in_a_group_is_about_ones_own(vendors):
    """Everybody's question counts, and everybody's yes deletes, their own only; both say so."""
    asker, other = vendors.person(), vendors.person()
    group = vendors.group(asker, other)
    for number, who in enumerate((asker, asker, other), start=1):
        await vendors.line.send_text(who, f"draw shared boat {number}", group=group)
        await vendors.picture(group, count=number)
    await vendors.line.send_text(other, "draw /delete all", group=group)
    await vendors.until(lambda: "delete_all_yes" in str(vendors.line.chat(group).from_bot[-1].body))
    words = sentences_for("en", "en")
    assert (await last_said(vendors, group))["template"]["text"] == words.say("confirm_delete_own", count=1)
    await vendors.line.deliver(vendors.line.postback(other, "do:delete_all_yes", group=group))
    await vendors.until(lambda: words.say("deleted_own", count=1) in str(vendors.line.chat(group).from_bot[-1].body))
    await vendors.line.send_text(other, "draw /delete all", group=group)
    await vendors.until(lambda: words.say("delete_none_own") in str(vendors.line.chat(group).from_bot[-1].body))


async def test_a_group_that_does_not_tell_who_asks_is_not_asked(vendors):
    """No question whose yes could delete nothing: what would be theirs cannot be known."""
    asker = vendors.person()
    group = vendors.group(asker)
    for text in ("draw an unnamed plum", "draw /delete all"):
        await vendors.line.deliver(vendors.line.text(asker, text, group=group, anonymous=True))
        await vendors.picture(group)
    said = sentences_for("zh-TW", "zh-TW").say("delete_whose")
    await vendors.until(lambda: said in str(vendors.line.chat(group).from_bot[-1].body))


async def test_a_yes_to_the_question_of_somebody_else_deletes_nothing(vendors):
    """Who taps [Delete all] under a question that another was asked is asked first, about their own."""
    asker, other = vendors.person(), vendors.person()
    group = vendors.group(asker, other)
    for number, who in enumerate((asker, other, other), start=1):
        await vendors.line.send_text(who, f"draw a shared raft {number}", group=group)
        await vendors.picture(group, count=number)
    await vendors.line.send_text(asker, "draw /delete all", group=group)
    await vendors.until(lambda: "(1)" in str(vendors.line.chat(group).from_bot[-1].body))
    await vendors.line.send_tap(other, "Delete all", group=group)
    await vendors.until(lambda: "(2)" in str(vendors.line.chat(group).from_bot[-1].body))
    await vendors.line.send_tap(other, "Delete all", group=group)
    await vendors.until(lambda: "of yours here: pictures (2)" in str(vendors.line.chat(group).from_bot[-1].body))


async def test_a_tap_of_nobody_in_particular_deletes_nothing(vendors):
    """Groups may not tell who taps, nor who asked."""
    asker = vendors.person()
    group = vendors.group(asker)
    await vendors.line.deliver(vendors.line.text(asker, "draw an unnamed pear", group=group, anonymous=True))
    await vendors.picture(group)
    data = data_of(await last_said(vendors, group), "again").replace("again", "delete")
    await vendors.line.deliver(vendors.line.postback(asker, data, group=group, anonymous=True))
    await vendors.until(lambda: vendors.line.chat(group).from_bot[-1].type == "text")
    assert "Only" in str(await last_said(vendors, group)) or "只有" in str(await last_said(vendors, group))


@pytest.mark.parametrize(
    ("language", "delete", "yes", "settings"),
    [
        ("zh-TW", "刪除我的資料", "好", "設定"),
        ("en", "delete all my data", "yes", "settings"),
        ("ja", "データを全部削除して", "はい", "設定"),
        ("th", "ลบข้อมูลของฉันทั้งหมด", "ใช่", "ตั้งค่า"),
    ],
)
async def test_each_of_a_group_answers_what_they_were_asked(vendors, language, delete, yes, settings):
    """Another's question in between takes nothing away, and neither answer is taken for the other's."""
    words, asker, other = sentences_for(language, language), vendors.person(language=language), vendors.person()
    group = vendors.group(asker, other)
    await vendors.line.send_text(asker, f"@Easel {PICTURES[language]}", group=group)
    await vendors.picture(group)

    async def say(who: str, text: str) -> str:
        before = len(vendors.line.chat(group).from_bot)
        await vendors.line.send_text(who, f"@Easel {text}", group=group)
        await vendors.until(lambda: len(vendors.line.chat(group).from_bot) > before)
        return str(vendors.line.chat(group).from_bot[-1].body)

    assert words.say("confirm_delete_own", count=1) in await say(asker, delete)
    assert "flex" in await say(other, settings)
    assert words.say("deleted_own", count=1) in await say(asker, yes)
    assert "Pictures: 2" in await say(other, "2")
    assert words.say("talk_ok") in await say(asker, yes)  # nothing is asked any more


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh-TW", "畫一張圖"),
        ("zh-TW", "畫點東西"),
        ("en", "draw a picture"),
        ("en", "@Easel draw a picture"),
        ("ja", "描いて、お願い"),
        ("th", "วาดรูป"),
    ],
)
async def test_who_says_to_draw_but_not_what_is_asked(vendors, language, text):
    """Also where the word that calls us is half of the command: neither its rest nor another's wish is drawn."""
    asker, other = vendors.person(language=language), vendors.person()
    group = vendors.group(asker, other)
    await vendors.line.send_text(other, "@Easel a cormorant on a buoy", group=group)
    await vendors.picture(group)
    before, paid = len(vendors.line.chat(group).from_bot), vendors.picture_calls()
    await vendors.line.send_text(asker, text, group=group)
    await vendors.until(lambda: len(vendors.line.chat(group).from_bot) > before)
    assert sentences_for(language, language).say("blank") in str(vendors.line.chat(group).from_bot[-1].body)
    assert vendors.picture_calls() == paid


@pytest.mark.parametrize(
    ("language", "change", "clear"),
    [
        ("zh-TW", "變成卡通風格", "去背"),
        ("en", "make it a cartoon", "no background"),
        ("ja", "アニメ風にして", "背景なしで"),
        ("th", "ทำเป็นการ์ตูน", "พื้นหลังโปร่งใส"),
    ],
)
async def test_a_photo_in_a_group_and_words_that_do_not_quote_it(vendors, language, change, clear):
    """Whether the photo is meant or the picture before it is asked: another's picture is not changed and paid for."""
    asker, other = vendors.person(language=language), vendors.person()
    group = vendors.group(asker, other)
    await vendors.line.send_text(other, "@Easel a puffin on a rope", group=group)
    await vendors.picture(group)
    shown = vendors.line.image(asker, photo(), group=group)
    await vendors.line.deliver(shown)
    which, paid = sentences_for(language, language).say("ask_photo_quote"), vendors.picture_calls()
    for text in (change, clear):
        before = len(vendors.line.chat(group).from_bot)
        await vendors.line.send_text(asker, f"@Easel {text}", group=group)
        await vendors.until(lambda since=before: len(vendors.line.chat(group).from_bot) > since)
        assert which in str(vendors.line.chat(group).from_bot[-1].body)
    assert vendors.picture_calls() == paid
    picture = vendors.line.chat(group).pictures[0].id
    await vendors.line.deliver(vendors.line.text(asker, change, group=group, quote=picture))
    await vendors.picture(group, count=2)
    await vendors.line.send_text(asker, f"@Easel {change}", group=group)
    await vendors.picture(group, count=3)  # the photo is older than the picture now


@pytest.mark.parametrize(
    ("language", "asks", "talk"),
    [
        ("zh-TW", "可以幫我加一頂生日帽嗎", "可以傳給我嗎"),
        ("en", "can you make it blue?", "can you send me this?"),
        ("ja", "青にできますか？", "これ送ってもらえる？"),  # noqa: RUF001 - as typed
    ],
)
async def test_a_kind_question_under_a_picture_is_asked_back(vendors, language, asks, talk):
    """Whether it can be changed is asked of us, though it sounds like talk among people, which stays among them.

    In Thai the gate is sure of such questions, and they are changes at once.
    """
    asker = vendors.person(language=language)
    group = vendors.group(asker, vendors.person())
    await vendors.line.send_text(asker, f"@Easel {PICTURES[language]}", group=group)
    await vendors.picture(group)
    chat, words = vendors.line.chat(group), sentences_for(language, language)
    said, picture = len(chat.from_bot), chat.pictures[0].id
    for text in (talk, asks):
        await vendors.line.deliver(vendors.line.text(asker, text, group=group, quote=picture))
    await vendors.until(lambda: len(chat.from_bot) > said)
    assert words.say("offer", wish=asks) in str(chat.from_bot[said].body)
    await vendors.line.send_tap(asker, words.say("btn_change"), group=group)
    await vendors.picture(group, count=2)
    (call,) = vendors.asked(asks)
    assert call.path.endswith("/images/edits")


@pytest.mark.parametrize(
    ("language", "too", "leave"),
    [
        ("zh-TW", "我也要", "請退出群組"),
        ("en", "me too please", "please leave this group"),
        ("ja", "私も", "グループから出ていって"),
        ("th", "เอาด้วย", "ออกจากกลุ่มหน่อย"),
    ],
)
async def test_what_a_group_says_to_us(vendors, language, too, leave):
    """Who wants one as well has the picture's buttons at hand; who wants us gone is told how. Nothing is drawn."""
    asker, other = vendors.person(language=language), vendors.person()
    group, words = vendors.group(asker, other), sentences_for(language, language)
    await vendors.line.send_text(other, "@Easel a spoonbill on stilts", group=group)
    await vendors.picture(group)
    chat, paid = vendors.line.chat(group), vendors.picture_calls()

    async def say(text: str, *, quote: str | None = None) -> str:
        before, name = len(chat.from_bot), f"@{vendors.line.bot_name}"
        said = vendors.line.text(asker, f"{name} {text}".strip(), group=group, quote=quote)
        await vendors.line.deliver(said)
        await vendors.until(lambda: len(chat.from_bot) > before)
        return str(chat.from_bot[-1].body)

    card = words.say("card_of", wish="a spoonbill on stilts").replace("\n", "\\n")
    assert card in await say(too)
    assert card in await say("", quote=chat.pictures[0].id)
    assert words.say("how_to_leave") in await say(leave)
    shown = vendors.line.image(asker, photo(), group=group)
    await vendors.line.deliver(shown)
    assert words.say("ask_photo_quote") in await say("", quote=shown["message"]["id"])
    assert vendors.picture_calls() == paid

"""In a group Easel only answers when it is meant, and its answer says whom it answers."""

import pytest

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
    await vendors.line.send_text(asker, f"👩‍🎨🎨 {bot} a fox for me", group=group, mentions=[vendors.line.bot_user_id])
    await vendors.picture(group)
    prompt = vendors.openai.calls[-1].body["prompt"]
    assert bot not in prompt
    assert "a fox for me" in prompt
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


async def test_quoting_the_bot_is_speaking_to_it(vendors):
    """A message that quotes one of the bot's own is a wish; one that quotes a person's is not."""
    asker = vendors.person()
    group = vendors.group(asker)
    await vendors.line.send_text(asker, "draw a cat", group=group)
    await vendors.picture(group)
    chat = vendors.line.chat(group)
    await vendors.line.deliver(vendors.line.text(asker, "nice", group=group, quote=chat.messages[0].id))
    await vendors.line.deliver(vendors.line.text(asker, "now a dog", group=group, quote=chat.pictures[0].id))
    await vendors.picture(group, count=2)
    assert vendors.openai.calls[-1].body["prompt"] == "now a dog"


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

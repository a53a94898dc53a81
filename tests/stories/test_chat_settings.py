"""What is typed where the settings are shown: numbers, shapes and qualities that no button has. Over real sockets."""

import pytest
from line_sandbox.line.chats import actions_in

from tests.stories.test_conversation import last_said

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("easel")]


async def set_by_words(vendors, person: str, typed: str, **where: object) -> str:
    """Open the settings and type something. Return what is said to that."""
    chat = vendors.line.chat(str(where.get("group", person)))
    for text in ("settings", typed):
        before = len(chat.from_bot)
        await vendors.line.send_text(person, f"@Easel {text}" if where else text, **where)
        await vendors.until(lambda since=before: len(chat.from_bot) > since)
    return str(chat.from_bot[-1].body)


@pytest.mark.parametrize(
    ("typed", "told"), [("3", "Pictures: 3"), ("5", "Pictures: 5"), ("4:3", "4:3"), ("21:9", "21:9")]
)
async def test_a_number_and_a_shape_that_no_button_has(vendors, typed, told):
    """They are set as typed, and the panel shows them with a tick."""
    person = vendors.person()
    assert told in await set_by_words(vendors, person, typed)
    await vendors.line.send_text(person, "settings")
    await vendors.until(lambda: vendors.line.chat(person).from_bot[-1].type == "flex")
    labels = [action["label"] for action in actions_in((await last_said(vendors, person))["contents"])]
    assert f"✓ {typed}" in labels


async def test_a_number_typed_in_a_group(vendors):
    """There, too, it is answered, and the next wish has so many pictures."""
    person = vendors.person()
    group = vendors.group(person)
    assert "Pictures: 3" in await set_by_words(vendors, person, "3", group=group)
    await vendors.line.send_text(person, "draw a row of herons", group=group)
    await vendors.picture(group, count=3)


async def test_a_shape_that_is_too_narrow(vendors):
    """The narrowest that there is is set, and said."""
    assert "3:1" in await set_by_words(vendors, vendors.person(), "5:1")


@pytest.mark.parametrize("typed", ["High", "ละเอียด"])
async def test_a_quality_that_the_operator_does_not_allow(stage, tmp_path, typed):
    """It is not saved: the panel is shown again, with those that there are."""
    async with stage.easel(tmp_path, IMAGE_QUALITY_MAX="medium"):
        person = stage.person()
        said = await set_by_words(stage, person, typed)
        assert "Saved" not in said
        assert "set:quality=medium" in said
        assert "✓ Draft" in said


@pytest.mark.parametrize("typed", ["Deutsch", "korean please", "한국어", "韓文", "フランス語にして", "เกาหลี"])
async def test_a_language_that_easel_does_not_speak(vendors, typed):
    """Nothing is drawn of its name: the languages that there are are shown again."""
    person, paid = vendors.person(), vendors.picture_calls()
    said = await set_by_words(vendors, person, typed)
    assert "Saved" not in said
    assert "set:language=ja" in said
    assert vendors.picture_calls() == paid

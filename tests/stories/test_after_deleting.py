"""After a picture was deleted the chat speaks of the one before it. Stories over real sockets."""

import pytest

from app.words.sentences import sentences_for
from tests.stories.test_conversation import last_said

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("easel")]
WORDS = sentences_for("en", "en")


async def with_the_last_deleted(vendors, *wishes: str) -> str:
    """Somebody whose last picture is deleted."""
    person = vendors.person()
    for number, wish in enumerate(wishes, start=1):
        await vendors.line.send_text(person, wish)
        await vendors.picture(person, count=number)
    await vendors.line.send_text(person, "delete")
    await text_said(vendors, person, WORDS.say("deleted_one", count=1))
    return person


async def text_said(vendors, person: str, text: str) -> None:
    await vendors.until(lambda: vendors.line.chat(person).from_bot[-1].body.get("text") == text)


@pytest.mark.parametrize("said", ["again", "hd", "wide"])
async def test_words_about_the_picture_before(vendors, said):
    """Again, finer and wide are about that one, as its menu is."""
    person = await with_the_last_deleted(vendors, f"a jade ladle, {said}er", f"an ivory ladle, {said}er")
    await vendors.line.send_text(person, said)
    await vendors.picture(person, count=3)
    assert len(vendors.asked(f"a jade ladle, {said}er")) == 2


async def test_a_change_after_a_deletion(vendors):
    """It is done to the picture before, and nobody is asked to send anything again."""
    person = await with_the_last_deleted(vendors, "a jade spoon", "an ivory spoon")
    await vendors.line.send_text(person, "make it rainy at night")
    await vendors.picture(person, count=3)
    (call,) = vendors.asked("make it rainy at night")
    assert call.path.endswith("/images/edits")


async def test_a_change_after_a_wish_was_taken_back(vendors):
    """Taking the message back deletes its picture, too."""
    person = vendors.person()
    for number, wish in enumerate(("a jade fork", "an ivory fork"), start=1):
        await vendors.line.send_text(person, wish)
        await vendors.picture(person, count=number)
    last = [one for one in vendors.line.chat(person).messages if one.body.get("text") == "an ivory fork"]
    await vendors.line.deliver(vendors.line.unsend(person, last[0].id))
    await vendors.line.send_text(person, "again")
    await vendors.picture(person, count=3)
    assert len(vendors.asked("a jade fork")) == 2


async def test_delete_said_twice_deletes_one(vendors):
    """The second one is about the picture that is gone, since nothing brings back another."""
    person = await with_the_last_deleted(vendors, "a jade bowl", "an ivory bowl")
    await vendors.line.send_text(person, "delete")
    await text_said(vendors, person, WORDS.say("picture_gone"))
    await vendors.line.send_text(person, "menu")
    await vendors.until(lambda: vendors.line.chat(person).from_bot[-1].type == "template")
    assert "a jade bowl" in str(await last_said(vendors, person))


async def test_a_change_of_the_only_picture_that_is_gone(vendors):
    """It is said to be gone, and not to be sent again: nobody sent it."""
    person = await with_the_last_deleted(vendors, "an only bowl")
    await vendors.line.send_text(person, "make it rainy")
    await text_said(vendors, person, WORDS.say("picture_gone"))

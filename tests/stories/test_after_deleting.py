"""After a picture was deleted the chat speaks of the one before it. Stories over real sockets."""

import pytest

from app.words.sentences import sentences_for
from tests.stories.test_conversation import last_said
from tests.stories.test_privacy import stored
from tests.world import PATIENCE_S

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
    """Nothing brings back another: the one before is shown, and goes by a tap."""
    person = await with_the_last_deleted(vendors, "a jade bowl", "an ivory bowl")
    await vendors.line.send_text(person, "delete")
    await vendors.until(lambda: vendors.line.chat(person).from_bot[-1].type == "template")
    assert "a jade bowl" in str(await last_said(vendors, person))
    await vendors.line.deliver(vendors.line.tap(person, WORDS.say("btn_delete")))
    await text_said(vendors, person, WORDS.say("deleted_one", count=1))
    await vendors.line.send_text(person, "delete")
    await text_said(vendors, person, WORDS.say("picture_gone"))


@pytest.mark.parametrize(
    "said",
    ["delete the second one", "刪掉第二張", "2枚目を消して", "ลบรูปที่สอง"],
)
async def test_one_of_several_is_deleted_by_its_number(vendors, said):
    """And none of the others: what was drawn alone is chosen from the pictures that there are."""
    person = vendors.person()
    await vendors.line.send_text(person, f"a jade button for {said.encode().hex()} x3")
    first, second, third = await vendors.picture(person, count=3)
    await vendors.line.send_text(person, said)
    await text_said(vendors, person, WORDS.say("deleted_one", count=1))
    assert await shown_as_mine(vendors, person) == 2
    await vendors.r2.wait_for(lambda: not stored(vendors, second), PATIENCE_S)
    assert stored(vendors, first)
    assert stored(vendors, third)


@pytest.mark.parametrize(
    "said",
    [
        *("delete the second one", "delete the dog picture", "delete another one", "send me the dog again"),
        *("刪掉第二張", "刪掉狗那張", "再刪一張", "可以把狗的圖再傳一次嗎", "我要看剛剛那隻狗"),
        *("2枚目を消して", "犬の絵を消して", "もう一つ消して", "犬の絵をもう一回見せて"),
        *("ลบรูปที่สอง", "ลบรูปหมา", "ลบอีกรูป", "ขอดูรูปหมาอีกที"),
    ],
)
async def test_another_picture_is_chosen_from_all(vendors, said):
    """Nothing is deleted, and nothing is drawn and paid."""
    person = vendors.person()
    for number, wish in enumerate(("a dog", "a rabbit"), start=1):
        await vendors.line.send_text(person, f"{wish} for {said.encode().hex()}")
        await vendors.picture(person, count=number)
    before = vendors.picture_calls()
    await vendors.line.send_text(person, said)
    await vendors.until(lambda: vendors.line.chat(person).from_bot[-1].type == "template")
    assert len(vendors.line.chat(person).from_bot[-1].body["template"]["columns"]) == 2
    assert vendors.picture_calls() == before


@pytest.mark.parametrize("said", ["resend", "再傳一次", "さっきの送って", "ส่งอีกที"])
async def test_the_last_picture_is_shown_again(vendors, said):
    """As it is, for nothing."""
    person = vendors.person()
    await vendors.line.send_text(person, f"a jade bell for {said.encode().hex()}")
    await vendors.picture(person)
    before = vendors.picture_calls()
    await vendors.line.send_text(person, said)
    await vendors.picture(person, count=2)
    assert vendors.picture_calls() == before
    first, again = vendors.line.chat(person).pictures
    assert first.body["originalContentUrl"] == again.body["originalContentUrl"]


async def shown_as_mine(vendors, person: str) -> int:
    """How many pictures there are to choose from."""
    await vendors.line.send_text(person, "my pictures")
    await vendors.until(lambda: vendors.line.chat(person).from_bot[-1].type == "template")
    return len(vendors.line.chat(person).from_bot[-1].body["template"]["columns"])


async def test_a_change_of_the_only_picture_that_is_gone(vendors):
    """It is said to be gone, and not to be sent again: nobody sent it."""
    person = await with_the_last_deleted(vendors, "an only bowl")
    await vendors.line.send_text(person, "make it rainy")
    await text_said(vendors, person, WORDS.say("picture_gone"))

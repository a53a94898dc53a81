"""What becomes of a person's photo: taken, or refused with its true reason. Stories over real sockets."""

import asyncio
import signal
import sqlite3
import time

import pytest
from line_sandbox.faults import Fault

from tests.deadly_decoder import DEADLY_PX
from tests.stories.test_edits import digests, photo
from tests.unit.test_picture_memory import BOMBS
from tests.world import Easel

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.usefixtures("easel")
async def test_a_photo_that_is_too_large_is_told_so(vendors):
    """It is not said to be none; and a change in words asks for another, instead of drawing from nothing."""
    person = vendors.person()
    await vendors.line.deliver(vendors.line.image(person, BOMBS["WebP of 38 bytes"]()))
    (said,) = await vendors.said(person)
    assert said["text"].startswith("This photo is too large")
    await vendors.line.send_text(person, "make it a watercolour of a bomb")
    await vendors.said(person, count=2)
    assert not vendors.asked("a watercolour of a bomb")


@pytest.mark.usefixtures("easel")
async def test_a_picture_of_another_app_is_not_asked_for(vendors):
    """LINE does not have it: sending it again would not help, and the words say what does."""
    person = vendors.person()
    shown = vendors.line.image(person, photo())
    shown["message"]["contentProvider"] = {"type": "external", "originalContentUrl": "https://example.com/o.jpg"}
    await vendors.line.deliver(shown)
    (said,) = await vendors.said(person)
    assert "another app" in said["text"]
    assert not any(shown["message"]["id"] in call.path for call in vendors.line.calls)


@pytest.mark.usefixtures("easel")
async def test_a_picture_of_another_app_that_is_quoted_in_a_group(vendors):
    """Its words are the same there."""
    asker = vendors.person()
    group = vendors.group(asker)
    shown = vendors.line.image(asker, photo(), group=group)
    shown["message"]["contentProvider"] = {"type": "external", "originalContentUrl": "https://example.com/o.jpg"}
    await vendors.line.deliver(shown)
    quoting = vendors.line.text(asker, "draw it as an etching", group=group, quote=shown["message"]["id"])
    await vendors.line.deliver(quoting)
    (said,) = await vendors.said(group)
    assert "another app" in said["text"]
    assert not any(shown["message"]["id"] in call.path for call in vendors.line.calls)


@pytest.mark.usefixtures("easel")
async def test_a_picture_that_is_sent_as_a_file(vendors):
    """It is a photo like any other; a file that is none is told as before."""
    person = vendors.person()
    await vendors.line.deliver(vendors.line.file(person, photo(), "IMG_0001.JPG"))
    await vendors.said(person)
    await vendors.line.send_text(person, "hang a file lantern in it")
    await vendors.picture(person)
    (call,) = vendors.asked("hang a file lantern in it")
    assert call.path.endswith("/images/edits")


async def test_an_album_is_asked_about_once_across_a_restart(stage, tmp_path):
    """The last photo's answer is given, and the process ends while the first one still waits for the others."""
    person = stage.person()
    album = stage.line.image_set(person, [photo("red"), photo("green")])
    easel = await stage.start(tmp_path)
    await stage.line.deliver_each(*album)
    await stage.said(person)
    await easel.kill()
    waiting = next(one["webhookEventId"] for one in album if one["webhookEventId"] not in understood(easel))
    async with stage.easel(tmp_path) as easel:
        await easel.logged("event_understood", request=waiting)
    assert len(stage.line.chat(person).from_bot) == 1


def understood(easel: Easel) -> set[str]:
    return {one["request"] for one in easel.lines if one.get("event") == "event_understood"}


async def test_a_photo_that_ended_two_processes_is_given_up(stage, tmp_path):
    """The mark of the one before is on disk: the next one does not decode it, says so, and tells the operator."""
    person = stage.person()
    shown = stage.line.image(person, photo())
    async with stage.easel(tmp_path) as easel:
        row = {
            "message_id": shown["message"]["id"],
            "chat_id": person,
            "user_id": person,
            "set_total": 0,
            "state": "seen",
            "waits": 1,
            "created_at": time.time(),
            "decoder": "a dead process",
            "deaths": 1,
        }
        with sqlite3.connect(tmp_path / "easel.db") as database:
            blanks = ", ".join(f":{name}" for name in row)
            database.execute(f"INSERT INTO photos ({', '.join(row)}) VALUES ({blanks})", row)  # noqa: S608 - names of ours
        await stage.line.deliver(shown)
        (said,) = await stage.said(person)
        assert said["text"].startswith("I can't read this photo")
        await easel.logged("photo_given_up", level="error")
        await stage.line.send_text(person, "help")
        await stage.said(person, count=2)


async def test_a_photo_that_really_ends_two_processes(stage, tmp_path):
    """The decoder dies of it; the third start says so to its sender, and goes on with everybody else."""
    sender, other = stage.person(), stage.person()
    deadly, good = stage.line.image(sender, photo(size=DEADLY_PX)), stage.line.image(other, photo())
    first = await stage.start(tmp_path, program="tests.deadly_decoder")
    await stage.line.deliver(deadly, good)
    ends = [await first.process.wait()]
    second = Easel(await stage.command(tmp_path, "serve", "--port", "0", program="tests.deadly_decoder"))
    ends.append(await second.process.wait())
    assert ends == [-signal.SIGSEGV] * 2
    easel = await stage.start(tmp_path, program="tests.deadly_decoder")
    await easel.logged("event_understood", request=deadly["webhookEventId"])
    understood = {"event": "event_understood", "request": good["webhookEventId"]}.items()
    await easel.until(lambda: any(understood <= one.items() for one in first.lines + second.lines + easel.lines))
    # Where three starts took longer than a reply token lives the answer comes along with the next one.
    for person, words in ((sender, "I can't read this photo"), (other, "Got your photo!")):
        await stage.line.send_text(person, "help")
        await stage.until(lambda person=person, words=words: words in said_in(stage, person))
    assert (await easel.logged("photo_given_up", level="error"))["photo"] == deadly["message"]["id"]
    await stage.line.send_text(other, "a cat behind glass")
    await stage.picture(other)
    await easel.stop()


def said_in(stage, person):
    """All texts of the bot in a chat."""
    return " ".join(str(message.body.get("text")) for message in stage.line.chat(person).from_bot)


@pytest.mark.usefixtures("easel")
async def test_the_loading_animation_runs_while_a_photo_is_waited_for(vendors):
    """It ends with the question what to do with it."""
    person, release = vendors.person(), asyncio.Event()
    vendors.line.faults.add(Fault.held(release), match="/content", times=None)
    await vendors.line.deliver(vendors.line.image(person, photo()))
    await vendors.until(lambda: vendors.line.is_loading(person))
    release.set()
    (said,) = await vendors.said(person)
    assert said["text"].startswith("Got your photo!")
    assert not vendors.line.is_loading(person)


@pytest.mark.usefixtures("easel")
async def test_line_does_not_hand_a_photo_out(vendors):
    """An answer comes within the life of the reply token, and the photo is fetched when it is drawn from."""
    person = vendors.person()
    vendors.line.faults.add(Fault.body("", status=202), match="/content", times=None)
    await vendors.line.deliver(vendors.line.image(person, photo()))
    await vendors.until(lambda: len(vendors.line.chat(person).from_bot) >= 1, timeout_s=90)
    assert vendors.line.used_this_month == 0
    vendors.line.faults.clear()
    await vendors.line.send_text(person, "hang a late lantern in it")
    await vendors.picture(person)
    (call,) = vendors.asked("hang a late lantern in it")
    assert call.notes["digests"] == digests(photo())

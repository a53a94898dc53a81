"""Whom Easel answers where `ALLOWED_IDS` or `BLOCKED_IDS` are set. Stories over real sockets."""

import re

import pytest
from line_sandbox.line.menus import Menu

from tests.world import PATIENCE_S, ROOT, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@pytest.fixture(autouse=True)
def menus(stage):
    """Menus by language, as `easel setup` makes them: people's languages are looked up for their sake."""
    stage.line.menus.menus["richmenu-ja"] = Menu(id="richmenu-ja", body={"name": "easel ja 0123456789ab"}, image=b"")
    yield
    stage.line.menus.menus.clear()


def called(stage: World, path: str, person: str) -> bool:
    return any(path in call.path and person in f"{call.path} {call.body}" for call in stage.line.calls)


async def test_a_stranger_hears_one_polite_word(stage, tmp_path):
    """On adding the bot, and no more: nothing is drawn, fetched or looked up for what they send."""
    friend, stranger = stage.person(), stage.person()
    async with stage.easel(tmp_path, ALLOWED_IDS=friend) as easel:
        await stage.line.deliver(stage.line.follow(stranger))
        (said,) = await stage.said(stranger)
        before = stage.picture_calls()
        photo = stage.line.image(stranger, b"\xff\xd8\xff")
        for event in (stage.line.text(stranger, "a cat"), photo, stage.line.postback(stranger, "do:mine")):
            await stage.line.deliver(event)
            await easel.logged("event_understood", request=event["webhookEventId"], wants="nothing")
        await stage.line.send_text(friend, "a cat")
        await stage.picture(friend)
    assert said["text"].startswith("Hello, and thanks for adding me! For now I only draw for people")
    assert len(stage.line.chat(stranger).from_bot) == 1
    assert stage.picture_calls() == before + 1
    assert not called(stage, "/content", photo["message"]["id"])
    assert not called(stage, "/loading", stranger)


async def test_the_blocked_hear_nothing(stage, tmp_path):
    """Not even that: no answer, no profile, no photo. Everybody else is answered."""
    blocked, other = stage.person(), stage.person()
    before = stage.picture_calls()
    async with stage.easel(tmp_path, BLOCKED_IDS=blocked) as easel:
        photo = stage.line.image(blocked, b"\xff\xd8\xff")
        for event in (stage.line.follow(blocked), stage.line.text(blocked, "a cat"), photo):
            await stage.line.deliver(event)
            await easel.logged("event_understood", request=event["webhookEventId"], wants="nothing")
        await stage.line.send_text(other, "a cat")
        await stage.picture(other)
    assert stage.picture_calls() == before + 1
    assert not stage.line.chat(blocked).from_bot
    assert not called(stage, "/profile", blocked)
    assert not called(stage, "/content", photo["message"]["id"])


async def test_a_group_that_is_not_allowed_is_left_politely(stage, tmp_path):
    """With one word to who invited; in a group that is allowed everybody is answered, and so is a friend anywhere."""
    friend, member = stage.person(), stage.person()
    allowed, other = stage.group(member), stage.group(member, friend)
    async with stage.easel(tmp_path, ALLOWED_IDS=f"{friend},{allowed}", DEFAULT_LANGUAGE="en") as easel:
        await stage.line.deliver(stage.line.join(other))
        (goodbye,) = await stage.said(other)
        await stage.line.wait_for(lambda: called(stage, "/leave", other), PATIENCE_S)
        await stage.line.send_text(member, "draw a cat", group=allowed)
        await stage.picture(allowed)
        await stage.line.deliver(event := stage.line.text(member, "a cat"))
        await easel.logged("event_understood", request=event["webhookEventId"], wants="nothing")
    assert goodbye["text"].startswith("Thank you for the invitation! I'm not allowed to stay in this group")
    assert not stage.line.chat(member).from_bot


async def test_the_id_of_a_group_that_was_left_is_found_at_the_desk(stage, tmp_path):
    """With the command of docs/troubleshooting.md, so that it can be allowed."""
    page = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    command = re.search(r"^\| It leaves a group at once .*`easel ([^`]+)` shows", page, re.MULTILINE)[1]
    group = stage.group(stage.person())
    async with stage.easel(tmp_path, ALLOWED_IDS=stage.person()):
        await stage.line.deliver(stage.line.join(group))
        await stage.said(group)
        _, shown, _ = await stage.run(tmp_path, *command.split(), DATABASE_URL=f"sqlite:///{tmp_path}/easel.db")
    assert group in shown

"""LINE refuses our token, or the bucket's address shows nothing: nothing is paid for that nobody could see."""

import sqlite3

import httpx
import pytest
from line_sandbox.faults import Fault

from tests.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

REFUSED = Fault.status(401, {"message": "Authentication failed due to the following reason: invalid token."})


async def get(url: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(url)


def refuse(stage: World) -> None:
    stage.line.faults.add(REFUSED, match="/v2/bot", times=None)


async def test_nothing_is_drawn_while_line_refuses_the_token(stage, tmp_path):
    """The first picture finds out; five wishes wait, the operator reads why, and all are drawn when it is mended."""
    first, others, before = stage.person(), [stage.person() for _ in range(5)], stage.picture_calls()
    async with stage.easel(tmp_path) as easel:
        await easel.logged("line_asked")
        refuse(stage)
        await stage.line.send_text(first, "a cat")
        assert "LINE_CHANNEL_ACCESS_TOKEN" in (await easel.logged("line_token_refused", level="error"))["cure"]
        for person in others:
            await stage.line.send_text(person, "a cat")
        await easel.logged("event_understood", wants="picture", times=6)
        ready = await get(f"{easel.url}/readyz")
        assert (ready.status_code, list(ready.json()["warnings"])) == (200, ["line"])
        assert "easel_line_token_refused 1.0" in (await get(f"{easel.url}/metrics")).text
        assert stage.picture_calls() - before == 1
        stage.line.faults.clear()
        await easel.logged("line_token_taken")
        for person in others:
            await stage.picture(person)
        assert "warnings" not in (await get(f"{easel.url}/readyz")).json()
    assert stage.picture_calls() - before == 6


async def test_a_restart_does_not_forget_that_line_refuses(stage, tmp_path):
    """What waits is not drawn before LINE has answered."""
    first, second, before = stage.person(), stage.person(), stage.picture_calls()
    refuse(stage)
    async with stage.easel(tmp_path) as easel:  # asks LINE before anybody wishes for anything
        await easel.logged("line_token_refused")
        await stage.line.send_text(first, "a cat")
        await easel.logged("event_understood", wants="picture")
    async with stage.easel(tmp_path) as easel:
        await easel.logged("line_token_refused")
        await stage.line.send_text(second, "a cat")
        await easel.logged("event_understood", wants="picture")
        assert stage.picture_calls() == before
        stage.line.faults.clear()
        await stage.picture(second)


async def test_the_end_of_the_token_is_told_in_time(stage, tmp_path):
    """An admin hears of it while messages can still be sent."""
    admin = stage.person()
    stage.line.faults.add(Fault.body({"client_id": "1", "expires_in": 3 * 86_400 + 60, "scope": ""}), match="/oauth")
    async with stage.easel(tmp_path, ADMIN_USER_IDS=admin) as easel:
        await easel.logged("line_token_ends", days=3)
        await easel.logged("alert_sent", cause="token_ends")


async def test_nothing_is_drawn_while_the_public_address_serves_nobody(stage, tmp_path):
    """What an earlier look has found holds across a restart; the wish waits, and is drawn when pictures are served."""
    first, second = stage.person(), stage.person()
    async with stage.easel(tmp_path):
        await stage.line.send_text(first, "a cat in a window")
        await stage.picture(first)
    with sqlite3.connect(tmp_path / "easel.db") as connection:
        connection.execute("INSERT INTO switches (name, at) VALUES ('nobody_sees', 1)")
    stage.r2.faults.add(Fault.status(404), match="/public/", times=None)
    easel = await stage.start(tmp_path)
    await stage.line.send_text(second, "a cat behind a curtain")
    assert (await easel.logged("drawing_waits"))["reasons"] == ["nobody_sees"]
    await easel.kill()
    assert not stage.asked("a cat behind a curtain")
    stage.r2.faults.clear()
    async with stage.easel(tmp_path) as easel:
        await easel.logged("pictures_served_again")
        await stage.picture(second)
    assert len(stage.asked("a cat behind a curtain")) == 1

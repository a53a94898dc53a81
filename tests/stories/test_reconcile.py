"""The store is the truth: whatever happens to the engine, open wishes are found and begun again, and paid for once."""

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest
from line_sandbox.faults import Fault

from app.flows.drawing.reconciler import GENERATIONS_MAX
from tests.wire import wire
from tests.world import PATIENCE_S, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

FOUND_WITHIN_S = 60.0


def lose_the_engine(directory: Path) -> None:
    """Delete the engine's file, as somebody does who finds it damaged."""
    for file in directory.glob("easel.engine.db*"):
        file.unlink()


async def wishes(stage: World, people: list[str], words: str) -> None:
    for person in people:
        await stage.line.send_text(person, words)
    await stage.openai.wait_for(lambda: stage.drawing(words) == 2, PATIENCE_S)


@pytest.mark.parametrize("engine", ["lost", "older"])
async def test_open_wishes_outlive_the_engine_s_file(stage, tmp_path, engine):
    """It is deleted, or an older copy put back, while two pictures are drawn and three wait: all five come."""
    people, release = [stage.person() for _ in range(5)], asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/", times=2)
    easel = await stage.start(tmp_path, PICTURES_AT_ONCE="2", PICTURES_AT_ONCE_PER_USER="2")
    older = tmp_path / "older"
    older.mkdir()
    for file in tmp_path.glob("easel.engine.db*"):
        shutil.copy(file, older)
    await wishes(stage, people, f"a cat in an {engine} hat")
    await easel.kill()
    lose_the_engine(tmp_path)
    if engine == "older":
        shutil.copytree(older, tmp_path, dirs_exist_ok=True)
    release.set()
    easel = await stage.start(tmp_path)
    for person in people:
        await stage.picture(person)
    await easel.logged("wish_begun_again")
    assert len(stage.asked(f"a cat in an {engine} hat")) == 7
    await easel.stop()
    assert all(len(stage.line.chat(person).pictures) == 1 for person in people)


async def test_a_wish_that_the_engine_gave_up_is_begun_again(stage, tmp_path):
    """A loop of crashes used up its tries while paid bytes waited for a bucket: they are stored, and not paid again."""
    person, before, release = stage.person(), stage.picture_calls(), asyncio.Event()
    stage.r2.faults.add(Fault.held(release), times=2)
    easel = await stage.start(tmp_path)
    await stage.line.send_text(person, "a cat")
    await easel.logged("picture_generated")
    await stage.r2.wait_for(lambda: stage.r2.app.in_flight >= 1, PATIENCE_S)
    await easel.kill()
    with sqlite3.connect(tmp_path / "easel.engine.db") as connection:
        connection.execute("UPDATE workflow_status SET status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' WHERE name = 'draw'")
    release.set()
    easel = await stage.start(tmp_path)
    await easel.logged("wish_begun_again", generation=2, state="kept")
    await stage.picture(person)
    await easel.stop()
    assert stage.picture_calls() == before + 1


async def test_paid_bytes_outlive_a_fault_of_ours(stage, tmp_path):
    """The wish cannot be read for a while: nobody hears that something broke, and the picture comes in the end."""
    person, before, release = stage.person(), stage.picture_calls(), asyncio.Event()
    stage.r2.faults.add(Fault.held(release), times=2)
    easel = await stage.start(tmp_path)
    await stage.line.send_text(person, "a cat")
    await easel.logged("picture_generated")
    await stage.r2.wait_for(lambda: stage.r2.app.in_flight >= 1, PATIENCE_S)
    await easel.kill()
    with sqlite3.connect(tmp_path / "easel.db") as connection:
        connection.execute("UPDATE requests SET notes = '{'")
    release.set()
    easel = await stage.start(tmp_path)
    await easel.logged("workflow_broke", workflow="draw")
    with sqlite3.connect(tmp_path / "easel.db") as connection:
        connection.execute("UPDATE requests SET notes = NULL")
    await stage.until(lambda: len(stage.line.chat(person).pictures) == 1, timeout_s=FOUND_WITHIN_S)
    assert len(stage.line.chat(person).from_bot) == 1
    await easel.stop()
    assert stage.picture_calls() == before + 1


async def test_a_wish_that_the_engine_took_without_knowing_is_taken_up(stage, tmp_path, postgres):
    """The connection breaks right behind the commit by which the queue takes it: it is drawn all the same, once."""
    postgres.psql("CREATE DATABASE easel_taken")
    person, before = stage.person(), stage.picture_calls()
    with wire(postgres.get_uri(database="easel_taken")) as broken:
        async with stage.easel(tmp_path, DATABASE_URL=broken.url) as easel:
            broken.lose_the_answer(behind=b"rate_limited")
            await stage.line.send_text(person, "a cat")
            await easel.logged("wish_taken_up", within_s=FOUND_WITHIN_S)
            await stage.picture(person)
        assert broken.lost == 1
    assert stage.picture_calls() == before + 1


async def test_an_operator_sees_and_begins_what_nothing_works_on(stage, tmp_path):
    """`easel doctor` counts it and `easel resend` begins it again; the next start draws it, once."""
    person, before, release = stage.person(), stage.picture_calls(), asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/")
    easel = await stage.start(tmp_path)
    await stage.line.send_text(person, "a cat of nobody")
    await stage.openai.wait_for(lambda: stage.drawing("a cat of nobody") == 1, PATIENCE_S)
    await easel.kill()
    release.set()
    with sqlite3.connect(tmp_path / "easel.engine.db") as connection:
        connection.execute("UPDATE workflow_status SET status = 'ERROR' WHERE name = 'draw'")
    with sqlite3.connect(tmp_path / "easel.db") as connection:
        connection.execute("UPDATE requests SET created_at = created_at - 600")
        ((request_id,),) = connection.execute("SELECT id FROM requests").fetchall()
    assert "1 open, 1 of them without work in the engine" in (await stage.run(tmp_path, "doctor", "--full"))[1]
    code, told, complained = await stage.run(tmp_path, "resend", request_id)
    assert (code, "was begun again" in told, complained) == (0, True, "")
    assert "1 open, each with its work" in (await stage.run(tmp_path, "doctor", "--full"))[1]
    easel = await stage.start(tmp_path)
    await stage.picture(person)
    await easel.stop()
    assert "wish_begun_again" not in easel.text
    assert stage.picture_calls() == before + 2


async def test_a_wish_that_breaks_for_a_day_ends_with_honest_words(stage, tmp_path):
    """Its person is told; the paid bytes stay, and an operator brings them into the chat when the fault is mended."""
    person, before, release = stage.person(), stage.picture_calls(), asyncio.Event()
    stage.r2.faults.add(Fault.held(release), times=2)
    easel = await stage.start(tmp_path)
    await stage.line.send_text(person, "a cat of a long day")
    await easel.logged("picture_generated")
    await stage.r2.wait_for(lambda: stage.r2.app.in_flight >= 1, PATIENCE_S)
    await easel.kill()
    with sqlite3.connect(tmp_path / "easel.engine.db") as connection:
        ended = "status = 'ERROR', updated_at = 1, workflow_uuid = workflow_uuid || ?"
        connection.execute(f"UPDATE workflow_status SET {ended} WHERE name = 'draw'", [f"~{GENERATIONS_MAX}"])  # noqa: S608 - of this file alone
    release.set()
    easel = await stage.start(tmp_path)
    request_id = (await easel.logged("wish_broken_off", level="error", state="kept"))["request"]
    [said] = await stage.said(person)
    assert "something went wrong" in said["text"]
    code, told, _ = await stage.run(tmp_path, "resend", request_id)
    assert (code, "was begun again" in told) == (0, True)
    await easel.logged("picture_stored", request=request_id)
    await stage.line.send_text(person, "thanks")
    await stage.picture(person)
    await easel.stop()
    assert len(stage.line.chat(person).pictures) == 1
    assert stage.picture_calls() == before + 1

"""What an event costs, counted, so that nobody adds to it unseen; whose turn is first; and what a crash leaves."""

import asyncio
import json
import sqlite3
import time
from pathlib import Path

import pytest
from line_sandbox.faults import Fault

from tests.counting import counting, easel_in_here
from tests.world import PATIENCE_S, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

STATEMENTS_MAX, COMMITS_MAX = 50, 11  # of a picture, over both databases
BACKLOG = 5000


async def test_a_picture_costs_few_statements(stage, tmp_path):
    """From the webhook to the end of what the reply leaves behind; the least of four: a poll may fall into one."""
    person, costs = stage.person(), []
    with counting() as counts:
        async with easel_in_here(stage, tmp_path):
            for pictures, which in enumerate(("first", "second", "third", "fourth"), start=1):
                counts.forget()
                await stage.line.send_text(person, f"a {which} otter")
                await stage.picture(person, count=pictures)
                await ended(tmp_path, pictures=pictures)
                costs.append((len(counts.statements), counts.commits, list(counts.statements)))
    statements, commits, told = min(costs)
    assert statements <= STATEMENTS_MAX, "\n".join(told)
    assert commits <= COMMITS_MAX
    assert counts.write_locks_to_read == 0


async def ended(directory: Path, *, pictures: int) -> None:
    """Wait until the engine has ended so many workflows."""
    done = "SELECT count(*) FROM workflow_status WHERE status = 'SUCCESS'"
    while asked(directory, done, file="easel.engine.db") < pictures:  # noqa: ASYNC110 - a file tells nobody
        await asyncio.sleep(0.01)


def put_into_the_inbox(stage: World, directory: Path, *events: dict, rank: int = 0, tries: int = 0) -> None:
    """As an Easel leaves them that ends before it has read them."""
    now = time.time()
    for event in events:
        stage.line.hand_out(event["replyToken"])
    rows = [
        (event["webhookEventId"], json.dumps(event), now + number * 1e-6, "local", rank, tries)
        for number, event in enumerate(events)
    ]
    with sqlite3.connect(directory / "easel.db") as connection:
        into = "INSERT INTO inbox (event_id, raw, arrived_at, owner, begun, rank, tries) VALUES (?, ?, ?, ?, 0, ?, ?)"
        connection.executemany(into, rows)


def asked(directory: Path, question: str, *, file: str = "easel.db") -> int:
    """Ask a database for a number."""
    with sqlite3.connect(directory / file) as connection:
        return connection.execute(question).fetchone()[0]


async def test_a_wish_does_not_wait_behind_chatter(stage, tmp_path):
    """A group has talked about other things: a wish elsewhere, which came last, is at the model before that is read."""
    person, member = stage.person(), stage.person()
    group, release = stage.group(member), asyncio.Event()
    async with stage.easel(tmp_path):
        pass
    put_into_the_inbox(
        stage, tmp_path, *(stage.line.text(member, f"word {n}", group=group) for n in range(BACKLOG)), rank=1
    )
    put_into_the_inbox(stage, tmp_path, stage.line.text(person, "an otter in a hurry"))
    stage.openai.faults.add(Fault.held(release), match="/images/")
    async with stage.easel(tmp_path) as easel:
        await stage.openai.wait_for(lambda: stage.drawing("an otter in a hurry") == 1, PATIENCE_S)
        left = asked(tmp_path, "SELECT count(*) FROM inbox WHERE NOT begun")
        release.set()
        await stage.picture(person)
        await easel.until(lambda: sum(one.get("event") == "chatter_settled" for one in easel.lines) >= BACKLOG / 100)
    assert left > 0
    assert asked(tmp_path, "SELECT count(*) FROM inbox WHERE NOT begun OR raw <> ''") == 0
    assert asked(tmp_path, "SELECT count(*) FROM tokens") == 1


async def test_chatter_brings_a_late_picture_along(stage, tmp_path):
    """Its token is kept where the chat waits for something, though it is settled with others."""
    member = stage.person()
    group, release = stage.group(member), asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/")
    async with stage.easel(tmp_path, REPLY_DEADLINE_S="1") as easel:
        await stage.line.send_text(member, "draw a late otter", group=group)
        await stage.said(group)
        release.set()
        await easel.logged("picture_stored")
        await stage.line.send_text(member, "good morning", group=group)
        await stage.picture(group)


async def test_a_wish_that_the_engine_never_got_is_drawn(stage, tmp_path):
    """The process ended between the store's commit and the engine's: the next start makes up for it."""
    person, release = stage.person(), asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/")
    easel = await stage.start(tmp_path)
    await stage.line.send_text(person, "a forgotten otter")
    await stage.openai.wait_for(lambda: stage.drawing("a forgotten otter") == 1, PATIENCE_S)
    await easel.kill()
    release.set()
    with sqlite3.connect(tmp_path / "easel.db") as connection:
        connection.execute("UPDATE requests SET state = 'queued', drawing_at = NULL")
        connection.execute("DELETE FROM calls")
    with sqlite3.connect(tmp_path / "easel.engine.db") as connection:
        connection.execute("DELETE FROM workflow_status")
    async with stage.easel(tmp_path):
        await stage.picture(person)


async def test_words_that_are_due_are_said_after_a_crash(stage, tmp_path):
    """The process ended between the commit of an answer and its reply: the next start finds it, and its token."""
    person, release = stage.person(), asyncio.Event()
    stage.line.faults.add(Fault.held(release, after=False), match="/message/reply")
    easel = await stage.start(tmp_path)
    await stage.line.send_text(person, "help")
    await stage.line.wait_for(
        lambda: any(one.path.endswith("/reply") and one.is_open for one in stage.line.calls), PATIENCE_S
    )
    await easel.kill()
    with sqlite3.connect(tmp_path / "easel.db") as connection:
        connection.execute("DELETE FROM deliveries")
        connection.execute("UPDATE requests SET answer = 'due', delivery_id = NULL")
        connection.execute("UPDATE tokens SET is_open = 1")
    async with stage.easel(tmp_path):
        await stage.said(person)
        release.set()


async def test_an_event_that_ends_processes_is_given_up(stage, tmp_path):
    """It was tried alone often enough: its person is told that something broke, and who came behind it is served."""
    first, second = stage.person(), stage.person()
    async with stage.easel(tmp_path):
        pass
    put_into_the_inbox(stage, tmp_path, stage.line.text(first, "a poisonous otter"), tries=6)
    put_into_the_inbox(stage, tmp_path, stage.line.text(second, "a wholesome otter"), tries=3)
    async with stage.easel(tmp_path) as easel:
        (said,) = await stage.said(first)
        assert said["text"].startswith("Sorry, something went wrong")
        await stage.picture(second)
        await easel.logged("event_given_up")
    assert not stage.asked("a poisonous otter")

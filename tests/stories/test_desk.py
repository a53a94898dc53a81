"""The operator's desk, beside a running service and without one: usage, requests, resend, refund, forget."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest
from line_sandbox.faults import Fault

from app.ops.desk.open_store import opened
from app.reports.archive import Archive, RequestFilter
from tests.forkserver import Forked
from tests.stories.test_privacy import stored
from tests.world import PATIENCE_S, Easel, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

SETTINGS = {"CHAT_MONTHLY_BUDGET_USD": "5", "USER_DAILY_PICTURES": "9"}


@pytest.fixture(params=["sqlite", "postgres"])
def database(request):
    """Give the setting of a fresh database of each kind."""
    return {} if request.param == "sqlite" else {"DATABASE_URL": request.getfixturevalue("postgres_url")}


class Desk:
    """A shell in the directory of a service."""

    def __init__(self, world: World, directory, **settings: str) -> None:
        self.directory = directory
        self.settings = {"DATABASE_URL": f"sqlite:///{directory}/easel.db"} | SETTINGS | settings
        self._world = world

    async def start(self, *arguments: str) -> asyncio.subprocess.Process | Forked:
        return await self._world.command(self.directory, *arguments, **self.settings)

    async def types(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command. Return its exit code, and what it printed and complained."""
        return await self._world.run(self.directory, *arguments, **self.settings)

    async def does(self, *arguments: str) -> str:
        """Run a command that must work. Return what it printed."""
        code, printed, complained = await self.types(*arguments)
        assert (code, complained) == (0, "")
        return printed

    async def reads(self, *arguments: str):
        """The same, as a program."""
        return json.loads(await self.does(*arguments, "--json"))

    async def refused(self, *arguments: str) -> tuple[int, str]:
        """Run a command that must not work. Return its exit code and its one sentence."""
        code, printed, complained = await self.types(*arguments)
        assert printed == ""
        assert len(complained.strip().splitlines()) == 1
        return code, complained


@contextlib.asynccontextmanager
async def service(stage: World, desk: Desk) -> AsyncIterator[Easel]:
    async with stage.easel(desk.directory, **desk.settings) as running:
        yield running


async def drawn(stage: World, person: str, text: str, *, group: str | None = None, count: int = 1) -> None:
    await stage.line.send_text(person, text, group=group)
    await stage.picture(group or person, count=count)


async def newest(desk: Desk) -> str:
    async with opened(desk.settings["DATABASE_URL"]) as database:
        [entry] = (await Archive(database, reads_prompts=False).find(RequestFilter(), limit=1)).entries
    return entry.id


async def sent(desk: Desk, request_id: str) -> None:
    """Wait until the store knows that the answer has landed: the message is in the chat a little earlier."""
    async with asyncio.timeout(PATIENCE_S), opened(desk.settings["DATABASE_URL"]) as database:
        archive = Archive(database, reads_prompts=False)
        while (await archive.history(request_id)).entry.answer != "sent":  # noqa: ASYNC110 - another process's news
            await asyncio.sleep(0.02)


async def test_usage_is_what_the_vendor_charges(stage, tmp_path):
    """To the micro-dollar, by day, model and person; a lost answer stays an estimate and a failure with its reason."""
    desk, person, unlucky = Desk(stage, tmp_path), stage.person(), stage.person()
    async with service(stage, desk):
        await drawn(stage, person, "夜市的貓 x2 HD", count=2)
        stage.openai.faults.add(Fault.drop_after(), match="/images/", times=2)
        await stage.line.send_text(unlucky, "a lost cat")
        await stage.said(unlucky)
        found = await desk.reads("usage")
        shown = await desk.does("usage")
    paid = found["by_outcome"]["paid"]["microusd"]
    with_tokens = (await desk.reads("requests", "--state", "ready"))[0]["microusd"]
    assert (found["total"]["pictures"], found["total"]["calls"], paid) == (2, 3, with_tokens)
    assert found["total"]["microusd"] == paid + found["total"]["estimated_microusd"]
    assert found["failures"] == {"too_late": 1}
    assert {one["id"] for one in found["people"]} == {person, unlucky}
    assert sum(one["microusd"] for one in found["by_day"].values()) == found["total"]["microusd"]
    assert person not in shown
    assert person in await desk.does("usage", "--full")
    assert (await desk.reads("usage", "--month", "2025-01"))["total"]["microusd"] == 0


async def test_prompts_are_shown_only_where_that_is_asked_for(stage, tmp_path):
    """In the list and in the timeline, for people and for programs."""
    desk, person = Desk(stage, tmp_path), stage.person()
    async with service(stage, desk):
        await drawn(stage, person, "一隻害羞的水獺")
        request_id = await newest(desk)
        for arguments in ((), (request_id,)):
            for form in ((), ("--json",)):
                assert "水獺" not in await desk.does("requests", *arguments, *form)
                assert "水獺" in await desk.does("requests", *arguments, *form, "--prompts")


async def test_requests_are_found_by_what_became_of_them(stage, tmp_path):
    """Newest first; by state, reason, age and chat."""
    desk, person, other = Desk(stage, tmp_path), stage.person(), stage.person()
    async with service(stage, desk):
        await drawn(stage, person, "a first cat")
        await drawn(stage, person, "a second cat", count=2)
        stage.openai.faults.add(Fault.drop_after(), match="/images/", times=2)
        await stage.line.send_text(other, "a lost cat")
        await stage.said(other)

        async def found(*arguments: str) -> list[str]:
            return [one["prompt"] for one in await desk.reads("requests", "--prompts", *arguments)]

        assert await found() == ["a lost cat", "a second cat", "a first cat"]
        assert await found("--limit", "1") == await found("--reason", "too_late") == ["a lost cat"]
        assert await found("--state", "failed", "--state", "refused") == await found("--chat", other[:9])
        assert await found("--since", "1h", "--chat", person) == ["a second cat", "a first cat"]
        assert await found("--since", "2099-01-01") == []
        assert person not in await desk.does("requests")


async def test_a_timeline_tells_what_was_done(stage, tmp_path):
    """The calls of the model with their cost, the deliveries, and the size of what was drawn."""
    desk, person = Desk(stage, tmp_path), stage.person()
    async with service(stage, desk):
        stage.openai.faults.add(Fault.status(500), match="/images/")
        await drawn(stage, person, "a patient cat")
        request_id = await newest(desk)
        await sent(desk, request_id)
        one = await desk.reads("requests", request_id)
        shown = await desk.does("requests", request_id)
    assert [call["outcome"] for call in one["calls"]] == ["failed", "paid"]
    assert [(sending["way"], sending["outcome"]) for sending in one["deliveries"]] == [("reply", "landed")]
    assert one["sizes"] == ["1024x1024"]
    for told in (
        "was asked: failed, not charged",
        "was asked: paid",
        "In the bucket, ready",
        "Reply, free",
        "outcome: arrived",
    ):
        assert told in shown


async def test_an_answer_is_sent_again_free_with_the_next_message(stage, tmp_path, database):
    """The running service brings it along, once, without being told."""
    desk, person, before = Desk(stage, tmp_path, **database), stage.person(), stage.picture_calls()
    async with service(stage, desk):
        await drawn(stage, person, "a repeated cat")
        request_id = await newest(desk)
        await sent(desk, request_id)
        for _ in range(2):
            assert await desk.reads("resend", request_id) == {
                "request": request_id,
                "way": "next_message",
                "answer": "due",
            }
        assert len(stage.line.chat(person).pictures) == 1
        await stage.line.deliver(stage.line.sticker(person))
        await stage.picture(person, count=2)
        await stage.line.deliver(stage.line.sticker(person))
        await stage.said(person, count=5)
    assert len(stage.line.chat(person).pictures) == 2
    assert (stage.line.used_this_month, stage.picture_calls()) == (0, before + 1)


async def test_an_answer_is_sent_again_by_the_service_that_starts_later(stage, tmp_path):
    """The command works while no service runs."""
    desk, person = Desk(stage, tmp_path), stage.person()
    async with service(stage, desk):
        await drawn(stage, person, "a patient fox")
    await desk.does("resend", await newest(desk))
    async with service(stage, desk):
        await stage.line.deliver(stage.line.sticker(person))
        await stage.picture(person, count=2)


async def test_a_push_sends_it_now(stage, tmp_path, database):
    """With or without a running service; each costs one of the month's messages."""
    desk, person = Desk(stage, tmp_path, **database), stage.person()
    async with service(stage, desk):
        await drawn(stage, person, "a pushed cat")
        request_id = await newest(desk)
        await sent(desk, request_id)
        assert (await desk.reads("resend", request_id, "--push"))["way"] == "push"
    assert len(stage.line.chat(person).pictures) == 2
    assert "was pushed" in await desk.does("resend", request_id, "--push")
    assert len(stage.line.chat(person).pictures) == 3
    assert stage.line.used_this_month == 2
    assert [one["way"] for one in (await desk.reads("requests", request_id))["deliveries"]] == ["reply", "push", "push"]


async def test_a_push_whose_answer_is_lost_is_not_sent_twice(stage, tmp_path):
    """It is repeated with its own key."""
    desk, person = Desk(stage, tmp_path), stage.person()
    async with service(stage, desk):
        await drawn(stage, person, "a lost push")
    request_id = await newest(desk)
    stage.line.faults.add(Fault.drop_after(), match="/message/push", times=2)
    code, printed, complained = await desk.types("resend", request_id, "--push")
    assert (code, "was pushed" in printed, complained.count("delivery_tried_again")) == (0, True, 2)
    assert len(stage.line.chat(person).pictures) == 2
    assert stage.line.used_this_month == 1


async def test_a_push_that_was_cut_off_is_finished_not_repeated(stage, tmp_path, database):
    """Kill -9 while LINE has it: the next run brings the same push to its end."""
    desk, person, release = Desk(stage, tmp_path, **database), stage.person(), asyncio.Event()
    async with service(stage, desk):
        await drawn(stage, person, "a cut off push")
        request_id = await newest(desk)
        await sent(desk, request_id)
    stage.line.faults.add(Fault.held(release, after=True), match="/message/push")
    process = await desk.start("resend", request_id, "--push")
    await stage.picture(person, count=2)
    process.kill()
    await process.communicate()
    release.set()
    assert (await desk.reads("requests", request_id))["answer"] == "sending"
    assert "being sent just now" in (await desk.refused("resend", request_id))[1]
    assert (await desk.reads("resend", request_id, "--push"))["answer"] == "sent"
    assert len(stage.line.chat(person).pictures) == 2
    assert stage.line.used_this_month == 1


async def test_service_and_command_never_both_send_it(stage, tmp_path, database):
    """While the push is under way the chat writes: the running service does not bring the picture along as well."""
    desk, person, release = Desk(stage, tmp_path, **database), stage.person(), asyncio.Event()
    async with service(stage, desk):
        await drawn(stage, person, "a contested cat")
        request_id = await newest(desk)
        await sent(desk, request_id)
        stage.line.faults.add(Fault.held(release), match="/message/push")
        process = await desk.start("resend", request_id, "--push")
        await stage.until(lambda: any(one.path.endswith("/push") and one.is_open for one in stage.line.calls))
        await stage.line.deliver(stage.line.sticker(person))
        await stage.said(person, count=3)
        release.set()
        printed, _ = await process.communicate()
    assert (process.returncode, "was pushed" in printed.decode()) == (0, True)
    assert len(stage.line.chat(person).pictures) == 2
    assert stage.line.used_this_month == 1


async def test_with_the_month_used_up_nothing_is_pushed(stage, tmp_path):
    """The quota is compared first, for everybody in the chat; the free way stays open."""
    people = [stage.person() for _ in range(3)]
    desk, group = Desk(stage, tmp_path), stage.group(*people)
    async with service(stage, desk):
        await drawn(stage, people[0], "draw a cat", group=group)
    request_id = await newest(desk)
    stage.line.used_this_month = 198
    code, told = await desk.refused("resend", request_id, "--push")
    assert (code, "costs 3 of LINE's messages and the month has 2 left" in told) == (1, True)
    assert (await desk.reads("requests", request_id))["answer"] == "sent"
    assert not [call for call in stage.line.calls if call.path.endswith("/push") and group in str(call.body)]


async def test_what_cannot_be_sent_is_refused_with_the_reason(stage, tmp_path):
    """Unknown, still drawing, deleted."""
    desk, person, release = Desk(stage, tmp_path), stage.person(), asyncio.Event()
    async with service(stage, desk):
        stage.openai.faults.add(Fault.held(release), match="/images/")
        await stage.line.send_text(person, "a slow cat")
        await stage.openai.wait_for(lambda: stage.drawing("a slow cat") == 1, PATIENCE_S)
        request_id = await newest(desk)
        for arguments in ((), ("--push",)):
            code, told = await desk.refused("resend", request_id, *arguments)
            assert (code, "still being drawn" in told) == (1, True)
        assert "is not finished" in (await desk.refused("refund", request_id))[1]
        release.set()
        (picture,) = await stage.picture(person)
        await stage.line.send_text(person, "delete")
        await stage.r2.wait_for(lambda: not stored(stage, picture), PATIENCE_S)
        assert "was deleted" in (await desk.refused("resend", request_id))[1]
        assert "no request R0" in (await desk.refused("resend", "R0", "--push"))[1]


async def test_a_refund_makes_room_for_the_person_and_the_chat(stage, tmp_path, database):
    """Once; the bot's own money stays spent, and the running service lets the person draw again."""
    desk, person, other = Desk(stage, tmp_path, **database, USER_DAILY_PICTURES="1"), stage.person(), stage.person()
    group = stage.group(person, other)
    async with service(stage, desk):
        await drawn(stage, person, "draw a poor cat", group=group)
        before, request_id = await desk.reads("usage"), await newest(desk)
        await stage.line.send_text(person, "draw another cat", group=group)
        await stage.said(group, count=2)
        given = await desk.reads("refund", request_id)
        assert (given["pictures"], given["again"]) == (1, False)
        assert [one["holder"] for one in given["purses"]] == [f"member:{group}:{person}", f"chat:{group}"]
        assert (await desk.reads("refund", request_id))["again"]
        await drawn(stage, person, "draw a better cat", group=group, count=2)
        after = await desk.reads("usage")
    assert after["total"]["microusd"] == 2 * before["total"]["microusd"]
    assert after["total"]["refunded_microusd"] == before["total"]["microusd"] == given["purses"][0]["microusd"]


@pytest.mark.parametrize("is_running", [True, False])
async def test_forgetting_leaves_nothing_of_a_person(stage, tmp_path, is_running):
    """Neither in the store nor in the bucket; others keep theirs, and the money stays in the ledger."""
    desk, person, other = Desk(stage, tmp_path), stage.person(), stage.person()
    group = stage.group(person, other)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(service(stage, desk))
        await drawn(stage, person, "a private cat")
        await drawn(stage, person, "draw a shared cat", group=group)
        await drawn(stage, other, "a kept cat")
        before = await desk.reads("usage")
        if not is_running:
            await stack.aclose()
        receipt = await desk.reads("forget", person, "--yes")
        assert (receipt["gone"]["pictures"], receipt["gone"]["requests"], receipt["unswept"]) == (2, 2, None)
        pictures = [dict(one.body) for chat in (person, group) for one in stage.line.chat(chat).pictures]
        assert not any(stored(stage, one) for one in pictures)
        assert stored(stage, dict(stage.line.chat(other).pictures[0].body))
        assert "There is nothing" in await desk.does("forget", person, "--yes")
        after = await desk.reads("usage")
    assert after["total"] == before["total"]
    assert person not in json.dumps(after) + json.dumps(await desk.reads("requests", "--all"))
    files = b"".join(file.read_bytes() for file in tmp_path.glob("easel.db"))
    assert other.encode() in files


async def test_a_picture_that_is_being_drawn_is_forgotten_too(stage, tmp_path):
    """It is paid for, but not sent, and does not stay in the bucket."""
    desk, person, release = Desk(stage, tmp_path), stage.person(), asyncio.Event()
    before = set(stage.r2.objects)
    async with service(stage, desk) as running:
        stage.openai.faults.add(Fault.held(release), match="/images/")
        await stage.line.send_text(person, "a hasty cat")
        await stage.openai.wait_for(lambda: stage.drawing("a hasty cat") == 1, PATIENCE_S)
        await desk.does("forget", person, "--yes")
        release.set()
        await running.logged("picture_unwanted")
        await stage.line.send_text(person, "help")
        await stage.said(person)
    assert not stage.line.chat(person).pictures
    assert set(stage.r2.objects) == before


async def test_a_bucket_that_is_away_is_swept_later(stage, tmp_path):
    """The records go at once, the command says what waits, and running it again deletes the rest."""
    desk, person = Desk(stage, tmp_path), stage.person()
    async with service(stage, desk):
        await drawn(stage, person, "a stubborn cat")
    picture = dict(stage.line.chat(person).pictures[0].body)
    stage.r2.faults.add(Fault.status(403), times=None)
    code, printed, complained = await desk.types("forget", person, "--yes")
    assert (code, "pictures  1" in printed, "did not delete the pictures yet" in complained) == (1, True, True)
    assert stored(stage, picture)
    stage.r2.faults.clear()
    assert (await desk.reads("forget", person, "--yes"))["swept"] == 1
    assert not stored(stage, picture)


async def test_forgetting_asks_first(stage, tmp_path):
    """Without an answer nothing happens; a wrong id is refused with the form it must have."""
    desk, person = Desk(stage, tmp_path), stage.person()
    async with service(stage, desk):
        await drawn(stage, person, "a wanted cat")
    code, printed, complained = await desk.types("forget", person)
    assert (code, printed, "Forget 1 pictures" in complained) == (1, "", True)
    assert len(await desk.reads("requests")) == 1
    code, told = await desk.refused("forget", "Alice", "--yes")
    assert (code, "U (a person), C (a group) or R (a room)" in told) == (2, True)


async def test_without_a_database_none_is_made(stage, tmp_path):
    """Every command says so in one sentence."""
    desk, person = Desk(stage, tmp_path), stage.person()
    for arguments in (
        ("usage",),
        ("requests",),
        ("resend", "R1"),
        ("resend", "R1", "--push"),
        ("refund", "R1"),
        ("forget", person, "--yes"),
    ):
        code, told = await desk.refused(*arguments)
        assert (code, "is not there: check DATABASE_URL" in told) == (1, True)
    assert list(tmp_path.iterdir()) == []


async def test_ends_that_a_shell_understands(stage, tmp_path):
    """2 for what cannot be read, 78 for the settings."""
    desk = Desk(stage, tmp_path)
    for arguments in (
        ("usage", "--month", "2026-13"),
        ("requests", "--since", "yesterday"),
        ("requests", "--state", "done"),
        ("requests", "--chat", "Alice"),
    ):
        assert (await desk.refused(*arguments))[0] == 2
    code, _, told = await Desk(stage, tmp_path, TIMEZONE="Taipei").types("usage")
    assert (code, "TIMEZONE" in told) == (78, True)

"""kill -9 at every checkpoint, then start again: answered once, and never paid for twice once the bytes are kept.

On SQLite, and on a real Postgres, where a restarted process has another executor id and adopts the work of the dead.
"""

import asyncio
import resource
import signal
import sqlite3
from pathlib import Path

import httpx
import pytest
from line_sandbox.faults import Fault

from app.words.sentences import sentences_for
from tests.wire import wire
from tests.world import PATIENCE_S, Easel, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@pytest.fixture(params=["sqlite", "postgres"])
def database(request):
    """Give the setting of a fresh database of each kind."""
    return {} if request.param == "sqlite" else {"DATABASE_URL": request.getfixturevalue("postgres_url")}


async def restarted(stage: World, easel: Easel, directory: Path, **settings: str) -> Easel:
    """Pull the plug, then start again."""
    await easel.kill()
    return await stage.start(directory, **settings)


async def quiet(stage: World, person: str, *, pictures: int = 1) -> None:
    """Have one more exchange, after which nothing of the first can be under way; count the pictures."""
    said = len(stage.line.chat(person).from_bot)
    await stage.line.deliver(stage.line.sticker(person))
    await stage.said(person, count=said + 1)
    assert len(stage.line.chat(person).pictures) == pictures


async def test_killed_right_after_the_webhook(stage, tmp_path, database):
    """A 200 means that the event is on disk: the picture comes after the restart."""
    person, before = stage.person(), stage.picture_calls()
    easel = await stage.start(tmp_path, **database)
    await stage.line.send_text(person, "a cat")
    easel = await restarted(stage, easel, tmp_path, **database)
    await stage.picture(person)
    await quiet(stage, person)
    await easel.stop()
    assert 1 <= stage.picture_calls() - before <= 2


async def test_killed_while_the_model_draws(stage, tmp_path, database):
    """The outcome of that call is unknown: asked once more, and answered once."""
    person, before, release = stage.person(), stage.picture_calls(), asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/")
    easel = await stage.start(tmp_path, **database)
    await stage.line.send_text(person, "a cat")
    await stage.openai.wait_for(lambda: stage.picture_calls() == before + 1, PATIENCE_S)
    easel = await restarted(stage, easel, tmp_path, **database)
    release.set()
    await stage.picture(person)
    await quiet(stage, person)
    await easel.stop()
    assert stage.picture_calls() == before + 2


async def test_killed_twice_while_the_model_draws(stage, tmp_path, database):
    """Two calls may have been paid for nothing; a third is not risked, and the user is told."""
    person, before, release = stage.person(), stage.picture_calls(), asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/", times=2)
    easel = await stage.start(tmp_path, **database)
    await stage.line.send_text(person, "a cat")
    for calls in (1, 2):
        await stage.openai.wait_for(lambda calls=calls: stage.picture_calls() == before + calls, PATIENCE_S)
        easel = await restarted(stage, easel, tmp_path, **database)
    await stage.said(person)
    release.set()
    await quiet(stage, person, pictures=0)
    await easel.stop()
    assert stage.picture_calls() == before + 2


async def test_killed_while_a_picture_is_drawn_that_nobody_wants_any_more(stage, tmp_path):
    """It is not drawn again, and what the first call may have cost stays in the ledger, marked."""
    person, before, release = stage.person(), stage.picture_calls(), asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/")
    easel = await stage.start(tmp_path)
    await stage.line.send_text(person, "a cat")
    await stage.openai.wait_for(lambda: stage.picture_calls() == before + 1, PATIENCE_S)
    await easel.kill()
    with sqlite3.connect(tmp_path / "easel.db") as connection:
        connection.execute("UPDATE requests SET state = 'cancelled', answer = 'none'")
    easel = await stage.start(tmp_path)
    release.set()
    await quiet(stage, person, pictures=0)
    await easel.stop()
    assert stage.picture_calls() == before + 1
    with sqlite3.connect(tmp_path / "easel.db") as connection:
        calls = connection.execute("SELECT outcome, is_estimate, microusd > 0 FROM calls").fetchall()
    assert calls == [("unknown", 1, 1)]


async def test_killed_while_the_bucket_takes_it(stage, tmp_path, database):
    """The paid bytes were kept: stored and answered after the restart, with one paid call."""
    person, before, release = stage.person(), stage.picture_calls(), asyncio.Event()
    objects = len(stage.r2.objects)
    stage.r2.faults.add(Fault.held(release), times=2)
    easel = await stage.start(tmp_path, **database)
    await stage.line.send_text(person, "a cat")
    await easel.logged("picture_generated")
    await stage.r2.wait_for(lambda: stage.r2.app.in_flight >= 1, PATIENCE_S)
    easel = await restarted(stage, easel, tmp_path, **database)
    release.set()
    await stage.picture(person)
    await quiet(stage, person)
    await easel.stop()
    assert stage.picture_calls() == before + 1
    assert len(stage.r2.objects) == objects + 1


@pytest.mark.parametrize("after", [False, True], ids=["before LINE took it", "after LINE took it"])
async def test_killed_while_it_replies(stage, tmp_path, database, after):
    """The intent was on disk: the same token is asked again, so the picture is there once, and nothing is pushed."""
    person, before, release = stage.person(), stage.picture_calls(), asyncio.Event()
    stage.line.faults.add(Fault.held(release, after=after), match="/message/reply")
    easel = await stage.start(tmp_path, **database)
    await stage.line.send_text(person, "a cat")
    await stage.line.wait_for(
        lambda: any(call.path.endswith("/reply") and call.is_open for call in stage.line.calls), PATIENCE_S
    )
    easel = await restarted(stage, easel, tmp_path, **database)
    release.set()
    await stage.picture(person)
    await quiet(stage, person)
    await easel.stop()
    assert stage.picture_calls() == before + 1
    assert stage.line.used_this_month == 0


async def test_killed_after_the_answer(stage, tmp_path, database):
    """What is done is done: nothing is drawn or said again, also when LINE redelivers."""
    person, before = stage.person(), stage.picture_calls()
    easel = await stage.start(tmp_path, **database)
    event = stage.line.text(person, "a cat")
    await stage.line.deliver(event)
    await stage.picture(person)
    easel = await restarted(stage, easel, tmp_path, **database)
    await stage.line.redeliver(event)
    await quiet(stage, person)
    await easel.stop()
    assert stage.picture_calls() == before + 1


async def test_killed_after_the_promise(stage, tmp_path, database):
    """The button still works after the restart, for one picture."""
    person, release = stage.person(), asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/", times=2)
    easel = await stage.start(tmp_path, REPLY_DEADLINE_S="1", **database)
    await stage.line.send_text(person, "a cat")
    await stage.said(person)
    easel = await restarted(stage, easel, tmp_path, **database)  # the tap's token lasts: it must not buy a button again
    release.set()
    await stage.line.send_tap(person, "Show picture")
    await stage.picture(person)
    await quiet(stage, person)
    await easel.stop()


async def test_a_clean_stop_lets_a_picture_end(stage, tmp_path, database):
    """SIGTERM while the model answers soon: the picture is kept, the exit code is 0, nothing is paid twice."""
    person, before = stage.person(), stage.picture_calls()
    stage.openai.latency_s = 1.5
    easel = await stage.start(tmp_path, **database)
    await stage.line.send_text(person, "a cat")
    await stage.openai.wait_for(lambda: stage.picture_calls() == before + 1, PATIENCE_S)
    assert await easel.stop() == 0
    easel = await stage.start(tmp_path, **database)
    await stage.picture(person)
    await quiet(stage, person)
    await easel.stop()
    assert stage.picture_calls() == before + 1


async def test_a_clean_stop_hands_back_what_takes_longer(stage, tmp_path, database):
    """SIGTERM while the model takes its time: exit 0 within 10 s, and it goes on after the next start."""
    person, release = stage.person(), asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/")
    easel = await stage.start(tmp_path, **database)
    await stage.line.send_text(person, "a slow cat")
    await stage.openai.wait_for(lambda: stage.drawing("a slow cat") == 1, PATIENCE_S)
    assert await easel.stop() == 0
    assert "Traceback" not in easel.text
    easel = await stage.start(tmp_path, **database)
    release.set()
    await stage.picture(person)
    await easel.stop()


async def test_a_clean_stop_does_not_wait_for_a_hanging_bucket(stage, tmp_path):
    """SIGTERM while R2 says nothing: exit 0 within 10 s, one paid call, and the picture after the next start."""
    person, before, release = stage.person(), stage.picture_calls(), asyncio.Event()
    stage.r2.faults.add(Fault.held(release), times=2)
    easel = await stage.start(tmp_path)
    await stage.line.send_text(person, "a cat")
    await easel.logged("picture_generated")
    await stage.r2.wait_for(lambda: any(call.is_open for call in stage.r2.calls), PATIENCE_S)
    assert await easel.stop() == 0
    easel = await stage.start(tmp_path)
    release.set()
    await stage.picture(person)
    await easel.stop()
    assert stage.picture_calls() == before + 1


async def test_two_easels_share_one_postgres(stage, tmp_path, postgres_url):
    """Both take webhooks; when one dies the other finishes its pictures, each once."""
    shared = {"DATABASE_URL": postgres_url}
    release, people = asyncio.Event(), [stage.person() for _ in range(6)]
    stage.openai.faults.add(Fault.held(release), match="/images/", times=6)
    first = await stage.start(tmp_path, **shared)
    second = await stage.start(tmp_path, **shared)
    for number, person in enumerate(people):
        stage.line.webhook_url = f"{(first, second)[number % 2].url}/callback"
        await stage.line.send_text(person, "six cats")
    await stage.openai.wait_for(lambda: stage.drawing("six cats") == 6, PATIENCE_S)
    await first.kill()
    release.set()
    for person in people:
        await stage.picture(person)
        await quiet(stage, person)
    assert await second.stop() == 0


async def test_killed_while_it_says_what_another_has_taken_in(stage, tmp_path, postgres_url):
    """One took the wish in and drew it, the other has the tap that brings it, and dies over the reply: the one says it.

    Nobody waits in that chat by then, and no event and no drawing of the dead one is left.
    """
    shared, person, draw, reply = {"DATABASE_URL": postgres_url}, stage.person(), asyncio.Event(), asyncio.Event()
    stage.openai.faults.add(Fault.held(draw), match="/images/")
    first = await stage.start(tmp_path, REPLY_DEADLINE_S="2", **shared)
    await stage.line.send_text(person, "a heron at dawn")
    await stage.said(person)
    draw.set()
    await first.logged("picture_stored")
    second = await stage.start(tmp_path, **shared)
    stage.line.faults.add(Fault.held(reply), match="/message/reply")
    await stage.line.send_tap(person, "Show picture")
    await stage.until(lambda: any("/reply" in call.path and call.is_open for call in stage.line.calls))
    await second.kill()
    await stage.picture(person)
    await first.logged("work_adopted")
    stage.line.webhook_url = f"{first.url}/callback"
    await quiet(stage, person)
    reply.set()
    assert await first.stop() == 0


async def test_a_frozen_process_that_thaws_spoils_nothing(stage, tmp_path, postgres_url):
    """Its work was taken over: what it brings late is used or dropped, and nobody is told that something broke."""
    shared = {"DATABASE_URL": postgres_url}
    person, early, late = stage.person(), asyncio.Event(), asyncio.Event()
    stage.openai.faults.add(Fault.held(early), match="/images/")
    first = await stage.start(tmp_path, **shared)
    await stage.line.send_text(person, "a frozen cat")
    await stage.openai.wait_for(lambda: stage.drawing("a frozen cat") == 1, PATIENCE_S)
    stage.openai.faults.add(Fault.held(late), match="/images/")
    second = await stage.start(tmp_path, **shared)
    first.process.send_signal(signal.SIGSTOP)
    await stage.openai.wait_for(lambda: stage.drawing("a frozen cat") == 2, PATIENCE_S)
    first.process.send_signal(signal.SIGCONT)
    early.set()
    await first.logged("picture_generated")
    late.set()
    await stage.picture(person)
    await quiet(stage, person)
    assert [message.type for message in stage.line.chat(person).from_bot] == ["image", "text"]
    assert await first.stop() == 0
    assert await second.stop() == 0


async def test_who_thaws_while_it_replies_shows_nothing_twice(stage, tmp_path, postgres_url):
    """LINE was busy, then it was frozen, and another has sent the picture: the next word does not bring it again."""
    shared, person = {"DATABASE_URL": postgres_url}, stage.person()
    stage.line.faults.add(Fault.status(429), match="/message/reply", times=2)
    first = await stage.start(tmp_path, **shared)
    await stage.line.send_text(person, "a cat")
    await first.logged("delivery_tried_again")
    first.process.send_signal(signal.SIGSTOP)
    second = await stage.start(tmp_path, **shared)
    await stage.picture(person)
    first.process.send_signal(signal.SIGCONT)
    await first.logged("delivery_taken_over")
    await quiet(stage, person)
    assert await first.stop() == 0
    assert await second.stop() == 0


async def test_an_answer_in_doubt_is_offered_not_repeated(stage, tmp_path):
    """Nobody can know whether it arrived: the next event brings a button, once, and only its tap shows it again."""
    person = stage.person()
    easel = await stage.start(tmp_path)
    event = stage.line.text(person, "a cat")
    await stage.line.deliver(event)
    await easel.logged("reply_sent", requests=[event["webhookEventId"]])
    await easel.stop()
    with sqlite3.connect(tmp_path / "easel.db") as connection:
        connection.execute("UPDATE requests SET answer = 'unknown', sent_at = NULL, sent_quote_token = NULL")
    easel = await stage.start(tmp_path)
    for count in (3, 4):
        await stage.line.deliver(stage.line.sticker(person))
        await stage.said(person, count=count)
    said = stage.line.chat(person).from_bot
    assert [message.type for message in said] == ["image", "text", "template", "text"]
    assert said[2].body["altText"] == sentences_for("en", default="en").say("maybe_sent_alt")
    await stage.line.send_tap(person, "Show picture")
    await stage.picture(person, count=2)
    await easel.stop()


async def test_a_fault_of_ours_is_answered_too(stage, tmp_path):
    """What an event asks for cannot even be read: its person is told that something broke."""
    person = stage.person()
    async with stage.easel(tmp_path) as easel:
        await stage.line.send_text(person, "a cat")
        await stage.picture(person)
        with sqlite3.connect(tmp_path / "easel.db") as connection:
            connection.execute("UPDATE requests SET sources = '{'")
        await stage.line.send_tap(person, "Again")
        await easel.logged("event_broke")
        said = await stage.said(person, count=2)
        assert said[-1]["text"].startswith("Sorry, something went wrong")


async def test_a_fault_of_ours_is_answered_in_a_group(stage, tmp_path):
    """Where it may have been for us: it quotes us, or begins with our word. What people say to each other is not."""
    person = stage.person()
    group = stage.group(person)
    async with stage.easel(tmp_path) as easel:
        await stage.line.send_text(person, "draw an inn", group=group)
        await stage.picture(group)
        picture = stage.line.chat(group).pictures[0].id
        with sqlite3.connect(tmp_path / "easel.db") as connection:
            connection.execute("UPDATE chats SET expects_sources = '{'")
        said = (("thanks", picture), ("a mill", "of nobody"), ("make it a bakery", picture), ("draw a mill", None))
        for broken, (words, quoted) in enumerate(said, start=1):
            await stage.line.deliver(stage.line.text(person, words, group=group, quote=quoted))
            await easel.logged("event_broke", times=broken)
        texts = [one["text"] for one in await stage.said(group, count=4) if one["type"] == "text"]
    assert [one[:27] for one in texts] == ["Here you are!", *["Sorry, something went wrong"] * 2]


async def test_a_workflow_outlives_the_engine_s_database(stage, tmp_path):
    """Its tables are away while a picture comes: the step waits for them, and nothing is drawn or sent twice."""
    person, before, release = stage.person(), stage.picture_calls(), asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/")
    async with stage.easel(tmp_path) as easel:
        await stage.line.send_text(person, "a cat")
        await stage.openai.wait_for(lambda: stage.picture_calls() == before + 1, PATIENCE_S)
        with sqlite3.connect(tmp_path / "easel.engine.db") as connection:
            connection.execute("ALTER TABLE workflow_output RENAME TO lost_output")
        release.set()
        await easel.logged("picture_generated")
        await easel.printed("Database connection failed")
        with sqlite3.connect(tmp_path / "easel.engine.db") as connection:
            connection.execute("ALTER TABLE lost_output RENAME TO workflow_output")
        await stage.picture(person)
        await quiet(stage, person)
        assert stage.picture_calls() == before + 1
        assert "workflow_broke" not in easel.text


def date_tokens_ahead(directory: Path) -> None:
    """As if the clock had been an hour fast when the webhook came."""
    with sqlite3.connect(directory / "easel.db") as connection:
        connection.execute("UPDATE tokens SET arrived_at = arrived_at + 3600")


async def test_a_token_of_unknown_age_is_spent_at_once(stage, tmp_path):
    """The clock was put back: nobody waits for a deadline that is an hour away."""
    person, release = stage.person(), asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/", times=2)
    easel = await stage.start(tmp_path)
    await stage.line.send_text(person, "a timeless cat")
    await stage.openai.wait_for(lambda: stage.drawing("a timeless cat") == 1, PATIENCE_S)
    await easel.kill()
    date_tokens_ahead(tmp_path)
    easel = await stage.start(tmp_path)
    (promise,) = await stage.said(person)
    assert promise["type"] == "template"
    release.set()
    await easel.stop()


async def test_a_dead_token_of_unknown_age_proves_nothing(stage, tmp_path):
    """The clock was put back, one answer of LINE is lost, then the token is dead: the picture is offered, not lost."""
    person, release = stage.person(), asyncio.Event()
    stage.line.token_life_s = 0.1
    stage.openai.faults.add(Fault.held(release), match="/images/", times=2)
    easel = await stage.start(tmp_path)
    await stage.line.send_text(person, "a dateless cat")
    await stage.openai.wait_for(lambda: stage.drawing("a dateless cat") == 1, PATIENCE_S)
    await easel.kill()
    date_tokens_ahead(tmp_path)
    stage.line.token_life_s = 60.0
    stage.line.faults.add(Fault.drop(), match="/message/reply")
    easel = await stage.start(tmp_path, REPLY_DEADLINE_S="55")
    release.set()
    await easel.logged("delivery_in_doubt")
    await stage.line.deliver(stage.line.sticker(person))
    await stage.said(person, count=2)
    await stage.line.send_tap(person, "Show picture")
    await stage.picture(person)
    await easel.stop()


async def test_a_dead_token_of_an_old_event_proves_nothing(stage, tmp_path):
    """LINE sends an event again after 25 minutes, and its token is dead by then; of one answer only a 500 is known."""
    person, other = stage.person(), stage.person()
    event = stage.line.text(person, "help")
    event["timestamp"] -= 25 * 60_000
    event["deliveryContext"]["isRedelivery"] = True
    async with stage.easel(tmp_path) as easel:
        await stage.line.send_text(other, "help")
        await stage.said(other)  # all that a first answer waits for is loaded
        stage.line.token_life_s = -1.0
        stage.line.faults.add(Fault.status(500), match="/message/reply")
        await stage.line.deliver(event)
        await easel.logged("delivery_in_doubt")
        stage.line.token_life_s = 60.0
        await stage.line.deliver(stage.line.sticker(person))
        said = await stage.said(person, count=2)
        assert sentences_for("en", default="en").say("maybe_sent_alt") in str(said)


async def test_a_second_easel_on_one_sqlite_file_is_refused(stage, tmp_path):
    """Two would draw everything twice: the second says so and ends with 78."""
    async with stage.easel(tmp_path):
        code, _, said = await stage.run(tmp_path, "serve", "--port", "0")
    assert code == 78
    assert "another Easel uses" in said


async def test_a_full_disk_is_never_a_silent_200(stage, tmp_path):
    """When nothing can be written the webhook says 500 and /readyz 503; afterwards everything goes on."""
    person = stage.person()
    async with stage.easel(tmp_path) as easel:
        limits = resource.prlimit(easel.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        delivery = await stage.line.send_text(person, "a cat")
        assert delivery.status == 500
        assert "disk" in (await easel.logged("not_ready"))["store"]
        async with httpx.AsyncClient(trust_env=False) as http:
            assert (await http.get(f"{easel.url}/readyz")).status_code == 503
            assert (await http.get(f"{easel.url}/healthz")).status_code == 200
        resource.prlimit(easel.pid, resource.RLIMIT_FSIZE, limits)
        await easel.logged("ready", times=2)
        assert (await stage.line.redeliver(*delivery.events)).status == 200
        await stage.picture(person)


async def test_a_dead_engine_is_never_a_silent_200(stage, tmp_path):
    """When the engine's own tables are broken the webhook says 500 and /readyz 503."""
    async with stage.easel(tmp_path) as easel:
        with sqlite3.connect(tmp_path / "easel.engine.db") as connection:
            connection.execute("ALTER TABLE queues RENAME TO lost_queues")
        assert "no such table" in (await easel.logged("not_ready"))["engine"]
        delivery = await stage.line.send_text(stage.person(), "a cat")
        assert delivery.status == 500
        with sqlite3.connect(tmp_path / "easel.engine.db") as connection:
            connection.execute("ALTER TABLE lost_queues RENAME TO queues")
        await easel.logged("ready", times=2)


async def test_an_answer_whose_intent_was_confirmed_to_nobody_is_given(stage, tmp_path, postgres):
    """The connection breaks right behind the commit of what is about to be said: it is said all the same, once."""
    postgres.psql("CREATE DATABASE easel_broken_wire")
    person = stage.person()
    with wire(postgres.get_uri(database="easel_broken_wire")) as broken:
        async with stage.easel(tmp_path, DATABASE_URL=broken.url) as easel:
            broken.lose_the_answer(behind=b"INSERT INTO deliveries")
            await stage.line.deliver(stage.line.sticker(person))
            await stage.said(person)
            await easel.logged("store_tried_again")
            await quiet(stage, person, pictures=0)
        assert broken.lost == 1
        assert len(stage.line.chat(person).from_bot) == 2


async def test_a_cancel_that_was_confirmed_to_nobody_is_told(stage, tmp_path, postgres):
    """The connection breaks right behind the commit: what was stopped is told, not that there was nothing to stop."""
    postgres.psql("CREATE DATABASE easel_cancelled")
    person, release = stage.person(), asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/")
    with wire(postgres.get_uri(database="easel_cancelled")) as broken:
        async with stage.easel(tmp_path, DATABASE_URL=broken.url):
            await stage.line.send_text(person, "a cancelled cat")
            await stage.openai.wait_for(lambda: stage.drawing("a cancelled cat") == 1, PATIENCE_S)
            broken.lose_the_answer(behind=b"UPDATE requests SET prompt")
            await stage.line.send_text(person, "cancel")
            (said,) = await stage.said(person)
            release.set()
        assert broken.lost == 1
    assert said["text"] == sentences_for("en", default="en").say("cancelled_one", count=1)


async def test_a_deletion_that_was_confirmed_to_nobody_is_told(stage, tmp_path, postgres):
    """The connection breaks right behind the commit: what was deleted is told, not that there was nothing."""
    postgres.psql("CREATE DATABASE easel_deleted")
    person = stage.person()
    with wire(postgres.get_uri(database="easel_deleted")) as broken:
        async with stage.easel(tmp_path, DATABASE_URL=broken.url):
            await stage.line.send_text(person, "a cat that is deleted")
            await stage.picture(person)
            await stage.line.send_text(person, "delete all")
            await stage.said(person, count=2)
            broken.lose_the_answer(behind=b"DELETE FROM photo_uses")
            await stage.line.deliver(stage.line.postback(person, "do:delete_all_yes"))
            said = (await stage.said(person, count=3))[-1]
        assert broken.lost == 1
    assert said["text"] == sentences_for("en", default="en").say("deleted_all", count=1)


async def test_a_postgres_that_only_reads_is_waited_for(stage, tmp_path, postgres):
    """As hosts make it while a disk is full or a standby takes over: the paid picture waits, and is not drawn again."""
    postgres.psql("CREATE DATABASE easel_read_only")
    person, before, release = stage.person(), stage.picture_calls(), asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/")
    async with stage.easel(tmp_path, DATABASE_URL=postgres.get_uri(database="easel_read_only")) as easel:
        await stage.line.send_text(person, "a cat")
        await stage.openai.wait_for(lambda: stage.picture_calls() == before + 1, PATIENCE_S)
        only_reads(postgres, yes=True)
        try:
            await easel.logged("not_ready")
            release.set()
            await easel.logged("store_tried_again")
        finally:
            only_reads(postgres, yes=False)
        await stage.picture(person)
        await easel.logged("ready", times=2)
        await quiet(stage, person)
        assert "workflow_broke" not in easel.text
    assert stage.picture_calls() == before + 1


def only_reads(postgres, *, yes: bool) -> None:
    """Let no transaction that begins from now on write."""
    setting = f"ALTER SYSTEM SET default_transaction_read_only = {'on' if yes else 'off'}"
    postgres.psql(f"SET default_transaction_read_only = off; {setting};")
    postgres.psql("SELECT pg_reload_conf()")


async def test_a_database_file_that_is_deleted_is_never_a_silent_200(stage, tmp_path):
    """What is written to it now is lost with the process: 500 and not ready, until the file is back."""
    person = stage.person()
    async with stage.easel(tmp_path) as easel:
        (tmp_path / "easel.db").rename(tmp_path / "elsewhere.db")
        delivery = await stage.line.send_text(person, "a cat")
        assert delivery.status == 500
        assert "was deleted, moved or replaced" in (await easel.logged("not_ready"))["store"]
        async with httpx.AsyncClient(trust_env=False) as http:
            assert (await http.get(f"{easel.url}/readyz")).status_code == 503
        (tmp_path / "elsewhere.db").rename(tmp_path / "easel.db")
        await easel.logged("ready", times=2)
        assert (await stage.line.redeliver(*delivery.events)).status == 200
        await stage.picture(person)


async def test_a_stop_ends_in_time_whatever_the_database_does(stage, tmp_path, postgres):
    """SIGTERM while Postgres says nothing at all: exit 0 within 10 s, as promised."""
    postgres.psql("CREATE DATABASE easel_silent")
    with wire(postgres.get_uri(database="easel_silent")) as silent:
        easel = await stage.start(tmp_path, DATABASE_URL=silent.url)
        silent.hush()
        assert await easel.stop() == 0
        # Without its watchdog a thread would hold it for half a minute; the line is the last that it says.
        assert easel.lines[-1]["event"] == "ended_with_threads_that_hang"
        silent.mend()


async def test_after_an_outage_everything_goes_on_at_once(stage, tmp_path, postgres):
    """Postgres was away for many tries: a new wish is drawn within 5 s of its return, as an old one is."""
    postgres.psql("CREATE DATABASE easel_back")
    person = stage.person()
    with wire(postgres.get_uri(database="easel_back")) as broken:
        async with stage.easel(tmp_path, DATABASE_URL=broken.url) as easel:
            broken.cut()
            # With pauses that double it would not come so far within PATIENCE_S.
            await easel.until(lambda: "(attempt 6)" in easel.text)
            broken.mend()
            await easel.logged("ready", times=2)
            await stage.line.send_text(person, "a cat")
            await stage.picture(person)


async def test_a_damaged_engine_file_is_said_in_a_sentence(stage, tmp_path):
    """Its pages are broken: exit 78, the file and the cure are named; without it, everything goes on."""
    async with stage.easel(tmp_path):
        pass
    engine = tmp_path / "easel.engine.db"
    pages = engine.read_bytes()
    engine.write_bytes(pages[:4096] + b"x" * 8192 + pages[12288:])
    code, _, said = await stage.run(tmp_path, "serve", "--port", "0")
    assert (code, "easel.engine.db is damaged" in said, "Traceback" in said) == (78, True, False)
    for file in tmp_path.glob("easel.engine.db*"):
        file.unlink()
    person = stage.person()
    async with stage.easel(tmp_path):
        await stage.line.send_text(person, "a cat")
        await stage.picture(person)


async def test_a_picture_with_a_note_outlives_a_database_that_is_wrong(stage, tmp_path):
    """What is said beside it is no reason to lose the bytes: they wait, and the model is asked once."""
    person, release, before = stage.person(), asyncio.Event(), stage.picture_calls()
    stage.openai.faults.add(Fault.held(release), match="/images/")
    async with stage.easel(tmp_path, IMAGE_QUALITY_MAX="low") as easel:
        await stage.line.send_text(person, "an owl on a chair, high quality")
        await stage.openai.wait_for(lambda: stage.picture_calls() == before + 1, PATIENCE_S)
        rename(tmp_path, "notes", "lost")
        release.set()
        await easel.logged("paid_bytes_wait")
        rename(tmp_path, "lost", "notes")
        await stage.picture(person)
        assert any("quality" in str(one.get("text")) for one in await stage.said(person, count=2))
        assert stage.picture_calls() == before + 1


def rename(directory: Path, column: str, name: str) -> None:
    """Give a column of requests another name."""
    with sqlite3.connect(directory / "easel.db") as connection:
        connection.execute(f"ALTER TABLE requests RENAME COLUMN {column} TO {name}")

"""Several Easels on one Postgres: they share work and limits, survive each other, and are replaced one by one."""

import asyncio
import shutil
from collections import Counter
from pathlib import Path

import alembic.autogenerate
import alembic.migration
import pytest
import sqlalchemy as sa
from line_sandbox.faults import Fault

from app.store.database import HEAD, Database, upgrade
from app.store.forgetting import Forgetting
from app.store.receiving import NewRequest, Receiving, Sender
from app.store.requests import Requests, State
from app.store.tables import metadata
from app.words.sentences import sentences_for
from tests.world import PATIENCE_S, ROOT, Easel, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

DECLINED = sentences_for("en", default="en").say("limit_user_day", count=3, when="").partition(".")[0]
PICTURES = 50
GOES_ON_S = 60.0
NEXT = f"{int(HEAD) + 1:04d}"
MIGRATION = f'''
"""What a next release may do: add a table, and a column that the release before need not know."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{HEAD}"


def upgrade() -> None:
    op.create_table("next_things", sa.Column("id", sa.Integer, primary_key=True))
    op.add_column("requests", sa.Column("next_thing", sa.Text, nullable=False, server_default=""))
'''


@pytest.fixture
def shared(postgres_url):
    """Give the setting of a fresh database on a real Postgres."""
    return {"DATABASE_URL": postgres_url}


async def wish(stage: World, easels: list[Easel], person: str, words: str, *, turn: int = 0) -> None:
    """Let one of them have the webhook: whose turn it is."""
    stage.line.webhook_url = f"{easels[turn % len(easels)].url}/callback"
    assert (await stage.line.send_text(person, words)).status == 200


async def one_each(stage: World, people: list[str]) -> None:
    """Wait for everybody's picture, and for one more exchange, after which nothing can be under way."""
    for person in people:
        await stage.picture(person)
        said = len(stage.line.chat(person).from_bot)
        await stage.line.deliver(stage.line.sticker(person))
        await stage.said(person, count=said + 1)
    assert {person: len(stage.line.chat(person).pictures) for person in people} == dict.fromkeys(people, 1)


def paid(stage: World, words: str) -> Counter[str]:
    """How often the model was asked for each prompt with these words."""
    return Counter(str(call.body["prompt"]) for call in stage.asked(words))


async def test_one_of_two_dies_while_fifty_are_drawn(stage, tmp_path, shared):
    """Kill -9: all fifty are answered once, and nothing is asked for again that the other was drawing."""
    settings = {"PICTURES_AT_ONCE": str(PICTURES), **shared}
    easels = [await stage.start(tmp_path, **settings) for _ in range(2)]
    people, release = [], asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/", times=PICTURES)
    for number in range(PICTURES):
        people.append(stage.person())
        await wish(stage, easels, people[-1], f"fifty otters, number {number}", turn=number)
    await stage.openai.wait_for(lambda: stage.drawing("fifty otters") == PICTURES, 30)
    await easels[0].kill()
    stage.line.webhook_url = f"{easels[1].url}/callback"
    release.set()
    async with asyncio.timeout(GOES_ON_S):
        await one_each(stage, people)
    calls = paid(stage, "fifty otters")
    assert len(calls) == PICTURES
    assert max(calls.values()) <= 2
    assert await easels[1].stop() == 0


def next_release(directory: Path) -> dict[str, str]:
    """Make a release after this one, with one migration more. Return the setting that starts it."""
    shutil.copytree(ROOT / "app", directory / "app")
    store = directory / "app/store"
    (store / f"migrations/versions/{NEXT}_next.py").write_text(MIGRATION, encoding="utf-8")
    database = (store / "database.py").read_text(encoding="utf-8")
    (store / "database.py").write_text(database.replace(f'HEAD = "{HEAD}"', f'HEAD = "{NEXT}"'), encoding="utf-8")
    return {"PYTHONPATH": str(directory)}


async def test_a_rolling_upgrade_loses_nothing(stage, tmp_path, shared):
    """The next release migrates while the old one draws; it finishes what the old one hands back."""
    later = next_release(tmp_path / "next")
    people, release = [stage.person() for _ in range(6)], asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/", times=6)
    old = [await stage.start(tmp_path, **shared) for _ in range(2)]
    for number, person in enumerate(people[:4]):
        await wish(stage, old, person, f"a rolling otter {number}", turn=number)
    await stage.openai.wait_for(lambda: stage.drawing("a rolling otter") == 4, PATIENCE_S)
    new = await stage.start(tmp_path, **shared, **later)
    await wish(stage, [old[0]], people[4], "a rolling otter of the old release")
    assert await old[0].stop() == 0
    again = await stage.start(tmp_path, **shared)  # a supervisor may start an old one again meanwhile
    await again.logged("database_is_newer", revision=NEXT)
    await wish(stage, [again], people[5], "a rolling otter on a beach")
    release.set()
    assert await old[1].stop() == 0
    assert await again.stop() == 0
    stage.line.webhook_url = f"{new.url}/callback"
    await one_each(stage, people)
    assert max(paid(stage, "a rolling otter").values()) <= 2
    assert await new.stop() == 0


@pytest.mark.parametrize("revision", [None, "0001"], ids=["empty", "old"])
async def test_six_start_at_once(stage, tmp_path, shared, revision):
    """On an empty database and on an old one: the tables are made once, and all six serve."""
    database = Database(shared["DATABASE_URL"])
    if revision:
        with database.transaction() as connection:
            upgrade(connection, revision)
    easels = await asyncio.gather(*(stage.start(tmp_path, within_s=60, **shared) for _ in range(6)))
    people = [stage.person() for _ in range(6)]
    for number, person in enumerate(people):
        await wish(stage, [easels[number]], person, "one of six otters")
    await one_each(stage, people)
    with database.transaction() as connection:
        context = alembic.migration.MigrationContext.configure(connection)
        assert context.get_current_heads() == (HEAD,)
        assert alembic.autogenerate.compare_metadata(context, metadata) == []
    database.close()
    assert await asyncio.gather(*(easel.stop() for easel in easels)) == [0] * 6
    assert not [easel.text for easel in easels if "Traceback" in easel.text]


@pytest.mark.parametrize(
    ("limit", "people"),
    [({"PICTURES_AT_ONCE": "3"}, 12), ({"PICTURES_AT_ONCE_PER_USER": "2"}, 1)],
    ids=["of all", "of one person"],
)
async def test_pictures_at_once_hold_across_two(stage, tmp_path, shared, limit, people):
    """Twelve wishes to two Easels: together they draw no more at a time than the operator allows."""
    easels = [await stage.start(tmp_path, **shared, **limit) for _ in range(2)]
    stage.openai.max_drawing, stage.openai.latency_s = 0, 0.3
    asking = [stage.person() for _ in range(people)]
    for number in range(12):
        await wish(stage, easels, asking[number % people], f"a limited otter {number}", turn=number)
    for person in asking:
        await stage.picture(person, count=12 // people)
    assert stage.openai.max_drawing == int(*limit.values())
    assert await asyncio.gather(*(easel.stop() for easel in easels)) == [0, 0]


async def test_pictures_per_minute_hold_across_two(stage, tmp_path, shared):
    """Beyond the rate of both together a wish waits its turn, and is promised its picture."""
    settings = {"PICTURES_PER_MINUTE": "4", "REPLY_DEADLINE_S": "10", **shared}
    easels = [await stage.start(tmp_path, **settings) for _ in range(2)]
    people = [stage.person() for _ in range(8)]
    for number, person in enumerate(people):
        await wish(stage, easels, person, "one of eight otters", turn=number)
    chats = [stage.line.chat(person) for person in people]
    await stage.until(lambda: all(chat.from_bot for chat in chats))
    assert sorted(chat.from_bot[0].type for chat in chats) == ["image"] * 4 + ["template"] * 4
    assert await asyncio.gather(*(easel.stop() for easel in easels)) == [0, 0]


async def test_pictures_of_a_day_hold_across_two(stage, tmp_path, shared):
    """Eight wishes of one person at the same time, and three pictures a day: three are drawn, five declined."""
    settings = {"USER_DAILY_PICTURES": "3", **shared}
    easels, person = [await stage.start(tmp_path, **settings) for _ in range(2)], stage.person()
    await asyncio.gather(*(wish(stage, easels, person, "a daily otter", turn=number) for number in range(8)))
    chat = stage.line.chat(person)
    await stage.until(lambda: sum(DECLINED in str(one.body.get("text")) for one in chat.from_bot) == 5)
    await stage.picture(person, count=3)
    assert paid(stage, "a daily otter").total() == 3
    assert await asyncio.gather(*(easel.stop() for easel in easels)) == [0, 0]


async def test_an_older_one_that_cannot_work_says_so(stage, tmp_path, shared):
    """On tables that a later release has changed too much it ends with 78, and says what is in the way."""
    database = Database(shared["DATABASE_URL"])
    database.migrate()
    with database.transaction() as connection:
        for statement in (
            "UPDATE alembic_version SET version_num = '9999'",
            "ALTER TABLE requests DROP COLUMN words",
            "ALTER TABLE tokens ADD COLUMN next_thing TEXT NOT NULL",
        ):
            connection.execute(sa.text(statement))
    database.close()
    code, _, said = await stage.run(tmp_path, "serve", "--host", "127.0.0.1", "--port", "0", **shared)
    assert code == 78
    assert "Traceback" not in said
    assert all(words in said for words in ("9999", "requests.words is gone", "tokens.next_thing must be filled"))


async def test_without_its_database_it_says_so(stage, tmp_path):
    """A Postgres that is away: the reason in words, no secret, and 1, so that a supervisor tries again."""
    away = "postgresql://easel:hunter2@127.0.0.1:1/easel"
    code, _, said = await stage.run(tmp_path, "serve", "--host", "127.0.0.1", "--port", "0", DATABASE_URL=away)
    assert code == 1
    assert "the database of DATABASE_URL cannot be used" in said
    assert "Traceback" not in said
    assert "hunter2" not in said


async def test_a_migration_gives_way(shared):
    """While a backup reads a table, a migration that wants it waits, and webhooks go on all the same."""
    database = Database(shared["DATABASE_URL"])
    with database.transaction() as connection:
        upgrade(connection, "0001")
    call = "INSERT INTO calls (request_id, model, began_at, outcome) VALUES ('R1', 'm', 1.0, 'paid')"
    with database.transaction() as backup:
        backup.execute(sa.text("LOCK TABLE calls IN ACCESS SHARE MODE"))
        migrating = asyncio.create_task(asyncio.to_thread(database.migrate))
        await waits_for_a_table(database)
        async with asyncio.timeout(PATIENCE_S):
            await database.run_once(lambda connection: connection.execute(sa.text(call)))
        assert not migrating.done()
    await migrating
    with database.transaction() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == HEAD
        assert connection.execute(sa.text("SELECT kind FROM calls")).scalar() == "draw"
    database.close()


async def waits_for_a_table(database: Database) -> None:
    """Return when somebody stands in line for one."""
    while not await waiting(database):  # noqa: ASYNC110 - Postgres tells nobody
        await asyncio.sleep(0.02)


async def waiting(database: Database) -> int:
    """How many wait for a lock."""
    counted = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    return int(await database.run_once(lambda connection: connection.execute(counted).scalar_one()))


async def test_what_is_taken_back_while_another_writes_it_down_is_not_drawn(shared):
    """One Easel has the wish, another hears at the same moment that it was taken back."""
    database, chat = Database(shared["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")), "U" + "a" * 32
    database.migrate()
    wish = NewRequest(prompt="an otter", draws=True, message_id="M1", sources=[{"photo": "M0"}])
    with database.transaction() as connection:
        connection.execute(sa.text("LOCK TABLE photo_uses IN EXCLUSIVE MODE"))  # stops the wish in the middle
        sender = Sender(chat_id=chat, chat_kind="user", user_id=chat)
        writing = asyncio.create_task(Receiving(database).receive("E1", sender=sender, request=wish))
        await waits_for_a_table(database)
        taking_back = asyncio.create_task(Forgetting(database).message("M1", chat_id=chat))
        while not taking_back.done() and await waiting(database) < 2:  # noqa: ASYNC110 - Postgres tells nobody
            await asyncio.sleep(0.02)
    await asyncio.gather(writing, taking_back)
    found = await Requests(database).get("E1")
    database.close()
    assert found is not None
    assert found.state is State.CANCELLED


async def test_what_ends_within_a_stop_is_not_begun_elsewhere(stage, tmp_path, shared):
    """A stop that lasts longer than a lease: the picture is drawn once, and comes; the other Easel leaves it alone."""
    settings = {"STOP_WITHIN_S": "40", **shared}
    person, stage.openai.latency_s = stage.person(), 14.0
    stopping = await stage.start(tmp_path, **settings)
    await stage.line.send_text(person, "a patient otter")
    await stage.openai.wait_for(lambda: stage.drawing("a patient otter") == 1, PATIENCE_S)
    other = await stage.start(tmp_path, **settings)
    assert await stopping.stop() == 0
    await stage.picture(person)
    assert paid(stage, "a patient otter").total() == 1
    assert await other.stop() == 0

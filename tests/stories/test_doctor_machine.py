"""`easel doctor` and what is here: the database, the machine, the report itself, and vendors that say nothing."""

import asyncio
import json
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from email.utils import formatdate
from pathlib import Path

import pytest
import pytest_asyncio
from line_sandbox.faults import Fault
from line_sandbox.server import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from app.ops.doctor import attempts, examine
from app.ops.doctor.check_bucket import PNG
from app.ops.doctor.examine import TITLES
from app.ops.doctor.finding import FindingVerdict
from app.ops.doctor.machine import check_clock, judge_disk
from app.ops.doctor.postgres import NEAR_MS, judge_distance
from app.store.database import HEAD, Database
from tests.practice import NOBODY, Practice, practice_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).parents[2]
TLS = Path(__file__).parents[1] / "samples" / "tls"
OK, WARNING, FAILED, SKIPPED = FindingVerdict.OK, FindingVerdict.WARNING, FindingVerdict.FAILED, FindingVerdict.SKIPPED


@pytest_asyncio.fixture(loop_scope="session")
async def practice(tmp_path):
    """Everything works; a test breaks one thing."""
    async with practice_in(tmp_path) as opened:
        yield opened


async def test_when_all_is_well(practice):
    """Nothing fails, nothing warns, nothing was drawn, and nothing is left in the bucket."""
    found = await practice.examine()
    assert {one.verdict for one in found.values()} == {OK, SKIPPED}
    assert not practice.openai.invoice
    assert not practice.r2.objects


async def test_a_certificate_that_nobody_trusts(practice):
    """A phone would show no picture."""
    trust = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trust.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
    async with serve(practice.r2.app, ssl=trust) as url:
        found = (await practice.examine(R2_PUBLIC_BASE_URL=f"{url}/public"))["R2", "public address"]
    assert found.verdict is FAILED
    assert "certificate is not valid" in found.evidence
    assert "Custom domains" in found.cure


async def test_a_clock_that_is_off(practice):
    """R2's signatures die of it, and both lines say so."""
    practice.r2.clock = lambda: time.time() - 1200
    found = await practice.examine()
    assert found["R2", "write"].verdict is FAILED
    clock = found["Machine", "clock"]
    assert (clock.verdict, "s ahead" in clock.evidence, "NTP" in clock.cure) == (FAILED, True, True), clock


async def test_a_service_that_is_not_ready(practice):
    """The Easel on this machine is asked, and repeated."""
    practice.readiness = {"ready": False, "problems": {"store": "disk full"}}
    found = (await practice.examine())["Database", "service"]
    assert (found.verdict, "store: disk full" in found.evidence, found.cure) == (FAILED, True, "Look at its log")


async def test_an_answer_without_an_end(practice):
    """A host that never stops sending is judged by how it begins: nothing waits for it, or keeps what it sends."""

    async def endless(_request: Request) -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            yield PNG * 1000
            await asyncio.Event().wait()

        return StreamingResponse(body(), media_type="image/png", headers={"date": formatdate(usegmt=True)})

    async with serve(Starlette(routes=[Route("/{path:path}", endless)])) as url:
        found = await practice.examine(R2_PUBLIC_BASE_URL=url, PORT=url.rpartition(":")[2])
        assert (await check_clock([url])).verdict is OK
    assert "other bytes" in found["R2", "public address"].evidence
    assert found["Database", "service"].verdict is SKIPPED


@pytest.mark.parametrize(("free_bytes", "verdict"), [(2e9, OK), (5e8, WARNING), (1e8, FAILED)])
async def test_a_disk_that_is_nearly_full(free_bytes, verdict):
    """Below a gigabyte it warns, below 200 MB no webhook is safe."""
    found = judge_disk(free_bytes, "some")
    assert found.verdict is verdict
    assert "Make room" in found.cure or verdict is OK


@pytest.mark.parametrize(("there_and_back_ms", "verdict"), [(0.4, OK), (49, OK), (100, WARNING), (300, WARNING)])
async def test_a_database_that_is_far_away(there_and_back_ms, verdict):
    """In another region everything works, and is late; the docs name the same 50 ms."""
    found = judge_distance(there_and_back_ms)
    assert (found.verdict, f"{there_and_back_ms:.1f} ms" in found.evidence) == (verdict, True)
    assert f"under {NEAR_MS} ms away" in (ROOT / "docs" / "postgres.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("place", ["file", "file/below"])
async def test_a_folder_that_cannot_be_written(practice, tmp_path, place):
    """Whether it is there or would have to be made."""
    (tmp_path / "file").write_text("no folder")
    found = await practice.examine(DATABASE_URL=f"sqlite:///{tmp_path / place / 'easel.db'}")
    written = found["Database", "write"]
    assert (written.verdict, "DATABASE_URL" in written.cure) == (FAILED, True), written


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE of_another_program (n)")
    connection.close()


def of_revision(path: Path, revision: str) -> None:
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "verdict", "seen", "cure"),
    [
        (lambda path: path.write_bytes(b"x" * 8192), FAILED, "cannot be read", "Restore the file from a backup"),
        (foreign, FAILED, "not Easel's", "Easel's alone"),
        (lambda path: of_revision(path, "0001"), WARNING, "revision 0001", "Back it up first"),
        (lambda path: of_revision(path, "9999"), WARNING, "a later Easel", "upgrade"),
        (lambda path: of_revision(path, HEAD), OK, "up to date", ""),
    ],
    ids=["no database", "of another program", "older", "newer", "right"],
)
async def test_a_file_that_is_not_ours(practice, tmp_path, spoil, verdict, seen, cure):
    """It is read and never written."""
    spoil(tmp_path / "easel.db")
    before = (tmp_path / "easel.db").read_bytes()
    found = (await practice.examine())["Database", "database"]
    assert (found.verdict, seen in found.evidence, cure in found.cure) == (verdict, True, True), found
    assert (tmp_path / "easel.db").read_bytes() == before


async def test_an_engine_file_that_is_broken(practice, tmp_path):
    """It can be made anew, and the cure says so."""
    of_revision(tmp_path / "easel.db", HEAD)
    (tmp_path / "easel.engine.db").write_bytes(b"x" * 8192)
    found = (await practice.examine())["Database", "engine"]
    assert (found.verdict, "Move the engine's file away" in found.cure) == (FAILED, True), found


async def test_postgres_that_is_not_there(practice):
    """No password is repeated."""
    found = (await practice.examine(DATABASE_URL="postgresql://easel:hush@127.0.0.1:9/easel"))["Database", "connection"]
    assert (found.verdict, "DATABASE_URL" in found.cure) == (FAILED, True), found
    assert "hush" not in found.evidence + found.cure


@pytest.mark.slow
async def test_postgres(practice, postgres):
    """A fresh one is fine; a role without rights, and a copy that takes no writes, are not."""
    postgres.psql(
        "CREATE DATABASE doctor; CREATE ROLE poor LOGIN; CREATE ROLE reader LOGIN;"
        "ALTER ROLE reader SET default_transaction_read_only = on;"
    )
    url = postgres.get_uri(database="doctor")
    fine = await practice.examine(DATABASE_URL=url)
    assert {one.verdict for (title, _), one in fine.items() if title == "Database"} == {OK}
    for role, seen in (("poor", "permission denied"), ("reader", "read-only")):
        found = await practice.examine(
            DATABASE_URL=url.replace("postgres:", f"{role}:", 1).replace("//postgres", f"//{role}")
        )
        written = found["Database", "write"]
        assert (written.verdict, seen in written.evidence, "GRANT CREATE" in written.cure) == (FAILED, True, True), (
            written
        )


@pytest.mark.slow
async def test_postgres_that_lets_no_schema_be_made(practice, postgres):
    """The engine has one of its own, which takes a right on the database beside that on the schema public."""
    postgres.psql(
        "CREATE DATABASE halfway; CREATE ROLE halfway LOGIN;\n"
        "\\connect halfway\n"
        "GRANT CREATE ON SCHEMA public TO halfway;"
    )
    url = postgres.get_uri(database="halfway").replace("//postgres", "//halfway")
    found = await practice.examine(DATABASE_URL=url)
    assert found["Database", "write"].verdict is OK
    engine = found["Database", "engine"]
    assert (engine.verdict, "GRANT CREATE ON DATABASE" in engine.cure) == (FAILED, True), engine


@pytest.mark.slow
async def test_vendors_that_say_nothing(practice):
    """Whoever is silent, the report is there, for each of them after less than 20 s, and says who it was."""
    release = asyncio.Event()
    for vendor in (practice.line, practice.openai, practice.r2):
        vendor.faults.add(Fault.held(release), times=None)
    found = await practice.examine()
    release.set()
    assert attempts.LIMIT_S < examine.LIMIT_S < 20
    assert {"LINE", "OpenAI", "R2"} <= {title for (title, _), one in found.items() if one.verdict is FAILED}


async def run(practice: Practice, *arguments: str, **settings: str) -> tuple[int, str]:
    """Run the command as an operator with a terminal of 80 columns. Return its exit code and what it printed."""
    settings = practice.environment | {"COLUMNS": "80"} | settings
    code, printed, complained = await practice.world.run(practice.directory, "doctor", *arguments, **settings)
    return code, printed + complained


CHECK = """
import os, sys
from pathlib import Path
from app.ops.doctor.machine import check_disk
from app.ops.doctor.sqlite_file import check_sqlite_file
if os.geteuid() == 0:
    os.seteuid(65534)
path = Path(sys.argv[1])
check_disk(path.parent)
for one in check_sqlite_file(path, path.with_name("easel-dbos.db")):
    print(one.verdict, one.check, one.evidence, one.cure)
"""


@pytest.mark.parametrize("closed", ["folder", "file"])
async def test_rights_of_another_user(closed):
    """Nobody is told to restore what is only not theirs to read, and nothing ends in a traceback."""
    with tempfile.TemporaryDirectory() as top:
        checked = await asyncio.to_thread(check_closed, Path(top), closed)
    assert checked.returncode == 0
    assert "failed database" in checked.stdout
    assert "run this as the user that Easel runs as" in checked.stdout
    assert "Restore" not in checked.stdout


def check_closed(top: Path, closed: str) -> "subprocess.CompletedProcess[str]":
    top.chmod(0o755)
    folder = top / "data"
    folder.mkdir()
    (folder / "easel.db").touch(mode=0o000)
    folder.chmod(0o777 if closed == "file" else 0o000)
    checked = subprocess.run(
        [sys.executable, "-c", CHECK, folder / "easel.db"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    folder.chmod(0o700)
    return checked


async def test_what_nobody_thought_of_hides_nothing(practice, tmp_path):
    """A path that no file system can have: Python 3.14 takes it for one that is not there, others raise.

    Either way the report is there, and the other neighbours are told as ever.
    """
    found = await practice.examine(DATABASE_URL=f"sqlite:///{tmp_path / ('a' * 300)}/easel.db")
    assert {section for section, _ in found} == {"Settings", *TITLES}
    failures = {section: one.evidence for (section, _), one in found.items() if one.verdict is FAILED}
    assert set(failures) <= {"Database", "Machine"}
    assert all("OSError" in evidence for evidence in failures.values()), failures


async def test_a_good_report_fits_one_screen(practice):
    """A line for each neighbour, the limits in words, then what is left to do; --full tells everything."""
    _code, printed = await run(practice)
    assert len(printed.splitlines()) <= 24, printed
    assert "USER_DAILY_PICTURES 20" in " ".join(printed.split())
    assert "webhook test" in printed
    assert "LINE sent an event" not in printed
    assert "LINE sent an event" in (await run(practice, "--full"))[1]


async def test_what_was_not_tried_is_not_called_well(practice):
    """It stands in a line of its own, and --full says why."""
    _code, printed = await run(practice, READER_MODELS="")
    not_tried = " ".join(printed.split()).partition("skipped Not tried")[2].partition("--full says why")[0]
    assert "OpenAI reader" in not_tried
    assert "reader" not in printed.partition("skipped")[0]
    assert "READER_MODELS is empty" in (await run(practice, "--full", READER_MODELS=""))[1]


async def test_what_failed_is_at_the_end(practice):
    """Whoever sees only the last lines sees what to do."""
    _code, printed = await run(practice, OPENAI_API_KEY="sk-proj-of-somebody-else")
    assert "platform.openai.com/api-keys" in " ".join(printed.splitlines()[-12:])


async def test_the_report_for_people(practice):
    """It fits in 80 columns and holds no secret and no id of a person."""
    code, printed = await run(practice, ADMIN_USER_IDS="U" + "b" * 32, OPENAI_API_KEY="sk-proj-of-somebody-else")
    assert code == 1
    lines = [line for line in printed.splitlines() if str(practice.directory) not in line]  # a path is not cut
    assert max(map(len, lines)) <= 80
    assert "→ Make a key at https://platform.openai.com/api-keys" in printed
    names = ("LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN", "R2_SECRET_ACCESS_KEY", "R2_ACCESS_KEY_ID")
    private = ["sk-proj-of-somebody-else", "U" + "b" * 32, practice.line.bot_user_id]
    assert not [one for one in (*private, *(practice.environment[name] for name in names)) if one in printed]


async def test_the_report_for_programs(practice):
    """With --draw exactly one picture is paid; a warning is no failure."""
    practice.line.chat_mode = "chat"
    code, printed = await run(practice, "--json", "--draw")
    told = json.loads(printed)
    assert (code, told["counts"]["failed"], told["counts"]["warning"]) == (0, 0, 1)
    assert {"section", "check", "verdict", "evidence", "cure"} == set(told["findings"][0])
    assert len(practice.openai.invoice) == 1


async def test_options_that_no_model_takes_are_named(practice):
    """The cure names the variable as it is spelled."""
    code, printed = await run(practice, IMAGE_MODELS="dall-e-3")
    assert code == 78
    assert "Mend IMAGE_MODELS in the environment" in printed


async def test_settings_that_cannot_be_read(practice):
    """All of them at once, and exit code 78."""
    code, printed = await run(practice, R2_PUBLIC_BASE_URL="ftp://x", PORT="many", OPENAI_BASE_URL=NOBODY)
    assert code == 78
    assert [name for name in ("R2_PUBLIC_BASE_URL", "PORT", "OPENAI_BASE_URL") if name in printed] == [
        "R2_PUBLIC_BASE_URL",
        "PORT",
    ]

"""Easel behind PgBouncer in transaction mode, where each transaction may get another connection of the server's."""

import asyncio
import contextlib
import shutil
import socket
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

CONFIGURATION = """
[databases]
easel_pooled = {server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
ignore_startup_parameters = extra_float_digits
server_check_delay = 0
"""


def owner_of(place: str) -> int:
    return Path(place).stat().st_uid


def configured(directory: Path, server: str, port: int) -> Path:
    directory.chmod(0o755)
    path = directory / "pgbouncer.ini"
    path.write_text(CONFIGURATION.format(server=server, port=port), encoding="utf-8")
    return path


@contextlib.asynccontextmanager
async def pgbouncer(server: sa.URL):
    """Run it in front of that server, over its socket. Yields the address that Easel uses."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    behind = f"host={server.query['host']} user={server.username} dbname={server.database}"
    # Not in pytest's folder, since it runs as the server's user: it refuses root.
    with tempfile.TemporaryDirectory(prefix="easel-pgbouncer-") as directory:
        path = configured(Path(directory), behind, port)
        user = f"--reuid={owner_of(str(server.query['host']))}"
        command = ("setpriv", user, shutil.which("pgbouncer"), str(path))
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
        try:
            yield f"postgresql://{server.username}@127.0.0.1:{port}/{server.database}"
        finally:
            process.terminate()
            await process.wait()


async def test_two_easels_draw_through_a_pooler(stage, tmp_path, postgres):
    """Twelve people are answered by two processes that share four connections of the server's."""
    if shutil.which("pgbouncer") is None:
        pytest.skip("there is no pgbouncer on this machine")
    postgres.psql("CREATE DATABASE easel_pooled")
    people = [stage.person() for _ in range(12)]
    async with (
        pgbouncer(sa.make_url(postgres.get_uri(database="easel_pooled"))) as pooled,
        stage.easel(tmp_path, DATABASE_URL=pooled),
        stage.easel(tmp_path, DATABASE_URL=pooled) as second,
    ):
        await asyncio.gather(*(stage.line.send_text(person, "a pooled otter") for person in people))
        for person in people:
            await stage.picture(person)
        assert "prepared statement" not in second.text
    assert [len(stage.line.chat(person).pictures) for person in people] == [1] * len(people)

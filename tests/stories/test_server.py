"""The start of the service: where it listens, and how many files it may open."""

import asyncio
import contextlib
import socket
import subprocess
import sys

import httpx
import pytest
from line_sandbox.server import serve

from tests.world import ROOT, Easel

LIMITED = """
import resource
from app.server import connections_max
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
print(connections_max(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as one:
        one.bind(("::1", 0))
        return True
    return False


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.skipif(not has_ipv6(), reason="this machine speaks no IPv6")
async def test_every_address_is_every_address(stage, tmp_path):
    """HOST=:: takes IPv4, too; a WEB_CONCURRENCY of the platform, which says nothing to us, does no harm."""
    process = await stage.command(tmp_path, "serve", "--host", "::", "--port", "0", WEB_CONCURRENCY="auto")
    easel = await Easel(process).listening()
    async with httpx.AsyncClient(trust_env=False) as http:
        for host in ("127.0.0.1", "[::1]"):
            assert (await http.get(f"http://{host}:{easel.port}/healthz")).status_code == 200
    assert await easel.stop() == 0


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="session")
async def test_a_healthy_container_is_healthy_behind_a_proxy(stage, tmp_path):
    """What asks on this machine asks no proxy, which would ask itself; what is not there is not alive."""
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    async with stage.easel(tmp_path) as easel:
        code, told, _ = await stage.run(tmp_path, "health", "--port", str(easel.port), **proxies)
        assert (code, "alive" in told) == (0, True), told
    code, _, complained = await stage.run(tmp_path, "health", "--port", str(easel.port), **proxies)
    assert (code, "not alive" in complained) == (1, True)


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="session")
async def test_what_is_not_ready_is_named(stage, tmp_path):
    """By the part that does not work, and by what needs somebody although webhooks are taken."""
    dead = dict.fromkeys(("HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9")
    async with stage.easel(tmp_path, LINE_CHANNEL_ACCESS_TOKEN="of-somebody-else") as easel:
        await easel.logged("line_token_refused")
        asked = ("health", "--ready", "--port", str(easel.port))
        code, told, _ = await stage.run(tmp_path, *asked, **dead)
        assert (code, told.splitlines()[0], "warning: line: refuses" in told) == (0, "ready", True)
        (tmp_path / "easel.db").rename(tmp_path / "elsewhere.db")
        await easel.logged("not_ready")
        code, _, complained = await stage.run(tmp_path, *asked, **dead)
        assert (code, "not ready: store: " in complained, "warning: line: " in complained) == (1, True, True)
        (tmp_path / "elsewhere.db").rename(tmp_path / "easel.db")
    code, _, complained = await stage.run(tmp_path, *asked)
    assert (code, "not alive" in complained) == (1, True)


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="session")
async def test_what_answers_there_may_be_no_easel(stage, tmp_path):
    """Its page says nothing of ours, and what speaks no HTTP is no reason for a traceback."""

    async def mumble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async def page(_scope, _receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"<html>"})

    async with serve(page) as url, await asyncio.start_server(mumble, "127.0.0.1", 0) as other:
        asked = ("health", "--ready", "--port")
        code, _, complained = await stage.run(tmp_path, *asked, url.rpartition(":")[2])
        assert (code, "something else than Easel" in complained) == (1, True)
        for arguments in (asked, ("health", "--port")):
            code, _, complained = await stage.run(tmp_path, *arguments, str(other.sockets[0].getsockname()[1]))
            assert (code, complained.startswith("not alive: ")) == (1, True)


@pytest.mark.parametrize(
    ("soft", "hard", "connections", "files"),
    [(256, 2048, 1000, 2048), (256, 512, 256, 512), (128, 128, 32, 128), (1024, 1024, 768, 1024)],
)
def test_connections_leave_room_for_our_own_files(soft, hard, connections, files):
    """The soft limit is raised as far as it goes, and strangers get no more than what we can spare."""
    code = LIMITED.format(soft=soft, hard=hard)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(connections), str(files)]

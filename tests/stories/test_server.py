"""The start of the service: where it listens, and how many files it may open."""

import contextlib
import socket
import subprocess
import sys

import httpx
import pytest

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


@pytest.mark.parametrize(
    ("soft", "hard", "connections", "files"),
    [(256, 2048, 1000, 2048), (256, 512, 256, 512), (128, 128, 32, 128), (1024, 1024, 768, 1024)],
)
def test_connections_leave_room_for_our_own_files(soft, hard, connections, files):
    """The soft limit is raised as far as it goes, and strangers get no more than what we can spare."""
    code = LIMITED.format(soft=soft, hard=hard)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(connections), str(files)]

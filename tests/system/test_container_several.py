"""All compose files together, for real: two Easels on one Postgres behind Caddy, and one of them dies."""

import asyncio
import base64
import contextlib
import hmac
import inspect
import sys
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml
from line_sandbox.faults import Fault

from tests import forward
from tests.system.test_container import (
    ROOT,
    blocks_of,
    clone,  # noqa: F401 - a fixture
    docker,
    free_port,
    ran,
    skip_without_engine,
    tell_compose,
    typed,
)
from tests.unit.test_settings import REQUIRED

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.asyncio(loop_scope="session")]

PICTURES = 50
GOES_ON_S = 60.0
FAR = {"caddy": "caddy:2", "postgres": "postgres:17"}


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Give a compose file that names images in the place of those that cannot be had here; often it names none."""
    skip_without_engine()
    if ran("docker", "compose", "version").returncode:
        pytest.skip("this engine has no docker compose")
    built = {}
    for name, far in FAR.items():
        if ran("docker", "image", "inspect", far).returncode and ran("docker", "pull", "--quiet", far).returncode:
            built[name] = {"image": f"easel-test-{name}"}
            dockerfile = ("--file", f"tests/images/{name}.Dockerfile", "tests/images")
            done = ran("docker", "build", "--quiet", "--tag", built[name]["image"], *dockerfile, cwd=ROOT)
            if done.returncode:
                pytest.skip(f"the engine has no {far}, cannot pull it, and cannot build what stands for it")
    path = tmp_path_factory.mktemp("images") / "compose.images.yaml"
    path.write_text(yaml.safe_dump({"services": built}), encoding="utf-8")
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """What runs: the names of the two containers of Easel, and the port that Caddy listens on."""

    easels: list[str]
    https_port: str
    compose: tuple[str, ...]

    async def addresses(self) -> list[str]:
        """Return where each Easel listens, past Caddy."""
        shown = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        return [f"http://{await docker('inspect', '--format', shown, name)}:8000" for name in self.easels]


@contextlib.asynccontextmanager
async def several(clone: Path, images: Path, environment: dict[str, str]) -> AsyncIterator[Several]:  # noqa: F811 - the fixture
    """Bring everything up as the page says, and take it down again."""
    files = [*(f"deploy/compose{kind}.yaml" for kind in ("", ".tls", ".postgres")), str(images)]
    ours = {"EASEL_DOMAIN": "localhost", "EASEL_HTTP_PORT": free_port(), "EASEL_HTTPS_PORT": free_port()}
    tell_compose(clone, ":".join(files), environment | ours | {"POSTGRES_PASSWORD": uuid.uuid4().hex})
    compose = ("docker", "compose")
    try:
        up = await asyncio.to_thread(ran, *compose, "up", "--detach", "--build", "--wait", cwd=clone)
        assert up.returncode == 0, up.stderr
        easels = ran(*compose, "ps", "--quiet", "easel", cwd=clone).stdout.split()
        assert len(easels) == 2
        yield Several(easels=easels, https_port=ours["EASEL_HTTPS_PORT"], compose=compose)
    finally:
        await asyncio.to_thread(ran, *compose, "down", "--volumes", "--rmi", "local", cwd=clone)


async def signed_posts(address: str, *, count: int) -> list[int]:
    """Post an empty delivery of LINE's so many times. Return the statuses."""
    body = b'{"destination":"U00000000000000000000000000000000","events":[]}'
    digest = hmac.digest(REQUIRED["LINE_CHANNEL_SECRET"].encode(), body, "sha256")
    headers = {"x-line-signature": base64.b64encode(digest).decode()}
    # Caddy makes its certificate for localhost while it already listens.
    transport = httpx.AsyncHTTPTransport(verify=False, retries=6)
    async with httpx.AsyncClient(base_url=address, transport=transport, timeout=30) as client:
        inside = [(await client.get(path)).status_code for path in ("/metrics", "/healthz", "/readyz", "/")]
        assert inside == [404] * 4
        return [(await client.post("/callback", content=body, headers=headers)).status_code for _ in range(count)]


async def test_caddy_shares_webhooks_out_and_goes_past_the_dead(clone, images):  # noqa: F811 - the fixture
    """Webhooks pass over TLS and nothing else does, one Easel may die, `stop` is clean."""
    async with several(clone, images, REQUIRED) as all_of_it:
        first, second = all_of_it.easels
        assert await signed_posts(f"https://localhost:{all_of_it.https_port}", count=4) == [200] * 4
        await docker("kill", first)
        # Caddy before 2.11.2 answers 502 once; LINE would deliver that one again.
        assert (await signed_posts(f"https://localhost:{all_of_it.https_port}", count=20))[-5:] == [200] * 5
        await asyncio.to_thread(ran, *all_of_it.compose, "stop", cwd=clone)
        assert await docker("inspect", "--format", "{{.State.ExitCode}}", second) == "0"


async def test_an_upgrade_loses_no_webhook(clone, images):  # noqa: F811 - the fixture
    """With the lines of docs/upgrade.md: two new Easels take over from two old ones, and LINE always gets 200."""
    [lines] = [block for block in blocks_of("upgrade.md") if "--scale easel=4" in block]
    async with several(clone, images, REQUIRED) as all_of_it:
        with (clone / "app/__init__.py").open("a", encoding="utf-8") as release:
            release.write("# the next release\n")
        posting = asyncio.create_task(posts_until_cancelled(f"https://localhost:{all_of_it.https_port}"))
        await typed(lines.replace("git pull\n", ""), clone)
        posting.cancel()
        statuses = await posting
        now = (await asyncio.to_thread(ran, *all_of_it.compose, "ps", "--quiet", "easel", cwd=clone)).stdout.split()
    assert len(now) == 2
    assert not set(now) & set(all_of_it.easels)
    assert Counter(statuses).keys() == {200}


async def posts_until_cancelled(address: str) -> list[int]:
    """Post one after the other. Return the statuses."""
    statuses: list[int] = []
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            statuses += await signed_posts(address, count=1)
    return statuses


@contextlib.asynccontextmanager
async def within_reach(stage, easels: list[str]) -> AsyncIterator[None]:
    """Let the containers reach the stand-ins on their own loopback."""
    addresses = [stage.environment[f"{name}_URL"] for name in ("LINE_API_BASE", "OPENAI_BASE", "R2_ENDPOINT")]
    ports = [address.removesuffix("/v1").rpartition(":")[2] for address in addresses]
    gateway = await docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}")
    script = inspect.getsource(forward)
    outside = await asyncio.create_subprocess_exec(sys.executable, "-c", script, gateway, "127.0.0.1", *ports)
    try:
        for name in easels:
            await docker("exec", "--detach", name, "python", "-c", script, "127.0.0.1", gateway, *ports)
            probe = (
                f"import socket, time; time.sleep(1); socket.create_connection(('127.0.0.1', {ports[0]}), 5).recv(1)"
            )
            if (
                await asyncio.to_thread(ran, "docker", "exec", name, "timeout", "3", "python", "-c", probe)
            ).returncode != 124:
                pytest.skip("the containers of this engine cannot reach this machine")
        yield
    finally:
        outside.terminate()
        await outside.wait()


async def test_one_of_two_containers_dies_while_fifty_are_drawn(clone, images, stage):  # noqa: F811 - the fixture
    """Kill -9 of a container: all fifty are answered once, within a minute, and nothing is paid for three times."""
    settings = stage.environment | {"PICTURES_AT_ONCE": str(PICTURES)}
    release, people = asyncio.Event(), [stage.person() for _ in range(PICTURES)]
    stage.openai.faults.add(Fault.held(release), match="/images/", times=PICTURES)
    async with several(clone, images, settings) as all_of_it, within_reach(stage, all_of_it.easels):
        addresses = await all_of_it.addresses()
        for number, person in enumerate(people):
            stage.line.webhook_url = f"{addresses[number % 2]}/callback"
            assert (await stage.line.send_text(person, f"a contained otter {number}")).status == 200
        await stage.openai.wait_for(lambda: stage.drawing("a contained otter") == PICTURES, 60)
        await docker("kill", all_of_it.easels[0])
        killed_at = time.monotonic()
        stage.line.webhook_url = f"{addresses[1]}/callback"
        release.set()
        await stage.openai.wait_for(lambda: len(stage.asked("a contained otter")) > PICTURES, GOES_ON_S)
        goes_on_s = time.monotonic() - killed_at
        await stage.until(lambda: all(stage.line.chat(one).pictures for one in people), timeout_s=GOES_ON_S)
        answered_s = time.monotonic() - killed_at
        calls = Counter(str(call.body["prompt"]) for call in stage.asked("a contained otter"))
        print(f"went on after {goes_on_s:.1f} s, all answered after {answered_s:.1f} s, {calls.total()} calls")  # noqa: T201 - figures for who looks
        assert len(calls) == PICTURES
        assert max(calls.values()) <= 2
        for person in people:
            said = len(stage.line.chat(person).from_bot)
            await stage.line.deliver(stage.line.sticker(person))
            await stage.said(person, count=said + 1)
        assert [len(stage.line.chat(person).pictures) for person in people] == [1] * PICTURES

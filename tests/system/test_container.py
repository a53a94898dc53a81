"""The image as operators run it: built from what git tracks, locked down, probed, stopped."""

import asyncio
import contextlib
import json
import re
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.test_settings import REQUIRED

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.asyncio(loop_scope="session")]

ROOT = Path(__file__).parents[2]
BASE = re.search(r"^FROM (python\S+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)[1]
STRAY_SECRET = "stray-secret-of-a-developers-machine"
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
HEALTHY_S = 60.0
STOP_S = 10.0
ADDED_BYTES_MAX = 175_000_000


def ran(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


async def docker(*arguments: str, check: bool = True) -> str:
    """Run one docker command without holding up the stand-ins. Return what it printed."""
    done = await asyncio.to_thread(ran, "docker", *arguments)
    assert not check or done.returncode == 0, f"docker {arguments[0]}: {done.stderr}"
    return done.stdout.strip()


def skip_without_engine() -> None:
    """Go on only where Docker answers and has, or can get, the image that ours stands on."""
    if shutil.which("docker") is None:
        pytest.skip("no container engine: there is no docker command")
    if "podman" in ran("docker", "--version").stdout.lower():
        pytest.skip("docker is podman here: its images have no HEALTHCHECK and its events are others")
    if ran("docker", "info").returncode:
        pytest.skip("no container engine answers to docker info")
    if ran("docker", "image", "inspect", BASE).returncode and ran("docker", "pull", "--quiet", BASE).returncode:
        pytest.skip(f"the engine has no {BASE} and cannot pull it")


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """What git tracks, or would if all were committed; and secrets that a developer left lying about."""
    skip_without_engine()
    directory = tmp_path_factory.mktemp("clone")
    names = ran("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, directory / name)
    lines = [f"{variable}={value}" for variable, value in (REQUIRED | {"OPENAI_API_KEY": STRAY_SECRET}).items()]
    for place in (".env", "app/.env"):
        (directory / place).write_text("\n".join(lines), encoding="utf-8")
    return directory


@pytest.fixture(scope="module")
def image(clone):
    """The image, built from the clone."""
    tag = f"easel-test:{uuid.uuid4().hex[:12]}"
    built = ran("docker", "build", "--tag", tag, ".", cwd=clone)
    assert built.returncode == 0, built.stdout + built.stderr
    yield tag
    ran("docker", "image", "rm", "--force", tag)


@contextlib.asynccontextmanager
async def container(image: str, *options: str, environment: dict[str, str] = REQUIRED) -> AsyncIterator[str]:
    """Run Easel and wait until the engine finds it healthy. Yield its name."""
    name = f"easel-test-{uuid.uuid4().hex[:12]}"
    variables = [part for variable, value in environment.items() for part in ("--env", f"{variable}={value}")]
    await docker("run", "--detach", "--name", name, "--health-interval", "1s", *variables, *options, image)
    try:
        await healthy(name)
        yield name
    finally:
        await docker("rm", "--force", "--volumes", name)


async def healthy(name: str) -> None:
    """Wait for the engine's own word, however it came about since the container was started."""
    since = await docker("inspect", "--format", "{{.State.StartedAt}}", name)
    events = await asyncio.create_subprocess_exec(
        *("docker", "events", "--since", since, "--filter", f"container={name}"),
        *("--filter", "event=health_status", "--filter", "event=die", "--format", "{{.Action}}"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert events.stdout is not None
    try:
        async with asyncio.timeout(HEALTHY_S):
            said = (await events.stdout.readline()).decode().strip()
    finally:
        events.terminate()
        await events.communicate()
    assert said == "health_status: healthy", f"{said}: {await asyncio.to_thread(ran, 'docker', 'logs', name)}"


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return str(taken.getsockname()[1])


async def test_it_stops_within_10_seconds_and_starts_again_on_its_data(image):
    """Locked down, as process 1: healthy, exit code 0 on SIGTERM, healthy again with what it had."""
    volume = f"easel-test-{uuid.uuid4().hex[:12]}"
    try:
        async with container(image, *HARDENED, "--volume", f"{volume}:/data") as name:
            for _ in range(2):
                began = time.monotonic()
                await docker("stop", "--time", "30", name)
                assert time.monotonic() - began < STOP_S
                assert await docker("inspect", "--format", "{{.State.ExitCode}}", name) == "0"
                await docker("start", name)
                await healthy(name)
    finally:
        await docker("volume", "rm", volume)


async def test_it_writes_nothing_but_its_data(image):
    """On a file system that could be written, by a user who is not root, only /data changes."""
    async with container(image) as name:
        assert await docker("exec", name, "id", "-u") == "10001"
        assert await docker("diff", name) == ""
        assert "easel.db" in await docker("exec", name, "ls", "/data")


async def test_any_user_of_group_0_can_run_it(image):
    """Engines that give each container a user of its own find /data writable."""
    async with container(image, *HARDENED, "--user", "4321:0") as name:
        assert await docker("exec", name, "id", "-u") == "4321"


async def test_without_settings_it_says_what_is_missing(image):
    """The exit code is 78, and each variable is named."""
    done = await asyncio.to_thread(ran, "docker", "run", "--rm", image)
    assert done.returncode == 78
    assert all(variable in done.stderr for variable in REQUIRED)


async def test_a_text_becomes_a_picture(image, stage):
    """The way of one picture works with what is left of the packages in the image."""
    port = stage.environment["R2_ENDPOINT_URL"].rpartition(":")[2]
    probe = f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)"
    host = ("--network", "host")
    if (await asyncio.to_thread(ran, "docker", "run", "--rm", *host, image, "python", "-c", probe)).returncode:
        pytest.skip("the host network of this engine is not this machine's")
    environment = stage.environment | {"HOST": "127.0.0.1", "PORT": free_port()}
    async with container(image, *HARDENED, *host, environment=environment):
        stage.line.webhook_url = f"http://127.0.0.1:{environment['PORT']}/callback"
        person = stage.person()
        assert (await stage.line.send_text(person, "一隻在彈吉他的水獺")).status == 200
        await stage.picture(person)
        assert all(look.shown for look in await stage.line.look(person))


async def test_nothing_secret_and_no_tool_is_in_the_image(image):
    """Neither a stray .env nor a compiler, an installer or a package for developers is in any layer."""
    search = ("grep", "-rq", "--exclude-dir=proc", "--exclude-dir=sys", STRAY_SECRET, "/")
    found = await asyncio.to_thread(ran, "docker", "run", "--rm", "--user", "0", image, *search)
    assert found.returncode == 1, found.stderr  # 1 is grep's word for: looked at everything, found nothing
    assert STRAY_SECRET not in await docker("history", "--no-trunc", image)
    tools = "for tool in gcc cc g++ ld make uv; do command -v $tool; done; ls /app /venv/bin /venv/lib/*/site-packages"
    there = (await docker("run", "--rm", image, "sh", "-c", tools, check=False)).splitlines()
    assert not {line for line in there if line.startswith("/") and not line.endswith(":")}
    assert not {"pip", "uv", "setuptools", "hatchling", "pytest", "mypy"} & set(there)
    assert {"app", "dbos"} <= set(there)


async def test_the_image_is_small(image):
    """Easel and its packages add less than 175 MB to Python's image."""
    sizes = [int(await docker("image", "inspect", "--format", "{{.Size}}", one)) for one in (BASE, image)]
    assert sizes[1] - sizes[0] < ADDED_BYTES_MAX


async def test_the_compose_file_runs_it_locked_down(clone):
    """`up --wait` ends well, root file system and capabilities are closed, and `stop` is clean."""
    if ran("docker", "compose", "version").returncode:
        pytest.skip("this engine has no docker compose")
    project = ("--file", str(clone / "deploy/compose.yaml"), "--project-name", f"easel-test-{uuid.uuid4().hex[:12]}")
    compose = ("env", f"EASEL_PORT={free_port()}", "docker", "compose", *project)
    try:
        up = await asyncio.to_thread(ran, *compose, "up", "--detach", "--build", "--wait", cwd=clone)
        assert up.returncode == 0, up.stderr
        name = ran(*compose, "ps", "--quiet", cwd=clone).stdout.strip()
        limits = json.loads(await docker("inspect", "--format", "{{json .HostConfig}}", name))
        assert limits["ReadonlyRootfs"]
        assert limits["CapDrop"] == ["ALL"]
        assert limits["RestartPolicy"]["Name"] == "unless-stopped"
        await asyncio.to_thread(ran, *compose, "stop", cwd=clone)
        assert await docker("inspect", "--format", "{{.State.ExitCode}}", name) == "0"
    finally:
        await asyncio.to_thread(ran, *compose, "down", "--volumes", "--rmi", "local", cwd=clone)


def blocks_of(page: str) -> list[str]:
    """Return the blocks of a page in which Compose is used."""
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / "docs" / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    return [block for block in blocks if "docker compose " in block]


async def typed(lines: str, directory: Path) -> None:
    """Have a shell run what a page says, up to the first line that fails."""
    done = await asyncio.to_thread(ran, "bash", "-ec", lines, cwd=directory)
    assert done.returncode == 0, f"{lines}\n{done.stdout}{done.stderr}"


def tell_compose(clone: Path, files: str, variables: dict[str, str]) -> None:
    """Write into `.env` what docs/deploy/compose.md has there, for a project of our own."""
    told = {"COMPOSE_FILE": files, "COMPOSE_PROJECT_NAME": f"easel-test-{uuid.uuid4().hex[:12]}"} | variables
    (clone / ".env").write_text("\n".join(f"{key}={value}" for key, value in told.items()), "utf-8")


IN_THE_FILE = (
    """docker compose exec -T easel python -c 'import sqlite3; sqlite3.connect("/data/easel.db").execute("{}")'"""
)


async def test_a_volume_goes_out_and_comes_back(clone):
    """With the lines of docs/backup.md, word by word: what was written after the backup is not there any more."""
    if ran("docker", "compose", "version").returncode:
        pytest.skip("this engine has no docker compose")
    tell_compose(clone, "deploy/compose.yaml", REQUIRED | {"EASEL_PORT": free_port()})
    out, back, *_ = blocks_of("backup.md")
    try:
        await typed("docker compose up --detach --build --wait", clone)
        await typed(out, clone)
        await typed(IN_THE_FILE.format("CREATE TABLE late (at)"), clone)
        await typed(back, clone)
        late = await asyncio.to_thread(ran, "bash", "-c", IN_THE_FILE.format("SELECT * FROM late"), cwd=clone)
        assert "no such table: late" in late.stderr
        assert (clone / "easel-backup.tar").stat().st_mode & 0o777 == 0o600
    finally:
        await typed("docker compose down --volumes --rmi local", clone)


async def test_image_and_makefile_use_one_uv():
    """The installer that reads the lock file is one version, whose files are known by their hashes."""
    for name in ("Dockerfile", "Makefile"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert re.search(r"pip install .*--require-hashes --requirement \S*uv\.txt", text), name
        assert "pip install uv" not in text
    assert re.search(
        r"^uv==[\d.]+ \\\n +--hash=sha256:", (ROOT / "deploy/uv.txt").read_text(encoding="utf-8"), re.MULTILINE
    )

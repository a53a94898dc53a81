"""What operators run and read: setup, /metrics, backup. Stories over real sockets."""

import asyncio
import re
import shlex
import socket

import httpx
import pytest
from line_sandbox.openai import errors as openai_errors

from tests.system.demo.demo_process import demo
from tests.world import ROOT, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def easel(world: World, directory, *arguments: str, **settings: str) -> tuple[int, str]:
    """Run a command of the command line. Return its exit code and what it printed."""
    code, printed, complained = await world.run(directory, *arguments, **settings)
    return code, printed + complained


async def test_setup_ends_with_what_it_did(stage, tmp_path):
    """The command prints a row for each step; an address that fails replaces none that may work: exit code 1."""
    before, there = stage.line.webhook_url, "http://127.0.0.1:8/callback"
    stage.line.webhook_url = there
    try:
        code, printed = await easel(stage, tmp_path, "setup", "--url", "https://127.0.0.1:9/callback", "--no-rich-menu")
        assert stage.line.webhook_url == there
    finally:
        stage.line.webhook_url = before
    assert code == 1  # nobody answers LINE's test there
    assert "stays: https://127.0.0.1:9/callback failed" in " ".join(printed.split())
    assert "failed      webhook test" in printed
    assert "rich menu" not in printed


async def test_a_database_that_is_none_is_told_in_words(stage, tmp_path):
    """A broken file ends the start with the database's own words, not with a traceback around them."""
    (tmp_path / "easel.db").write_bytes(b"no database" * 1000)
    code, printed = await easel(stage, tmp_path, "serve", "--port", "0")
    assert code == 1
    assert "the database of DATABASE_URL cannot be used: file is not a database" in printed
    assert "Traceback" not in printed


async def test_a_port_that_is_taken_is_named(stage, tmp_path):
    """Where nothing can listen the log names HOST and PORT; exit code 1, since it may be free the next time."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, printed = await easel(stage, tmp_path, "serve", "--host", "127.0.0.1", "--port", str(port))
    assert code == 1
    assert f"HOST 127.0.0.1, PORT {port} cannot be listened on" in printed


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("move", "mysql://easel:secret@db/easel"), "the target must be postgresql://"),
        (("move", "postgresql://easel:secret@db:port/easel"), "the target must be postgresql://"),
        (("serve", "--port", "70000"), "--port"),
    ],
)
async def test_a_wrong_argument_is_not_blamed_on_the_settings(stage, tmp_path, arguments, told):
    """What was typed is named as typed: exit code 2, the settings are right and no cure of theirs is told."""
    code, printed = await easel(stage, tmp_path, *arguments)
    assert (code, told in printed) == (2, True), printed
    assert "mend these settings" not in printed
    assert "secret" not in printed


async def test_metrics_tell_of_a_picture(stage, tmp_path):
    """After one picture the counters of its way are there, only for who has the token."""
    person = stage.person()
    async with stage.easel(tmp_path, METRICS_TOKEN="a-metrics-token") as running, httpx.AsyncClient() as http:
        await stage.line.send_text(person, "a measured cat")
        await stage.picture(person)
        await running.logged("reply_sent")
        assert (await http.get(f"{running.url}/metrics")).status_code == 401
        seen = await http.get(f"{running.url}/metrics", headers={"Authorization": "Bearer a-metrics-token"})
    assert seen.status_code == 200
    for line in ('easel_events_total{type="message"} 1.0', 'easel_webhooks_total{status="200"} 1.0'):
        assert line in seen.text
    assert person not in seen.text
    assert "a measured cat" not in seen.text


async def test_metrics_tell_of_a_bad_hour(stage, tmp_path):
    """What was refused, declined and not permitted, with the model that is gone: each by its reason."""
    settings = {"IMAGE_MODELS": "gpt-image-1,gpt-image-2.6-flare", "USER_DAILY_PICTURES": "1"}
    greedy, unlucky, late = stage.person(), stage.person(), stage.person()
    async with stage.easel(tmp_path, **settings) as running, httpx.AsyncClient() as http:
        await stage.line.send_text(greedy, "a first cat")
        await stage.picture(greedy)
        await stage.line.send_text(greedy, "a second cat")
        await stage.said(greedy, count=2)
        for person, fault in ((unlucky, openai_errors.refused()), (late, openai_errors.insufficient_quota())):
            stage.openai.faults.add(fault, match="/v1/images/")
            await stage.line.send_text(person, "a cat")
            await stage.said(person)
        seen = (await http.get(f"{running.url}/metrics")).text
    for line in (
        'easel_requests_ended_total{reason="",state="ready"} 1.0',
        'easel_requests_ended_total{reason="limit_user_day",state="declined"} 1.0',
        'easel_requests_ended_total{reason="moderation_violence",state="refused"} 1.0',
        'easel_requests_ended_total{reason="closed",state="failed"} 1.0',
        'easel_model_gone{model="gpt-image-1"} 1.0',
        'easel_model_calls_total{model="gpt-image-2.6-flare",outcome="not_permitted"} 1.0',
    ):
        assert line in seen, seen


async def test_a_backup_that_cannot_be_written_says_why(stage, tmp_path):
    """One line and exit code 1, as for everything that is not possible; no traceback."""
    async with stage.easel(tmp_path):
        (tmp_path / "a-file").touch()
        for place in ("/proc/copies", "a-file"):
            code, printed = await easel(stage, tmp_path, "backup", place)
            assert (code, "check the rights and the room on the disk" in printed, place in printed) == (1, True, True)
            assert "Traceback" not in printed


async def test_a_backup_brings_a_bot_back(stage, tmp_path):
    """Copied while it runs, put back while it does not: what was said before is known, and the bot answers."""
    person, copies = stage.person(), tmp_path / "copies"
    async with stage.easel(tmp_path):
        await stage.line.send_text(person, "a kept lighthouse")
        await stage.picture(person)
        code, printed = await easel(stage, tmp_path, "backup", str(copies))
        assert (code, printed.count("saved")) == (0, 2)
        assert [oct(one.stat().st_mode)[-3:] for one in (copies, *copies.iterdir())] == ["700", "600", "600"]
        code, printed = await easel(stage, tmp_path, "restore", str(copies))
        assert code == 1
        assert "another Easel uses" in printed
    for file in tmp_path.glob("easel.*db*"):
        file.unlink()
    code, _ = await easel(stage, tmp_path, "restore", str(copies))
    assert code == 0
    assert {file.stat().st_mode & 0o777 for file in tmp_path.glob("easel*.db")} == {0o600}
    elsewhere = tmp_path / "new"
    code, _ = await easel(stage, tmp_path, "restore", str(copies), DATABASE_URL=f"sqlite:///{elsewhere}/easel.db")
    assert (code, elsewhere.stat().st_mode & 0o777) == (0, 0o700)  # nobody else looks in, not even while it copies
    async with stage.easel(tmp_path):
        await stage.line.send_text(person, "again")
        await stage.picture(person, count=2)
    assert len(stage.asked("a kept lighthouse")) == 2


async def test_a_backup_is_tried_on_the_stand_ins(stage, tmp_path):
    """As docs/backup.md has it, word by word: a demo, at which nothing is real, shows what was asked for."""
    person = stage.person()
    async with stage.easel(tmp_path):
        await stage.line.send_text(person, "a lighthouse to restore")
        await stage.picture(person)
        assert (await easel(stage, tmp_path, "backup", "easel-backup"))[0] == 0
    page = (ROOT / "docs" / "backup.md").read_text(encoding="utf-8")
    lines = next(block for block in page.split("```") if "easel demo" in block).splitlines()[1:]
    copied = await asyncio.create_subprocess_exec("sh", "-ec", "\n".join(lines[:-1]), cwd=tmp_path)
    assert await copied.wait() == 0
    with demo(tmp_path, *shlex.split(lines[-1])[2:], "--port", "0", OPENAI_API_KEY="sk-real") as started:
        url, token = re.findall(r"^Dashboard +(\S+) +with the token (\S+)", started.head, re.MULTILINE)[0]
        async with httpx.AsyncClient(follow_redirects=True) as http:
            shown = await http.post(f"{url}/sign-in", data={"token": token, "then": "/admin/requests"})
    assert "a lighthouse to restore" in shown.text

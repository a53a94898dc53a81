"""`easel init`: an operator answers at a terminal; each vendor tries what was said at once."""

import asyncio
import fcntl
import os
import pty
import re
import sys
import termios
from collections.abc import Sequence

import pytest
import pytest_asyncio

from app.ops.init import env_file
from app.ops.init.questions import GROUPS
from tests.practice import Practice, practice_in
from tests.world import interpreter

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = [one.name for group in GROUPS for one in group.questions]


@pytest_asyncio.fixture(loop_scope="session")
async def practice(tmp_path):
    """Vendors, and nothing set on this machine."""
    async with practice_in(tmp_path) as opened:
        yield opened


async def interviewed(practice: Practice, answers: Sequence[tuple[str, str]]) -> tuple[int, str]:
    """Answer each prompt in its turn, as it is asked. Return the exit code, and all that the terminal showed."""
    mine, theirs = pty.openpty()
    environment = {name: value for name, value in practice.environment.items() if name not in NAMES}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", "init"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=practice.directory,
        env=interpreter() | {"TERM": "xterm", "COLUMNS": "100"} | environment,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    shown, at = "", 0
    for prompt, answer in answers:
        while not (found := re.compile(re.escape(prompt) + r"[^\n]*: ").search(shown, at)):
            piece = await more(mine)
            assert piece, shown
            shown += piece
            assert "Correct it now" not in shown or "Correct" in str(answers), shown
        at = found.end()
        os.write(mine, f"{answer}\n".encode())
    while piece := await more(mine):
        shown += piece
    os.close(mine)
    return await process.wait(), shown


async def more(terminal: int) -> str:
    """Read what was shown since; empty: the other side is gone."""
    try:
        return (await asyncio.to_thread(os.read, terminal, 65536)).decode(errors="replace")
    except OSError:  # Linux' way to say so
        return ""


async def test_from_nothing_to_a_bot(practice):
    """A slip at each vendor is named and corrected at once; what is written is for the owner only; the rest follows."""
    right = [(name, practice.environment[name]) for name in NAMES]
    slips = {"LINE_CHANNEL_ACCESS_TOKEN": "of-another", "OPENAI_API_KEY": "sk-wrong", "R2_PUBLIC_BASE_URL": "mine"}
    answers = []
    for group in GROUPS:
        first = [(one.name, slips.get(one.name, practice.environment[one.name])) for one in group.questions]
        again = [(one.name, practice.environment[one.name]) for one in group.questions]
        answers += [*first, ("Correct it now?", "y"), *again]
    code, shown = await interviewed(practice, [*answers, ("Webhook address", "")])
    assert code == 0, shown
    assert "Issue a token in the LINE Developers console" in " ".join(shown.split())
    assert shown.count("1 failed") == len(GROUPS)
    assert all(shown.count(step) == 1 for group in GROUPS for step in group.steps)
    order = ("create a LINE Official Account", "Enable Messaging API", "LINE_CHANNEL_SECRET")
    assert sorted(order, key=shown.index) == list(order)
    written = practice.directory / ".env"
    assert written.stat().st_mode & 0o777 == 0o600
    assert set(written.read_text().splitlines()) == {f"{name}={value}" for name, value in right}
    assert not [one for one in ("LINE_CHANNEL_SECRET", "OPENAI_API_KEY") if practice.environment[one] in shown]
    assert practice.line.menus.menus
    assert "0 failed" in shown


async def test_once_more_on_what_is_there(practice):
    """Enter keeps each value; comments and other settings stay, and what was wrong is put right in its place."""
    file = practice.directory / ".env"
    before = [f"export {name}={practice.environment[name]}" for name in NAMES]
    before[NAMES.index("R2_BUCKET")] += "  # the public one"
    lines = ["# my bot", "", *before, "LOG_LEVEL=debug  # loud"]
    file.write_text("\n".join(lines).replace(practice.environment["OPENAI_API_KEY"], "an-older-key"))
    answers = [(name, "") for name in NAMES]
    answers[NAMES.index("OPENAI_API_KEY")] = ("OPENAI_API_KEY", practice.environment["OPENAI_API_KEY"])
    _code, shown = await interviewed(practice, [*answers, ("Webhook address", "")])
    assert file.read_text().splitlines() == lines, shown
    assert "If you have none of it yet" not in shown


async def test_without_a_terminal(practice):
    """It says what is missing, and where to find it."""
    (practice.directory / ".env").write_text(f"R2_BUCKET={practice.environment['R2_BUCKET']}\n")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", "init"),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        cwd=practice.directory,
        env=interpreter(),
    )
    said = (await process.communicate())[1].decode()
    assert process.returncode == 2
    assert "OPENAI_API_KEY: https://platform.openai.com/api-keys" in said
    assert "R2_BUCKET" not in said
    assert said.index("create a LINE Official Account") < said.index("LINE_CHANNEL_SECRET")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("R2_BUCKET=pictures  # the public one", "pictures"),
        ("export R2_BUCKET = 'pictures'  # quoted", "pictures"),
        ("R2_BUCKET='it\\'s'", "it's"),
        ('R2_BUCKET="a # b"', "a # b"),
        ("R2_BUCKET=", None),
        ("R2_BUCKET= # none yet", None),
        ("R2_BUCKET", None),
    ],
)
async def test_what_is_there_is_read_as_the_service_does(tmp_path, line, value):
    """Comments behind a value, quotes and escapes."""
    file = tmp_path / ".env"
    file.write_text(f"# my bot\n{line}\n", encoding="utf-8")
    assert env_file.read(file).get("R2_BUCKET") == value
    env_file.write(file, env_file.read(file))
    assert file.read_text(encoding="utf-8") == f"# my bot\n{line}\n"


@pytest.mark.parametrize("value", ["pictures", "it's", "a # b", 'say "hi"', "C:\\new\\", "'", "\\'", "€ 5"])
async def test_what_is_written_is_read_back(tmp_path, value):
    """Whatever a value has in it, on a line of its own or in an older value's place."""
    file = tmp_path / ".env"
    file.write_text('export OLD="one\ntwo"\nOTHER=1', encoding="utf-8")
    env_file.write(file, {"OLD": value, "NEW": value})
    assert env_file.read(file) == {"OLD": value, "OTHER": "1", "NEW": value}
    assert file.read_text(encoding="utf-8").startswith("export OLD=")

import contextlib
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from line_sandbox.page.stand_ins import Addresses

from app.demo.bot_database import BotDatabase
from app.demo.demo_errors import CannotStart
from app.demo.inherited import inherited_by_bot
from app.demo.parts import LINE, OPENAI, R2, environment_of, read_parts
from app.engine import engine_url

AT = Addresses(
    line="http://127.0.0.1:1",
    openai="http://127.0.0.1:2",
    r2="http://127.0.0.1:3",
    line_data="http://127.0.0.1:4",
)


def settings(*names):
    return dict.fromkeys(names, "real")


@pytest.mark.parametrize(
    ("names", "real"),
    [
        ((), (False, False, False)),
        (OPENAI, (False, True, False)),
        (R2, (False, False, True)),
        ((*LINE, *R2), (True, False, True)),
        ((*LINE, *OPENAI, *R2), (True, True, True)),
    ],
)
def test_parts(names, real):
    """A vendor is real when all its settings are there."""
    parts = read_parts(settings(*names))
    assert (parts.line, parts.openai, parts.r2) == real


@pytest.mark.parametrize("names", [LINE[:1], R2[:3], LINE])
def test_half_real(names):
    """Half of a vendor, or the real LINE without a bucket it can reach, cannot work."""
    with pytest.raises(CannotStart, match="--stand-ins"):
        read_parts(settings(*names))


def test_environment():
    """Stand-ins take the place of what is not real; the rest of the bot's settings stays."""
    inherited = {"OPENAI_API_KEY": "sk-real", "OPENAI_BASE_URL": "https://eu.example/v1", "IMAGE_SIZE": "auto"}
    inherited |= {"LINE_API_BASE_URL": "https://api.line.me", "ALLOWED_IDS": "U" + "0" * 32}
    made = environment_of(read_parts(inherited), AT, inherited, database="sqlite:///x.db")
    assert made["OPENAI_BASE_URL"] == "https://eu.example/v1"
    assert (made["LINE_API_BASE_URL"], made["LINE_DATA_API_BASE_URL"]) == (AT.line, AT.line_data)
    assert made["R2_PUBLIC_BASE_URL"] == f"{AT.r2}/public"
    assert (made["IMAGE_SIZE"], made["DATABASE_URL"]) == ("auto", "sqlite:///x.db")
    assert "ALLOWED_IDS" not in made


def test_what_is_forgotten(tmp_path):
    """Starting over takes away the demo's two databases with what SQLite puts beside them, and nothing else."""
    own, others = tmp_path / "demo.db", {"demo.db.of-mine", "demo.toml", "easel.db"}
    engine = sa.make_url(engine_url(f"sqlite:///{own}")).database
    files = [Path(f"{path}{end}") for path in (own, engine) for end in ("", "-wal", "-shm")]
    for path in (*files, *(tmp_path / name for name in others)):
        path.touch(exist_ok=False)
    BotDatabase(own).erase()
    BotDatabase(own).erase()  # nothing is there any more
    assert {path.name for path in tmp_path.iterdir()} == others


@pytest.mark.asyncio
async def test_what_is_forgotten_is_of_the_demo(tmp_path):
    """Whatever its folder is called, the bot's memory is looked for in its own file."""
    folder = tmp_path / "what? #1 100%"
    folder.mkdir()
    with contextlib.closing(sqlite3.connect(folder / "demo.db")) as connection:
        connection.executescript("CREATE TABLE gone_models (model, until); INSERT INTO gone_models VALUES ('x', 1)")
        await BotDatabase(folder / "demo.db").forget_gone_models()
        assert connection.execute("SELECT count(*) FROM gone_models").fetchone() == (0,)
    assert [*tmp_path.iterdir()] == [folder]


def test_the_demo_reads_what_the_bot_reads(tmp_path, monkeypatch):
    """Comments are no part of a value, what is set to nothing stays so, and the environment goes before `.env`."""
    lines = ["export IMAGE_SIZE=auto  # any", "READER_MODELS=", "IMAGE_FORMAT=png"]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = inherited_by_bot({"IMAGE_FORMAT": "webp"})
    assert found == {"IMAGE_SIZE": "auto", "READER_MODELS": "", "IMAGE_FORMAT": "webp"}

"""How the store grows with each picture, and how long it takes to look around a quoted one among 100,000."""

import contextlib
import random
import sqlite3
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from app.store.context import context_of
from app.store.database import Database
from app.store.tables import pictures, requests, sent
from bench import services, webhooks
from bench.client import Connection
from bench.figures import Figure, quantile
from bench.measures import DRAWS_AT_ONCE
from bench.vendors import Vendors

ROWS = 100_000
CHATS = 5_000
LOOKS = 500
STEPS = (100, 400)


async def growth(vendors: Vendors) -> list[Figure]:
    """Pages in use after 100 and after 400 pictures; what is kept for ever, and what is pruned after three days."""
    used: list[tuple[int, int]] = []
    vendors.forget()
    with tempfile.TemporaryDirectory() as directory:
        for count in (STEPS[0], STEPS[1] - STEPS[0]):
            async with services.easel(Path(directory), vendors.url, **DRAWS_AT_ONCE) as bot:
                expected = len(vendors.replied_at) + count
                connection = await Connection.open(bot.port)
                for _ in range(count):
                    await connection.ask(webhooks.request())
                await vendors.until(lambda expected=expected: len(vendors.replied_at) >= expected)  # type: ignore[misc]  # mypy knows no type for a default
                connection.close()
            used.append((_bytes_used(Path(directory) / "easel.db"), _bytes_used(Path(directory) / "easel.engine.db")))
    store, engine = ((late - early) / (STEPS[1] - STEPS[0]) / 1000 for early, late in zip(*used, strict=True))
    return [
        Figure(name="the store's growth for each picture", value=store, unit="kB"),
        Figure(name="the engine's, until it is pruned after 3 days", value=engine, unit="kB"),
    ]


async def quoted() -> list[Figure]:
    """On SQLite: everything that is looked up around a message that quotes one of 100,000 pictures."""
    chooser, took_ms = random.Random(1), []
    with tempfile.TemporaryDirectory() as directory:
        database = Database(f"sqlite:///{directory}/easel.db")
        database.migrate()
        _fill(database)
        for number in range(LOOKS):
            chosen = chooser.randrange(ROWS)
            began = time.perf_counter()
            around = await context_of(
                database, _chat(chosen), message_id=f"new {number}", quoted_message_id=f"ours {chosen}"
            )
            took_ms.append((time.perf_counter() - began) * 1000)
            assert around.quote.picture_id == f"picture {chosen}"
        database.close()
    return [
        Figure(name=f"a quoted picture among {ROWS:,}, p50", value=quantile(took_ms, 0.50), unit="ms"),
        Figure(name=f"a quoted picture among {ROWS:,}, p95", value=quantile(took_ms, 0.95), unit="ms"),
    ]


def _bytes_used(path: Path) -> int:
    """Of a database that nobody has open."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages, free, size = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in _PAGES)
    return int((pages - free) * size)


_PAGES = ("page_count", "freelist_count", "page_size")


def _chat(number: int) -> str:
    return f"U{number % CHATS:032x}"


def _fill(database: Database) -> None:
    wishes, drawn, said = [], [], []
    for number in range(ROWS):
        whose = {"chat_id": _chat(number), "user_id": _chat(number)}
        request_id, picture_id = f"request {number}", f"picture {number}"
        wishes.append(
            {"id": request_id, "chat_kind": "user", "message_id": f"theirs {number}", "prompt": "一隻在彈吉他的水獺"}
            | {"draws": True, "state": "ready", "answer": "sent", "created_at": float(number)}
            | whose
        )
        drawn.append(
            {"id": picture_id, "request_id": request_id, "position": 0, "object_key": f"i/{number}.jpg"}
            | {"preview_key": f"i/{number}-p.jpg", "size": "1024x1024", "created_at": float(number)}
            | whose
        )
        ours = {"message_id": f"ours {number}", "chat_id": _chat(number)}
        said.append(ours | {"request_id": request_id, "picture_id": picture_id})
    with database.transaction() as connection:
        for table, rows in ((requests, wishes), (pictures, drawn), (sent, said)):
            connection.execute(sa.insert(table), rows)

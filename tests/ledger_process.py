"""Begins calls as one of several processes: `python -m tests.ledger_process URL NAME HOW_MANY AT_ONCE`.

Says "ready" and waits for a line; then says for each call "begun" or which cap was reached.
"""

import asyncio
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.store.database import Database
from app.store.money.budgets import Capped, Caps
from app.store.money.ledger import Booking, Ledger

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC).timestamp()  # in Taipei
ESTIMATE = 23_800
CAPS = Caps(
    bot_daily_microusd=50 * ESTIMATE, bot_monthly_microusd=1000 * ESTIMATE, chat_monthly_microusd=500 * ESTIMATE
)


def booking(name: str, number: int, *, chats: int = 7) -> Booking:
    """One picture for one of a few groups."""
    return Booking(
        request_id=f"{name} {number}",
        chat_id=f"C{number % chats:032x}",
        chat_kind="group",
        user_id=f"U{number % (2 * chats):032x}",
        model="gpt-image-2.6-flare",
        kind="draw",
        size="1024x1024",
        quality="low",
        count=1,
        estimate_microusd=ESTIMATE,
    )


async def main(url: str, name: str, how_many: int, at_once: int) -> None:
    database = Database(url)
    ledger = Ledger(database, zone=ZoneInfo("Asia/Taipei"), caps=CAPS)
    turns = asyncio.Semaphore(at_once)

    async def begin(number: int) -> None:
        async with turns:
            call = await ledger.begin(booking(name, number), now_at=NOON)
        say(call.cap if isinstance(call, Capped) else "begun")

    say("ready")
    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.gather(*(begin(number) for number in range(how_many)))
    database.close()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))

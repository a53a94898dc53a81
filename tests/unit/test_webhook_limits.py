"""What the way in holds of bodies that are not whole yet, and how long a connection may rest."""

import asyncio
import re
from pathlib import Path

import pytest

from app.engine import Engine, QueueLimits
from app.health import Health
from app.metrics import Metrics
from app.refusals import Refusals
from app.server import KEEP_ALIVE_S
from app.store.housekeeping import Upkeep
from app.store.inbox import Inbox, Rank
from app.traces import Traces
from app.webhook import BODY_BYTES_MAX, HELD_BYTES_MAX, SMALL_BYTES, Webhook

DEPLOY = Path(__file__).parents[2] / "deploy"
SIGNATURE = (b"x-line-signature", b"A" * 43 + b"=")  # well-formed, and not LINE's


@pytest.fixture
def webhook(database):
    """The way in, with real parts behind it that are not started."""
    limits = QueueLimits(at_once=1, at_once_per_user=1, per_minute=0)
    engine = Engine(database_url=str(database.url), executor_id="us", limits=limits)
    inbox = Inbox(database, owner="us")
    return Webhook(
        secrets=["s" * 32],
        inbox=inbox,
        health=Health(upkeep=Upkeep(database, owner="us"), inbox=inbox, engine=engine),
        rank=lambda _: Rank.ASKS,
        arrived=lambda _: None,
        metrics=Metrics(version="1"),
        traces=Traces(None, service_version="1"),
        refusals=Refusals(),
    )


class Post:
    """A stranger's webhook that sends a part of its body and then no more, until it is told to end."""

    def __init__(self, webhook, size):
        self.status = None
        self.went_on = asyncio.Event()
        self._parts = [{"type": "http.request", "body": b"x" * size, "more_body": True}]
        self._may_end = asyncio.Event()
        self.task = asyncio.create_task(webhook({"type": "http", "headers": [SIGNATURE]}, self._receive, self._send))

    async def _receive(self):
        if self._parts:
            return self._parts.pop()
        self.went_on.set()
        await self._may_end.wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message):
        self.status = message.get("status", self.status)

    async def end(self):
        """Send the rest. Return the status."""
        self._may_end.set()
        await self.task
        return self.status


async def test_bodies_that_never_end_are_held_up_to_a_cap(webhook):
    """Beyond it a large one is answered 503, so that LINE sends it again; a small one is still heard."""
    slow = [Post(webhook, BODY_BYTES_MAX) for _ in range(HELD_BYTES_MAX // BODY_BYTES_MAX)]
    for one in slow:
        await one.went_on.wait()
    assert await Post(webhook, BODY_BYTES_MAX).end() == 503
    assert await Post(webhook, SMALL_BYTES).end() == 400
    assert {await one.end() for one in slow} == {400}
    assert await Post(webhook, BODY_BYTES_MAX).end() == 400  # there is room again


@pytest.mark.parametrize(
    ("file", "rests"), [("Caddyfile", r"keepalive (\d+)s"), ("nginx.conf", r"keepalive_timeout (\d+)s;")]
)
def test_a_connection_rests_longer_here_than_at_the_proxies(file, rests):
    """Else a webhook is sometimes sent into one that we close in the same moment, and is lost."""
    found = [int(one) for one in re.findall(rests, (DEPLOY / file).read_text(encoding="utf-8"))]
    assert found
    assert max(found) < KEEP_ALIVE_S

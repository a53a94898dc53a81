"""The bucket's public address is looked at by the service itself: stored is not yet seen."""

import asyncio
import contextlib
import time
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI
from line_sandbox.faults import Fault
from line_sandbox.line import LineStandIn
from line_sandbox.r2 import R2StandIn
from line_sandbox.server import serve
from structlog.testing import capture_logs

from app.engine import Engine, QueueLimits
from app.flows.delivery.languages import Languages
from app.flows.upkeep.address_watch import AGAIN_S, LOOK_EVERY_S, PublicAddress
from app.flows.upkeep.admin_alerts import AdminAlerts
from app.flows.upkeep.drawing_halt import DrawingHalt
from app.health import Health, routes
from app.line.client import LineClient
from app.r2 import Bucket, why_not_served
from app.store.alerts import Alerts
from app.store.chat_pictures import Pictures
from app.store.housekeeping import Upkeep
from app.store.inbox import Inbox
from app.store.people import People
from app.store.switches import NOBODY_SEES, PICTURES_UNSERVED, Switches
from app.store.tables import pictures

KEYS = {"access_key_id": "a" * 32, "secret_access_key": "b" * 64}
JPEG = b"\xff\xd8\xff\xe0 a small picture"
KEY = "i/2026/11/a-key-that-nobody-guesses.jpg"


@pytest.fixture
async def line():
    """LINE, with one admin; the stand-in keeps what they are told."""
    stand_in = LineStandIn(channel_secret="s" * 32, channel_access_token="token", allow_http=True)
    async with serve(stand_in.app) as base_url:
        client = LineClient(channel_access_token="token", base_url=base_url, data_base_url=base_url)
        yield stand_in, client
        await client.aclose()


@pytest.fixture
async def r2():
    """The stand-in, and a bucket of ours on it."""
    stand_in = R2StandIn(**KEYS, bucket="pictures")
    async with serve(stand_in.app) as base_url:
        bucket = Bucket(endpoint_url=base_url, bucket="pictures", public_base_url=f"{base_url}/public", **KEYS)
        yield stand_in, bucket
        await bucket.aclose()


@pytest.fixture
async def admin(line):
    """Whoever is told of what is wrong."""
    return line[0].add_person("admin", language="en")


@pytest.fixture
async def address(database, r2, line, admin):
    """The parts of the service that look at the public address; nothing is drawn yet."""
    alarm = AdminAlerts(
        alerts=Alerts(database),
        languages=Languages(people=People(database), line=line[1], default="en"),
        line=line[1],
        admin_ids=[admin],
        zone=ZoneInfo("Asia/Taipei"),
    )
    switches = Switches(database)
    return PublicAddress(
        pictures=Pictures(database), bucket=r2[1], switches=switches, alarm=alarm, halt=DrawingHalt(switches)
    )


@pytest.fixture
async def picture(database, r2):
    """A picture was drawn and stored."""
    await r2[1].put(KEY, JPEG, content_type="image/jpeg")
    row = {"id": "P", "request_id": "R", "chat_id": "C", "position": 0, "object_key": KEY, "preview_key": KEY}
    with database.transaction() as connection:
        connection.execute(pictures.insert(), row | {"size": "1x1", "created_at": time.time()})


async def readiness(database, address):
    """Return what /readyz says."""
    limits = QueueLimits(at_once=1, at_once_per_user=1, per_minute=0)
    engine = Engine(database_url=str(database.url), executor_id="us", limits=limits)
    inbox, upkeep = Inbox(database, owner="us"), Upkeep(database, owner="us")
    app = FastAPI()
    app.include_router(routes(Health(upkeep=upkeep, inbox=inbox, engine=engine, beside=lambda: address.problems)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://easel") as http:
        return (await http.get("/readyz")).json()


def is_public(call):
    """Whether somebody fetches as a phone does."""
    return "/public/" in call.path


@pytest.mark.usefixtures("picture")
async def test_a_picture_that_is_served_is_looked_at_calmly(database, r2, address):
    """One small request, ten minutes of rest, and nobody hears of it."""
    stand_in, _ = r2
    assert await address.look() == LOOK_EVERY_S
    assert not address.problems
    assert not await Switches(database).is_on(PICTURES_UNSERVED)
    assert [call.method for call in stand_in.calls if is_public(call)] == ["GET"]


@pytest.mark.usefixtures("picture")
@pytest.mark.parametrize(
    ("fault", "code", "halts"),
    [
        (Fault.status(404, "<html>no such domain</html>"), "http_404", True),
        (Fault.status(401, "This bucket cannot be viewed"), "http_401", True),
        (Fault.status(302, headers={"location": "https://login.example"}), "http_302", True),
        (Fault.status(403, "<html>are you a robot?</html>"), "http_403", False),
        (Fault.status(522, "<html>"), "http_522", False),
        (Fault.status(200, "<html>this domain is for sale</html>"), "not_a_picture", False),
        (Fault.drop(), "RemoteProtocolError", False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_an_address_that_is_dead_is_told(database, r2, line, admin, address, fault, code, halts):
    """At the second look in a row: log, readiness, switch for metric and dashboard, admins; over when it serves.

    Drawing rests where its answer holds for everybody, and not where only we may be kept out.
    """
    stand_in, _ = r2
    fault = stand_in.faults.add(fault, match=is_public, times=None)
    with capture_logs() as logs:
        assert await address.look() == AGAIN_S
        assert not address.problems
        assert not line[0].chat(admin).from_bot
        for _ in range(3):
            assert await address.look() == AGAIN_S
    told = [one for one in logs if one["event"] != "alert_sent"]
    assert [(one["event"], one["code"]) for one in told] == [("pictures_not_served", code)]
    assert "doctor" in told[0]["cure"]
    assert KEY not in str(logs)
    [alert] = line[0].chat(admin).from_bot
    assert f"({code})" in alert.body["text"]
    assert "public address" in (await readiness(database, address))["warnings"]
    assert await Switches(database).is_on(PICTURES_UNSERVED)
    assert await Switches(database).is_on(NOBODY_SEES) is halts
    stand_in.faults.remove(fault)
    assert await address.look() == LOOK_EVERY_S
    assert not address.problems
    assert not await Switches(database).on([PICTURES_UNSERVED, NOBODY_SEES])


@pytest.mark.usefixtures("picture")
async def test_one_look_halts_nothing(database, r2, address):
    """The second one does; a later one that may be about us alone lets drawing go on."""
    stand_in, _ = r2
    nobodys = stand_in.faults.add(Fault.status(404), match=is_public, times=None)
    await address.look()
    assert not await Switches(database).is_on(NOBODY_SEES)
    await address.look()
    assert await Switches(database).is_on(NOBODY_SEES)
    assert "nothing is drawn" in address.problems["public address"]
    stand_in.faults.remove(nobodys)
    stand_in.faults.add(Fault.status(403), match=is_public, times=None)
    await address.look()
    assert await Switches(database).on([PICTURES_UNSERVED, NOBODY_SEES]) == [PICTURES_UNSERVED]


async def test_a_halt_lets_wishes_wait_until_it_is_over(database):
    """Which of our processes or theirs has found out, and which sees its end, is all the same."""
    switches, halt = Switches(database), DrawingHalt(Switches(database))
    await halt.over("first")
    await switches.turn_on(NOBODY_SEES)
    halt.begin()
    with capture_logs() as logs:
        waiting = asyncio.create_task(halt.over("second"))
        while not logs:  # noqa: ASYNC110 - a log is no event
            await asyncio.sleep(0)
        assert not waiting.done()
        await switches.turn_off(NOBODY_SEES)
        await waiting
    assert logs == [{"event": "drawing_waits", "log_level": "warning", "request": "second", "reasons": [NOBODY_SEES]}]


@pytest.mark.usefixtures("picture")
async def test_what_another_process_found_is_over_when_one_sees_a_picture(database, address):
    """So a restart ends it, too."""
    await Switches(database).turn_on(PICTURES_UNSERVED)
    assert await address.look() == LOOK_EVERY_S
    assert not await Switches(database).is_on(PICTURES_UNSERVED)


@pytest.mark.usefixtures("picture")
async def test_a_picture_that_is_gone_is_no_fault_of_the_address(r2, address):
    """It was forgotten, or the bucket deletes sooner than we do."""
    stand_in, _ = r2
    stand_in.objects.clear()
    for _ in range(3):
        assert await address.look() == LOOK_EVERY_S
    assert not address.problems


async def test_without_a_picture_nobody_is_asked(r2, address):
    """There is nothing to see yet."""
    assert await address.look() == LOOK_EVERY_S
    assert not r2[0].calls


async def test_of_an_endless_answer_only_the_head_is_read():
    """Whoever has the domain now may send what they like."""
    sent, ended = 0, asyncio.Event()

    async def endless(reader, writer):
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 500000000\r\n\r\n")
        with contextlib.suppress(OSError):
            while sent < 500_000_000:
                writer.write(b"x" * 100_000)
                await writer.drain()
                sent += 100_000
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        ended.set()

    async with await asyncio.start_server(endless, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await why_not_served(f"http://127.0.0.1:{port}/k.jpg") is None
        await ended.wait()
    assert sent < 50_000_000


async def test_without_a_connection_the_kind_of_it_is_told():
    """Name, port or certificate: a word that can be looked for."""
    async with serve(R2StandIn(**KEYS, bucket="pictures").app) as base_url:
        pass
    assert await why_not_served(f"{base_url}/k.jpg") == "ConnectError"

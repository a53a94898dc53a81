"""The headline of the dashboard: whatever keeps people from their pictures, it does not stay green."""

import json
import time
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.openai.faults import HttpAnswer as Response
from app.openai.faults import fault
from app.reports.gauges import Gauges
from app.reports.troubles import Trouble, Troubles, headline
from app.store.deliveries import Deliveries, Way
from app.store.money.budgets import Caps
from app.store.money.call_outcome import CallOutcome
from app.store.money.ledger import Booking, Ledger
from app.store.pending_uploads import PaidPicture, PendingUploads, StoredPicture
from app.store.receiving import NewRequest, NewToken, Receiving, Sender
from app.store.requests import AnswerState, Requests, drawing
from app.store.switches import LINE_REFUSES, PICTURES_UNSERVED, Switches
from app.store.tables import requests

SAMPLES = Path(__file__).parents[1] / "samples" / "openai"
ZONE = ZoneInfo("Asia/Taipei")
ALICE = Sender(chat_id="U" + "a" * 32, chat_kind="user", user_id="U" + "a" * 32)
PNG = b"bytes that were paid"


class Day:
    """A store in which wishes go well, or do not."""

    def __init__(self, database):
        self.database = database
        self.requests = Requests(database)
        self.ledger = Ledger(database, zone=ZONE, caps=Caps())
        self.kept = PendingUploads(database, notes_beside=self.ledger.notes_beside)
        self.deliveries = Deliveries(database, owner="us", zone=ZONE, late_after_s=45.0)
        self.count = 0

    async def wish(self) -> str:
        """Somebody wishes for a picture."""
        self.count += 1
        name = f"R{self.count}"
        token = NewToken(token=f"token of {name}", arrived_at=time.time(), addressed=True)
        await Receiving(self.database).receive(
            name, sender=ALICE, token=token, request=NewRequest(prompt="a cat", draws=True)
        )
        await self.database.run(lambda connection: drawing(connection, name))
        return name

    async def fails(self, reason: str) -> None:
        await self.requests.fail(await self.wish(), reason=reason)

    async def calls_fail(self, times: int, outcome: CallOutcome = CallOutcome.FAILED) -> str:
        name = await self.wish()
        for _ in range(times):
            await self.ledger.end(await self.ledger.begin(booking(name)), outcome, vendor_request_id=None)
        return name

    async def pays(self) -> str:
        name = await self.wish()
        await self.kept.keep(
            name,
            paid=[PaidPicture(position=0, data=PNG)],
            model="gpt-image-2",
            vendor_request_id=None,
            settle=lambda _: None,
        )
        return name

    async def draws(self) -> str:
        name = await self.pays()
        await self.kept.ready(name, [StoredPicture(position=0, object_key="i/a", preview_key="i/a", size="1x1")])
        return name

    async def sends(self, name: str):
        chat = await self.deliveries.chat(ALICE.chat_id)
        token = next(one for one in chat.tokens if one.event_id == name)
        return await self.deliveries.claim(
            ALICE.chat_id, way=Way.REPLY, token=token, request_ids=[name], messages=[{"type": "text", "text": "…"}]
        )

    async def passes(self, seconds: float) -> None:
        """Make everything so much older."""
        columns = [requests.c.created_at, requests.c.kept_at]
        older = sa.update(requests).values({one: one - seconds for one in columns})
        with self.database.transaction() as connection:
            connection.execute(older)
            connection.execute(sa.text("UPDATE deliveries SET created_at = created_at - :s"), {"s": seconds})

    async def headline(self, *, has_model: bool = True, is_ready: bool = True) -> str | None:
        store = await Gauges(self.database, zone=ZONE, caps=Caps()).store_state()
        troubles = await Troubles(self.database).last()
        return headline(store, is_ready=is_ready, has_model=has_model, troubles=troubles)


def booking(request_id: str) -> Booking:
    return Booking(
        request_id=request_id,
        chat_id=ALICE.chat_id,
        chat_kind="user",
        user_id=ALICE.user_id,
        model="gpt-image-2",
        kind="draw",
        size="1024x1024",
        quality="low",
        count=1,
        estimate_microusd=10_000,
    )


@pytest.fixture
def day(database):
    return Day(database)


async def test_a_fine_day_has_no_headline_but_that_it_draws(day):
    """Nothing drawn yet; a picture that arrived; one under way; one that moderation refused."""
    assert await day.headline() is None
    await day.deliveries.landed(await day.sends(await day.draws()), [])
    await day.requests.fail(await day.wish(), reason="moderation", refused=True)
    await day.wish()
    await day.pays()
    assert await day.headline() is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("400-billing-hard-limit-1", "closed"),
        ("403-organization-not-verified", "closed"),
        ("401-invalid-api-key", "closed"),
        ("500-server-error", "busy"),
    ],
)
async def test_when_the_model_gives_no_picture_the_headline_says_so(day, answer, words):
    """Whatever the vendor answers: the wish ends with the reason of its error, and the cause stands below."""
    sample = json.loads((SAMPLES / f"{answer}.json").read_text(encoding="utf-8"))
    refused = Response(status=sample["status"], headers={}, body=json.dumps(sample["body"]).encode())
    await day.draws()
    await day.fails(fault(refused, model="gpt-image-2", now_at=0.0).reason)
    assert await day.headline() == "Pictures fail"
    assert await Troubles(day.database).last() == {Trouble.MODEL: words}
    await day.draws()
    assert await day.headline() is None


async def test_a_wish_that_the_model_fails_again_and_again_is_told_before_it_ends(day):
    """A single failed call is a moment's fault."""
    await day.calls_fail(1)
    assert await day.headline() is None
    await day.calls_fail(3)
    assert await day.headline() == "Pictures fail"


async def test_when_the_bucket_takes_nothing_the_headline_says_so(day):
    """The key was revoked: paid pictures wait; younger ones do not hide that."""
    await day.draws()
    await day.pays()
    assert await day.headline() is None
    await day.passes(30)
    await day.pays()
    assert await day.headline() == "The bucket takes no pictures"
    await day.draws()
    assert await day.headline() is None


async def test_when_line_answers_500_the_headline_says_so(day):
    """While a reply is tried again, and after its outcome is given up; not in its first seconds."""
    await day.deliveries.landed(await day.sends(await day.draws()), [])
    delivery = await day.sends(await day.draws())
    assert await day.headline() is None
    await day.passes(15)
    assert await day.headline() == "LINE takes no answers"
    await day.deliveries.doubtful(delivery)
    assert (await day.requests.get("R2")).answer is AnswerState.UNKNOWN
    assert await day.headline() == "LINE takes no answers"
    await day.deliveries.landed(await day.sends(await day.draws()), [])
    assert await day.headline() is None


async def test_when_line_cannot_be_reached_the_headline_says_so(day):
    """The answer is due again, but not since it waits for its moment."""
    name = await day.draws()
    assert await day.headline() is None
    await day.deliveries.not_landed(await day.sends(name))
    assert await day.headline() == "LINE takes no answers"


@pytest.mark.parametrize("words", ["photo_unreadable", "photo_gone", "picture_gone", "limit_user_day", "flood"])
async def test_what_is_a_persons_own_is_no_trouble(day, words):
    """One damaged photo does not make the service look broken."""
    await day.fails(words)
    assert await day.headline() is None


@pytest.mark.parametrize(
    ("switch", "words"),
    [(LINE_REFUSES, "LINE refuses the token"), (PICTURES_UNSERVED, "Nobody can see the pictures")],
)
async def test_what_stands_until_it_is_mended_is_a_headline(day, switch, words):
    """However well the last picture went."""
    await day.draws()
    switches = Switches(day.database)
    await switches.turn_on(switch)
    assert await day.headline() == words
    await switches.turn_off(switch)
    assert await day.headline() is None


async def test_no_model_and_not_ready_are_headlines(day):
    """And a pause comes before everything."""
    assert await day.headline(has_model=False) == "No model is left"
    assert await day.headline(is_ready=False) == "Not ready"
    store = replace(await Gauges(day.database, zone=ZONE, caps=Caps()).store_state(), paused=True)
    assert headline(store, is_ready=False, has_model=False, troubles={}) == "Drawing is paused"

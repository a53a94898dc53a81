"""Checks that the store can be written, and keeps it small. `docs/data.md` says for each table what bounds it."""

import time

import sqlalchemy as sa

from app.store.database import Database
from app.store.expectations import NOTHING_EXPECTED
from app.store.requests import State
from app.store.tables import (
    alerts,
    budgets,
    chats,
    deliveries,
    gone_models,
    heartbeats,
    inbox,
    languages,
    leases,
    pending_uploads,
    photo_uses,
    photos,
    pictures,
    requests,
    sent,
    tallies,
    tokens,
    unsent,
)

DAY_S = 86_400.0
# LINE redelivers for minutes, not days; its number and interval are undisclosed:
# https://developers.line.biz/en/docs/messaging-api/receiving-messages/#webhook-redelivery (read 2026-11-22)
EVENTS_KEPT_S = 3 * DAY_S
DELIVERIES_KEPT_S = 7 * DAY_S
LANGUAGES_KEPT_S = 30 * DAY_S
PHOTOS_KEPT_S = 30 * DAY_S
BROKEN_OFF_KEPT_S = 30 * DAY_S  # paid bytes of a wish that a fault of ours has ended
WORDS_KEPT_S = 30 * DAY_S  # requests that were answered in words
COUNTS_KEPT_S = 400 * DAY_S  # a year and a month: budgets, tallies, and requests whose pictures are gone


class Upkeep:
    """Deletes what is too old, and checks that the store can be written.

    `owner` is this process.
    """

    def __init__(self, database: Database, *, owner: str) -> None:
        self._database = database
        self._owner = owner
        self._beat = database.upsert(heartbeats, ("at",))

    async def beat(self) -> None:
        """Write something; raise if the store does not take it."""
        row = {"owner": self._owner, "at": time.time()}
        await self._database.run_once(lambda connection: connection.execute(self._beat, row))

    async def prune(self) -> None:
        """Delete what is of no use any more, and free its room. The ledger stays, and so do requests with pictures."""
        now = time.time()
        old = [
            sa.delete(inbox).where(inbox.c.settled, inbox.c.arrived_at < now - EVENTS_KEPT_S),
            sa.delete(tokens).where(tokens.c.arrived_at < now - EVENTS_KEPT_S),
            sa.delete(deliveries).where(deliveries.c.ended_at < now - DELIVERIES_KEPT_S),
            # One that never ended is of no use by then: nobody waits for it, and its requests may be deleted already.
            sa.delete(deliveries).where(deliveries.c.created_at < now - WORDS_KEPT_S),
            sa.delete(languages).where(languages.c.read_at < now - LANGUAGES_KEPT_S),
            sa.delete(gone_models).where(gone_models.c.until < now),
            sa.delete(heartbeats).where(heartbeats.c.at < now - DAY_S),
            sa.delete(leases).where(leases.c.expires_at < now - DAY_S),
            # The row outlives the bytes, so that whoever quotes the photo is told that it is gone.
            sa.update(photos)
            .where(photos.c.created_at < now - PHOTOS_KEPT_S, photos.c.data.is_not(None))
            .values(data=None, waits=False),
            sa.delete(photos).where(photos.c.created_at < now - COUNTS_KEPT_S),
            sa.delete(pending_uploads).where(
                pending_uploads.c.request_id.in_(_broken_off(before=now - BROKEN_OFF_KEPT_S))
            ),
            sa.update(chats).where(chats.c.expects_until < now).values(**NOTHING_EXPECTED),
            sa.delete(unsent).where(unsent.c.at < now - EVENTS_KEPT_S),
            sa.delete(alerts).where(alerts.c.at < now - COUNTS_KEPT_S),
            sa.delete(budgets).where(budgets.c.period < _day(now - COUNTS_KEPT_S)),
            sa.delete(tallies).where(tallies.c.day < _day(now - COUNTS_KEPT_S)),
            # What people wrote is not kept longer than its pictures.
            _without_pictures(before=now - EVENTS_KEPT_S).values(prompt=None, options=None, sources=None, notes=None),
            *_forgotten(sa.and_(~requests.c.draws, requests.c.created_at < now - WORDS_KEPT_S)),
            *_forgotten(sa.and_(requests.c.created_at < now - COUNTS_KEPT_S, ~_has_pictures())),
        ]

        def write(connection: sa.Connection) -> None:
            for statement in old:
                connection.execute(statement)

        await self._database.run(write)
        await self._database.shrink()


def _forgotten(which: sa.ColumnElement[bool]) -> list[sa.Delete]:
    """Return what deletes requests, and the rows that refer to them."""
    ids = sa.select(requests.c.id).where(which)
    return [
        sa.delete(sent).where(sent.c.request_id.in_(ids)),
        sa.delete(photo_uses).where(photo_uses.c.request_id.in_(ids)),
        sa.delete(requests).where(which),
    ]


def _has_pictures() -> sa.Exists:
    return sa.exists().where(pictures.c.request_id == requests.c.id)


def _broken_off(*, before: float) -> sa.Select[tuple[str]]:
    with_bytes = requests.c.id.in_(sa.select(pending_uploads.c.request_id))
    return sa.select(requests.c.id).where(with_bytes, requests.c.state == State.FAILED, requests.c.ready_at < before)


def _without_pictures(*, before: float) -> sa.Update:
    ended = [State.REFUSED, State.FAILED, State.CANCELLED]
    nothing = sa.or_(~requests.c.draws, requests.c.state.in_(ended))
    return sa.update(requests).where(requests.c.created_at < before, requests.c.prompt.is_not(None), nothing)


def _day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at))

"""From the inbox on: which events are still to be read, and which are settled.

An event is settled in the transaction that writes its request and its token. Until then it is read again from its row,
by this process or by one that takes over from it.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.store.database import Database
from app.store.inbox import Rank
from app.store.receiving import NewToken, Sender, settle, token_row
from app.store.requests import State
from app.store.tables import UNANSWERED, UNSETTLED, deliveries, inbox, requests, tokens

SUSPECT_TRIES = 3  # ends of processes that an event may have caused; from here on it is handled alone, to be sure
UNANSWERED_FOR_S = 6 * 3600.0  # what is older waits for the next event of its chat


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """An event that is to be read. `arrived_at`: Unix seconds. `tries`: how many processes ended while it was open."""

    event_id: str
    raw: str
    arrived_at: float
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """An event that asks for nothing, with its token if it has one."""

    event_id: str
    sender: Sender | None = None
    token: NewToken | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A request whose chat waits for an answer. `queued`: the engine may not have it yet."""

    id: str
    chat_id: str
    chat_kind: str
    user_id: str | None
    queued: bool


class Settling:
    """Takes events from the inbox, settles them, and adopts those that dead processes left.

    `owner` is this process.
    """

    def __init__(self, database: Database, *, owner: str) -> None:
        self._database = database
        self._owner = owner
        self._insert_token = database.insert_once(tokens)

    async def unsettled(self, rank: Rank, *, limit: int) -> list[Unsettled]:
        """Return the oldest events of this process and this rank that are still to be read."""
        wanted = {"owner": self._owner, "rank": int(rank), "limit": limit}
        rows = await self._database.look(lambda connection: connection.execute(_OLDEST, wanted).all())
        return [Unsettled(event_id=row[0], raw=row[1], arrived_at=row[2], tries=row[3]) for row in rows]

    async def settle(self, event_id: str) -> None:
        """Mark an event as settled: nothing is left to do for it."""
        await self._database.run(lambda connection: settle(connection, [event_id]))

    async def settle_all(self, passed: Sequence[Passed]) -> set[str]:
        """Settle events that ask for nothing. Keep their tokens where something in the chat is not answered yet.

        Returns:
            Those chats: what is ready there can be sent with a new token.
        """
        chat_ids = {one.sender.chat_id for one in passed if one.sender and one.token}

        def write(connection: sa.Connection) -> set[str]:
            waiting = (
                set(connection.execute(_WAITING_AMONG, {"chats": list(chat_ids)}).scalars()) if chat_ids else set()
            )
            rows = [
                token_row(one.event_id, one.sender, one.token)
                for one in passed
                if one.sender and one.token and one.sender.chat_id in waiting
            ]
            if rows:
                connection.execute(self._insert_token, rows)
            settle(connection, [one.event_id for one in passed])
            return waiting

        return await self._database.run(write)

    async def asks(self, event_ids: Sequence[str]) -> None:
        """Move events that seemed to be chatter to the rank of those that ask for something."""
        change = sa.update(inbox).where(inbox.c.event_id.in_(event_ids)).values(rank=int(Rank.ASKS))
        await self._database.run(lambda connection: connection.execute(change))

    async def tried(self, event_id: str) -> None:
        """Count a try of an event that is about to be read alone: if the process ends now, this event is the cause."""
        change = sa.update(inbox).where(inbox.c.event_id == event_id).values(tries=inbox.c.tries + 1)
        await self._database.run(lambda connection: connection.execute(change))

    async def reopen(self, event_id: str) -> None:
        """Have an event read here that a workflow of an earlier release had begun, unless it was answered."""
        change = sa.update(inbox).where(inbox.c.event_id == event_id, inbox.c.raw != "")
        await self._database.run(lambda connection: connection.execute(change.values(settled=False, owner=self._owner)))

    async def owners(self) -> set[str]:
        """Return the processes that have events to read, chats that wait, or deliveries under way."""
        since = {"since": time.time() - UNANSWERED_FOR_S}
        return await self._database.look(lambda connection: set(connection.execute(_OWNERS, since).scalars()))

    async def adopt(self, dead: Collection[str]) -> list[Unanswered]:
        """Take over what dead processes left. Return the requests whose chats wait.

        A chat also waits if one of them died during a delivery to it, whichever process received the request.
        """
        bound = {"dead": list(dead), "since": time.time() - UNANSWERED_FOR_S}
        left = inbox.c.owner.in_(list(dead))
        one_more = sa.case((inbox.c.tries < SUSPECT_TRIES, inbox.c.tries + 1), else_=inbox.c.tries)
        unread = sa.update(inbox).where(left, UNSETTLED).values(owner=self._owner, tries=one_more)

        def write(connection: sa.Connection) -> list[Unanswered]:
            rows = list(connection.execute(_UNANSWERED_OF, bound))
            connection.execute(unread)
            ids = [row.id for row in rows]
            connection.execute(sa.update(inbox).where(inbox.c.event_id.in_(ids)).values(owner=self._owner))
            said = connection.execute(_TAKE_OVER, bound | {"us": self._owner}).scalars()
            named = {"requests": [request_ids[0] for request_ids in said if request_ids]}
            rows += connection.execute(_NAMED, named).all() if named["requests"] else ()
            return [
                Unanswered(
                    id=row.id,
                    chat_id=row.chat_id,
                    chat_kind=row.chat_kind,
                    user_id=row.user_id,
                    queued=row.state == State.QUEUED,
                )
                for row in rows
            ]

        return await self._database.run(write)


_OLDEST = (
    sa.select(inbox.c.event_id, inbox.c.raw, inbox.c.arrived_at, inbox.c.tries)
    .where(UNSETTLED, inbox.c.owner == sa.bindparam("owner"), inbox.c.rank == sa.bindparam("rank"))
    .order_by(inbox.c.arrived_at)
    .limit(sa.bindparam("limit"))
)
_WAITING_AMONG = (
    sa.select(requests.c.chat_id)
    .where(requests.c.chat_id.in_(sa.bindparam("chats", expanding=True)), UNANSWERED)
    .distinct()
)
_LATELY_UNANSWERED = (
    requests.join(inbox, inbox.c.event_id == requests.c.id),
    sa.and_(UNANSWERED, requests.c.created_at >= sa.bindparam("since")),
)
# There is no index: rows go after a week, and are only searched when a process comes or goes, or now and then.
_BEING_SAID = (deliveries.c.outcome == "intent", deliveries.c.created_at >= sa.bindparam("since"))
_OWNERS = sa.union(
    sa.select(inbox.c.owner).where(UNSETTLED),
    sa.select(inbox.c.owner).select_from(_LATELY_UNANSWERED[0]).where(_LATELY_UNANSWERED[1]),
    sa.select(deliveries.c.owner).where(*_BEING_SAID),
)
_OF_THE_DEAD: sa.BindParameter[list[str]] = sa.bindparam("dead", expanding=True)
_UNANSWERED_COLUMNS = [requests.c[name] for name in ("id", "chat_id", "chat_kind", "user_id", "state")]
_UNANSWERED_OF = (
    sa.select(*_UNANSWERED_COLUMNS)
    .select_from(_LATELY_UNANSWERED[0])
    .where(_LATELY_UNANSWERED[1], inbox.c.owner.in_(_OF_THE_DEAD))
    .order_by(requests.c.created_at)
)
_TAKE_OVER = (
    sa.update(deliveries)
    .where(*_BEING_SAID, deliveries.c.owner.in_(_OF_THE_DEAD))
    .values(owner=sa.bindparam("us"))
    .returning(deliveries.c.request_ids)
)
_NAMED = sa.select(*_UNANSWERED_COLUMNS).where(requests.c.id.in_(sa.bindparam("requests", expanding=True)))

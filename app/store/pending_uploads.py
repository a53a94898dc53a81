"""From the model's answer to the bucket: the paid bytes wait on disk, so that nobody pays for them twice."""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import InternalError, OperationalError, ProgrammingError

from app.databases import first_line
from app.store.database import Database
from app.store.deletions import delete_later
from app.store.requests import UNDRAWN, AnswerState, State, give_back
from app.store.tables import chats, pending_uploads, pictures, requests

NOTED_MAX = 4  # pictures; five fill a reply, so that no note can be sent with them
PICTURE_ID_BYTES = 16  # 22 characters; whoever knows the id still reaches only pictures of their own chat

AGAIN_S = 3.0  # between two tries to keep paid bytes where the database refuses them

log = structlog.get_logger()

NotesBeside = Callable[[sa.Connection, sa.RowMapping], Sequence[Sequence[Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidPicture:
    """One paid picture that is not in the bucket yet, with the keys that it is to have there, once they are known."""

    position: int
    data: bytes = field(repr=False)
    object_key: str | None = None
    preview_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPicture:
    """One picture that the bucket has. `size` is the real one, WIDTHxHEIGHT px."""

    position: int
    object_key: str
    preview_key: str
    size: str


class PendingUploads:
    """Keeps paid bytes until the bucket has them. Each method is safe to call again with the same arguments."""

    def __init__(self, database: Database, *, notes_beside: NotesBeside = lambda _connection, _request: ()) -> None:
        """`notes_beside` returns the notes to send with the pictures of a request, once."""
        self._database = database
        self._notes_beside = notes_beside
        self._insert_upload = database.insert_once(pending_uploads)
        self._point_chat = database.upsert(chats, ("current_picture",))

    async def keep(
        self,
        request_id: str,
        *,
        paid: Sequence[PaidPicture],
        model: str,
        vendor_request_id: str | None,
        settle: Callable[[sa.Connection], None],
        notes: Sequence[Sequence[Any]] = (),
    ) -> bool:
        """Put the paid bytes on disk; from here on nothing asks the model again. `settle` books what they cost.

        `notes` are sent with the pictures: each is a key of the sentences and its details.
        Whatever is wrong with the database, this waits and tries again: the bytes are paid for.

        Returns:
            False if nobody wants the picture any more; then only the cost is booked.
        """

        def write(connection: sa.Connection) -> bool:
            came = {"came_of": model, "came_as": vendor_request_id, "now": time.time()}
            request = connection.execute(_KEEP, {"request": request_id, **came}).first()
            if request:
                connection.execute(self._insert_upload, [{"request_id": request_id, **asdict(one)} for one in paid])
                if notes:
                    _note(connection, request_id, request.notes, notes)
            settle(connection)
            return request is not None

        while True:
            try:
                return await self._database.run(write)
            except (OperationalError, ProgrammingError, InternalError) as error:
                log.error("paid_bytes_wait", request=request_id, error=type(error).__name__, said=first_line(error))
                await asyncio.sleep(AGAIN_S)

    async def waiting(self, request_id: str) -> list[PaidPicture]:
        """Return the paid pictures of a request that are not in the bucket yet."""
        of_it = {"request": request_id}
        rows = await self._database.look(lambda connection: connection.execute(_WAITING, of_it).mappings().all())
        return [PaidPicture(**row) for row in rows]

    async def name(self, request_id: str, paid: PaidPicture, *, object_key: str, preview_key: str) -> tuple[str, str]:
        """Replace the object keys of `paid`, before an upload. Return the keys that hold: those of a faster try."""
        mine = (pending_uploads.c.request_id == request_id, pending_uploads.c.position == paid.position)

        def write(connection: sa.Connection) -> tuple[str, str]:
            as_it_was = sa.update(pending_uploads).where(
                *mine, pending_uploads.c.object_key.is_not_distinct_from(paid.object_key)
            )
            if connection.execute(as_it_was.values(object_key=object_key, preview_key=preview_key)).rowcount == 1:
                return object_key, preview_key
            row = connection.execute(
                sa.select(pending_uploads.c.object_key, pending_uploads.c.preview_key).where(*mine)
            ).first()
            return (row.object_key, row.preview_key) if row else (object_key, preview_key)

        return await self._database.run(write)

    async def ready(self, request_id: str, stored: Sequence[StoredPicture]) -> bool:
        """Record that the bucket has the pictures: the answer is due, and our own copy of the bytes is deleted.

        Returns:
            False if nobody wants them any more; then the bucket's copy is deleted as well.
        """

        def write(connection: sa.Connection) -> bool:
            of_it = {"request": request_id}
            request = connection.execute(_READY, of_it | {"now": time.time()}).mappings().first()
            connection.execute(_LET_GO, of_it)
            if request:
                self._hang(connection, request, stored)
                if request["counted"] > len(stored):
                    give_back(connection, request_id, all_but=len(stored))
                if len(stored) <= NOTED_MAX and (notes := self._notes_beside(connection, request)):
                    _note(connection, request_id, request["notes"], notes)
                return True
            if not _hangs_already(connection, request_id):
                delete_later(
                    self._database, connection, [key for one in stored for key in (one.object_key, one.preview_key)]
                )
            return False

        return await self._database.run(write)

    def _hang(self, connection: sa.Connection, request: sa.RowMapping, stored: Sequence[StoredPicture]) -> None:
        """Insert the pictures' rows. The last one, which has the buttons, becomes the chat's current picture."""
        parent_id = next((one["picture"] for one in request["sources"] or () if "picture" in one), None)
        same = {name: request[name] for name in ("chat_id", "user_id")} | {"request_id": request["id"]}
        rows = [
            {
                **same,
                "id": secrets.token_urlsafe(PICTURE_ID_BYTES),
                "position": one.position,
                "parent_id": parent_id,
                "object_key": one.object_key,
                "preview_key": one.preview_key,
                "size": one.size,
                "created_at": time.time(),
            }
            for one in stored
        ]
        connection.execute(_HANG, rows)
        met = {"chat_id": request["chat_id"], "chat_kind": request["chat_kind"], "created_at": time.time()}
        connection.execute(self._point_chat, met | {"current_picture": rows[-1]["id"]})


_MINE = requests.c.id == sa.bindparam("request")
_KEEP = (
    sa.update(requests)
    .where(_MINE, requests.c.state.in_(UNDRAWN))
    .values(
        state=State.KEPT,
        model=sa.bindparam("came_of"),
        vendor_request_id=sa.bindparam("came_as"),
        kept_at=sa.bindparam("now"),
    )
    .returning(requests.c.notes)
)
_WAITING = (
    sa.select(*(pending_uploads.c[name] for name in PaidPicture.__dataclass_fields__))
    .where(pending_uploads.c.request_id == sa.bindparam("request"))
    .order_by(pending_uploads.c.position)
)
_READY = (
    sa.update(requests)
    .where(_MINE, requests.c.state == State.KEPT)
    .values(state=State.READY, answer=AnswerState.DUE, ready_at=sa.bindparam("now"))
    .returning(requests)
)
_LET_GO = sa.delete(pending_uploads).where(pending_uploads.c.request_id == sa.bindparam("request"))
_HANG = sa.insert(pictures)


def _note(
    connection: sa.Connection, request_id: str, before: Sequence[Sequence[Any]] | None, notes: Sequence[Sequence[Any]]
) -> None:
    """Add `notes` to those from `before` that are sent with the pictures."""
    said = [*(before or ()), *(list(note) for note in notes)]
    connection.execute(sa.update(requests).where(requests.c.id == request_id).values(notes=said))


def _hangs_already(connection: sa.Connection, request_id: str) -> bool:
    found = sa.select(pictures.c.id).where(pictures.c.request_id == request_id).limit(1)
    return connection.execute(found).first() is not None

"""`easel resend ID`: sends an answer once more, free with the chat's next message or by a push now.

Whichever process sends it claims the answer in the store first, so this command and a running service never both do.
"""

import asyncio
import contextlib
import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy.exc import SQLAlchemyError

from app.errors import EaselError
from app.line.client import LineClient
from app.line.events import Chat, ChatKind
from app.ops.desk.history import unknown
from app.ops.desk.open_store import NotPossible, opened
from app.release import release
from app.reports.archive import Archive
from app.settings import Settings
from app.store.broken_off import BrokenOff
from app.store.chat_pictures import Pictures
from app.store.database import Database
from app.store.requests import UNFINISHED, AnswerState, Request, Requests, State

if TYPE_CHECKING:
    from app.build.make_vendors import Vendors
    from app.flows.delivery.deliver import Deliver

OWNER = "desk"  # a push that a killed run began is finished by the next one or by a service, with the same retry key
SETTLED_WITHIN_S, SETTLED_POLLING_S = 10.0, 0.1

Way = Literal["next_message", "push", "reply", "begun_again"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resent:
    """How an answer goes out. `answer`: due until the chat's next message, sent, or waiting while it is drawn first."""

    request: str
    way: Way
    answer: AnswerState


async def resend(settings: Settings, request_id: str, *, push: bool) -> Resent:
    """Send an answer once more.

    Raises:
        NotPossible: There is nothing to send, it is being sent already, or LINE does not accept it.
    """
    async with opened(settings.database_url) as database:
        if await _begun_again(settings, database, request_id):
            return Resent(request=request_id, way="begun_again", answer=AnswerState.WAITING)
        if push:
            return await _pushed(settings, database, request_id)
        await _make_due(database, await _sendable(database, request_id))
    return Resent(request=request_id, way="next_message", answer=AnswerState.DUE)


def as_data(resent: Resent) -> dict[str, Any]:
    """Return it ready for JSON."""
    return asdict(resent)


def text(resent: Resent) -> str:
    """Format it for people."""
    match resent.way:
        case "next_message":
            how = "goes out free with the next message of its chat; --push sends it now"
        case "push":
            how = "was pushed"
        case "reply":
            how = "went out free: its chat wrote just now, and the running service was faster"
        case "begun_again":
            how = "had nothing at work on it: it was begun again, and its answer comes by itself"
    return f"{resent.request} {how}."


async def _begun_again(settings: Settings, database: Database, request_id: str) -> bool:
    """Begin an open wish again if no workflow is at work on it. Return whether it was begun."""
    was_broken_off = await BrokenOff(database).take_up(request_id)
    request = await Requests(database).get(request_id)
    if request is None or not request.draws or request.state not in UNFINISHED:
        return False
    from app.engine import open_engine_client  # noqa: PLC0415 - heavy
    from app.flows.drawing.queue import enqueue, turn_of, workflow_id  # noqa: PLC0415 - heavy
    from app.flows.drawing.reconciler import next_generation  # noqa: PLC0415 - heavy

    try:
        async with open_engine_client(settings.database_url) as engine:
            known = await engine.with_id_prefix(workflow_id(request_id))
            generation = next_generation(known, request_id, at_once=was_broken_off)
            if generation is None:
                return False
            turn = turn_of(request.user_id or request.chat_id)
            await enqueue(engine, request_id, turn=turn, generation=generation)
    except SQLAlchemyError as error:
        said = "the engine's tables cannot be used; the next start of the service begins it again"
        raise NotPossible(f"{request_id} is open, and {said}") from error
    return True


async def _sendable(database: Database, request_id: str) -> Request:
    request = await Requests(database).get(request_id)
    if request is None:
        raise unknown(request_id)
    match request.answer:
        case AnswerState.WAITING:
            raise NotPossible(f"{request_id} is still being drawn ({request.state}): its answer comes by itself")
        case AnswerState.NONE:
            raise NotPossible(f"{request_id} was cancelled or taken back: there is nothing to send")
        case AnswerState.SENDING:
            raise NotPossible(f"{request_id} is being sent just now; what a crash cut off, the next start finishes")
    is_picture = request.draws and request.state is State.READY
    if is_picture and not await Pictures(database).of_request(request_id):
        raise NotPossible(f"the picture of {request_id} was deleted: there is nothing to send")
    return request


async def _make_due(database: Database, request: Request) -> None:
    if request.answer is not AnswerState.DUE and not await Requests(database).send_again(request.id):
        raise NotPossible(f"{request.id} is being sent just now")


async def _pushed(settings: Settings, database: Database, request_id: str) -> Resent:
    from app.build.make_vendors import Vendors  # noqa: PLC0415 - heavy

    vendors = Vendors(settings)
    deliver = _deliver(settings, database, vendors)
    try:
        if await _finished(deliver, database, request_id):
            return await _outcome(database, request_id)
        request = await _sendable(database, request_id)
        await _check_quota(vendors.line, Chat(kind=ChatKind(request.chat_kind), id=request.chat_id))
        await _make_due(database, request)
        await deliver.push(request)
        await _settled(database, request_id)
        return await _outcome(database, request_id)
    finally:
        await vendors.line.aclose()


async def _finished(deliver: "Deliver", database: Database, request_id: str) -> bool:
    """Finish a push that an earlier, killed run of this command began. Return whether that sent it, or may have."""
    requests = Requests(database)
    request = await requests.get(request_id)
    if request is None or request.answer is not AnswerState.SENDING:
        return False
    await deliver.finish(request.chat_id)
    now = await requests.get(request_id)
    return now is not None and now.answer in {AnswerState.SENT, AnswerState.UNKNOWN}


async def _check_quota(line: LineClient, chat: Chat) -> None:
    """Check that what is left of the month covers what the push costs."""
    free = "without --push it goes out free with the next message of its chat"
    try:
        left = await line.remaining_pushes()
        price = 0 if left is None else await line.members(chat)
    except EaselError as error:
        raise NotPossible(f"LINE does not tell the month's quota ({error}): nothing was sent; {free}") from error
    if left is not None and left < price:
        raise NotPossible(f"the push costs {price} of LINE's messages and the month has {left} left; {free}")


async def _settled(database: Database, request_id: str) -> None:
    """Wait while a service that took the push over meanwhile writes down its outcome."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SETTLED_WITHIN_S):
            while (now := await Requests(database).get(request_id)) and now.answer is AnswerState.SENDING:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(SETTLED_POLLING_S)


async def _outcome(database: Database, request_id: str) -> Resent:
    """Return what became of it, whoever sent it."""
    found = await Archive(database, reads_prompts=False).history(request_id)
    if found is None:
        raise NotPossible(f"{request_id} was forgotten meanwhile: there is nothing to send")
    match found.entry.answer:
        case AnswerState.SENT:
            way = next((one.way for one in found.deliveries if one.id == found.entry.delivery_id), "push")
            return Resent(request=request_id, way="push" if way == "push" else "reply", answer=AnswerState.SENT)
        case AnswerState.UNKNOWN:
            raise NotPossible(f"LINE does not tell whether {request_id} arrived; the next message of its chat asks")
        case AnswerState.SENDING:
            raise NotPossible(f"{request_id} is being sent just now by the running service")
    raise NotPossible(f"LINE did not take the push; {request_id} goes out free with the next message of its chat")


def _deliver(settings: Settings, database: Database, vendors: "Vendors") -> "Deliver":
    """Build what delivers answers, as the service does."""
    from app.build.make_speaking import Speaking  # noqa: PLC0415 - heavy
    from app.build.make_store import Store  # noqa: PLC0415 - heavy
    from app.metrics import Metrics  # noqa: PLC0415 - heavy
    from app.traces import Traces  # noqa: PLC0415 - heavy

    return Speaking(
        settings,
        Store(database, settings, owner=f"{OWNER}-{uuid.uuid4()}"),
        vendors,
        is_orphan=lambda owner: owner.startswith(f"{OWNER}-"),
        metrics=Metrics(version=release()),
        traces=Traces(None, service_version=release()),
    ).deliver

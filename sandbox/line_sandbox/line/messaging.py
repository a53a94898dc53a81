"""The endpoints that send: reply, push, multicast, validate, the loading animation, mark as read, the quota.

https://developers.line.biz/en/reference/messaging-api/ (read 2026-11-22)
"""

import re
import secrets
from collections.abc import Mapping

import orjson
from starlette.requests import Request
from starlette.responses import Response

from line_sandbox.line.channel import Channel
from line_sandbox.line.errors import body_problems, malformed, refusal
from line_sandbox.line.fields import Body, Fields
from line_sandbox.line.rules import check_messages
from line_sandbox.stand_in import call_of

BODY_BYTES_MAX = 2_000_000
MULTICAST_MAX = 500
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
USER_ID = re.compile(r"U[0-9a-f]{32}")
_UNIT = re.compile(r"[0-9A-Za-z_]{1,30}")
_NOT_A_USER = "Only user id is acceptable, please confirm if there are any group/room ids or illegal ids."
_BAD_READ_TOKEN = "Invalid markAsReadToken. Tokens must be used by the bot that received them via Webhook."  # noqa: S105  # a sentence


async def reply(channel: Channel, request: Request) -> Response:
    """Send on a reply token."""
    no_retry_key(request)
    body = await json_body(request)
    fields = Fields(allow_http=channel.allow_http)
    token = fields.text(body, "", "replyToken", 1000)
    messages = _checked(fields, body)
    known = channel.live_token(token or "")
    _check_place(channel, messages, known.chat_id)
    if (group := channel.groups.get(known.chat_id)) is not None and not group.has_bot:
        raise refusal(400, "Failed to send messages")
    known.used = True
    request_id = secrets.token_hex(16)
    sent = channel.say(known.chat_id, messages, "reply", request_id)
    channel.sent["reply"] += 1
    call_of(request).notes |= {"chat": known.chat_id, "age_s": channel.clock() - known.event_at}
    return json_answer(channel, {"sentMessages": sent}, request_id=request_id)


async def push(channel: Channel, request: Request) -> Response:
    """Send without a token, which costs one message for each person reached."""
    retry_key = _retry_key(request)
    body = await json_body(request)
    fields = Fields(allow_http=channel.allow_http)
    to = fields.text(body, "", "to", 33) or ""
    _check_units(fields, body)
    messages = _checked(fields, body)
    call_of(request).notes["chat"] = to
    _refuse_repeat(channel, retry_key)
    group = channel.groups.get(to)
    if (group is None and to not in channel.people) or (group is not None and not group.has_bot):
        raise refusal(400, "Failed to send messages")
    _check_place(channel, messages, to)
    channel.charge(channel.reaches(to))
    request_id = secrets.token_hex(16)
    sent = channel.say(to, messages, "push", request_id)
    channel.sent["push"] += 1
    if retry_key is not None:
        channel.accept(retry_key, request_id, sent)
    return json_answer(channel, {"sentMessages": sent}, request_id=request_id)


async def multicast(channel: Channel, request: Request) -> Response:
    """Send to many people at once; never to groups."""
    retry_key = _retry_key(request)
    body = await json_body(request)
    fields = Fields(allow_http=channel.allow_http)
    people = body.get("to")
    if not isinstance(people, list) or not 1 <= len(people) <= MULTICAST_MAX:
        fields.say("to", f"Size must be between 1 and {MULTICAST_MAX}")
        people = []
    if any(not isinstance(user, str) or not USER_ID.fullmatch(user) for user in people):
        fields.say("to", _NOT_A_USER)
    _check_units(fields, body)
    messages = _checked(fields, body)
    if any("quoteToken" in message for message in messages):
        raise body_problems([{"message": "quoteToken is not supported in multicast", "property": "messages"}])
    _refuse_repeat(channel, retry_key)
    known = [user for user in dict.fromkeys(people) if user in channel.people]
    channel.charge(sum(channel.reaches(user) for user in known))
    request_id = secrets.token_hex(16)
    for user in known:
        channel.say(user, messages, "multicast", request_id)
    channel.sent["multicast"] += 1
    if retry_key is not None:
        channel.accept(retry_key, request_id, None)
    return json_answer(channel, {}, request_id=request_id)


async def validate(channel: Channel, request: Request) -> Response:
    """Check messages without sending them."""
    no_retry_key(request)
    if request.path_params["way"] not in {"reply", "push", "multicast", "narrowcast", "broadcast"}:
        raise refusal(404, "Not found")
    _checked(Fields(allow_http=channel.allow_http), await json_body(request))
    return json_answer(channel, {})


async def start_loading(channel: Channel, request: Request) -> Response:
    """Show the loading animation in a one to one chat."""
    no_retry_key(request)
    body = await json_body(request)
    fields = Fields(allow_http=channel.allow_http)
    chat_id = fields.text(body, "", "chatId", 100)
    if chat_id is not None and not USER_ID.fullmatch(chat_id):
        fields.say("chatId", _NOT_A_USER)
    seconds = fields.integer(body, "", "loadingSeconds", 5, 60) if "loadingSeconds" in body else 20
    if seconds is not None and seconds % 5:
        fields.say("loadingSeconds", "must be a multiple of five")
    if fields.problems or chat_id is None or seconds is None:
        raise body_problems(fields.problems)
    channel.start_loading(chat_id, seconds)
    return json_answer(channel, {}, status=202)


async def mark_as_read(channel: Channel, request: Request) -> Response:
    """Mark a chat as read up to a message."""
    no_retry_key(request)
    token = (await json_body(request)).get("markAsReadToken")
    if not isinstance(token, str) or not channel.read(token):
        raise refusal(400, _BAD_READ_TOKEN)
    return json_answer(channel, {})


async def quota(channel: Channel, _request: Request) -> Response:
    """How many paid messages a month has."""
    limit = channel.monthly_quota
    return json_answer(channel, {"type": "none"} if limit is None else {"type": "limited", "value": limit})


async def consumption(channel: Channel, _request: Request) -> Response:
    """How many of them were used."""
    return json_answer(channel, {"totalUsage": channel.used_this_month})


async def delivered(channel: Channel, request: Request) -> Response:
    """How many messages were sent one way."""
    way = request.url.path.rpartition("/")[2]
    return json_answer(channel, {"status": "ready", "success": channel.sent[way]})


def json_answer(
    channel: Channel, body: Mapping[str, object], *, status: int = 200, request_id: str | None = None
) -> Response:
    """An answer with the request id."""
    headers = channel.standard_headers() | ({"x-line-request-id": request_id} if request_id else {})
    return Response(orjson.dumps(body), status, headers, "application/json")


async def json_body(request: Request) -> Body:
    """The JSON object of a request.

    Raises:
        Refusal: 413, 415 or 400.
    """
    raw = await request.body()
    if len(raw) > BODY_BYTES_MAX:
        raise refusal(413, "The request body is too large")
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise refusal(415, f"The content type, {content_type}, is not supported")
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as exc:
        place = f"(line: {exc.lineno}, column: {exc.colno})"
        raise refusal(400, f"The request body could not be parsed as JSON {place}") from exc
    if not isinstance(body, dict):
        raise refusal(400, "The request body could not be parsed as JSON (line: 1, column: 1)")
    return body


def no_retry_key(request: Request) -> None:
    """Refuse a retry key where LINE takes none."""
    if "x-line-retry-key" in request.headers:
        raise refusal(400, "The retry key is not supported for this endpoint")


def _retry_key(request: Request) -> str | None:
    key = request.headers.get("x-line-retry-key")
    if key is not None and not _UUID.fullmatch(key):
        raise refusal(400, "The retry key is invalid")
    return key


def _refuse_repeat(channel: Channel, retry_key: str | None) -> None:
    if retry_key is None or (accepted := channel.accepted(retry_key)) is None:
        return
    request_id, sent = accepted
    no = refusal(409, "The retry key is already accepted", headers={"x-line-accepted-request-id": request_id})
    if sent is not None:
        no.body = orjson.dumps({"message": "The retry key is already accepted", "sentMessages": sent})
    raise no


def _checked(fields: Fields, body: Body) -> list[Body]:
    fields.flag(body, "", "notificationDisabled")
    messages = check_messages(fields, body)
    if fields.problems:
        raise body_problems(fields.problems)
    return messages


def _check_units(fields: Fields, body: Body) -> None:
    """https://developers.line.biz/en/reference/messaging-api/#send-push-message (read 2026-11-28)."""
    name = "customAggregationUnits"
    if (units := body.get(name)) is None:
        return
    if not isinstance(units, list) or not all(isinstance(unit, str) for unit in units):
        raise malformed(name)
    if len(units) > 1:
        fields.say(name, "Size must be between 0 and 1")
    elif units and not _UNIT.fullmatch(units[0]):
        fields.say(f"{name}[0]", "At most 30 half-width alphanumeric characters and underscores")


def _check_place(channel: Channel, messages: list[Body], chat_id: str) -> None:
    """What depends on the chat: quotes of its own messages only, mentions of its own members only."""
    problems = []
    for number, message in enumerate(messages):
        if "quoteToken" in message and not channel.can_quote(message["quoteToken"], chat_id):
            problems.append({"message": "Invalid quoteToken", "property": f"messages[{number}].quoteToken"})
        if message.get("trackingId") is not None and chat_id in channel.groups:
            told = "trackingId is not supported in group chats and multi-person chats"
            problems.append({"message": told, "property": f"messages[{number}].trackingId"})
        place = f"messages[{number}].substitution"
        problems.extend(
            {"message": "The user is not a member of the chat", "property": place}
            for user in _mentioned(message)
            if chat_id not in channel.groups or (user != "all" and user not in channel.groups[chat_id].members)
        )
    if problems:
        raise body_problems(problems)


def _mentioned(message: Body) -> list[object]:
    substitution = message.get("substitution")
    items = substitution.values() if message["type"] == "textV2" and isinstance(substitution, dict) else ()
    people = [item["mentionee"] for item in items if item["type"] == "mention"]
    return [person["userId"] if person["type"] == "user" else "all" for person in people]

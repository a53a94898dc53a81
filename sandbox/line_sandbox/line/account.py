"""The endpoints about the bot, its people, its groups, its webhook, and what people sent.

https://developers.line.biz/en/reference/messaging-api/ (read 2026-11-22)
"""

import asyncio
from datetime import UTC, datetime
from io import BytesIO

from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from line_sandbox.line.channel import Channel
from line_sandbox.line.chats import Content, Group, Person
from line_sandbox.line.errors import refusal
from line_sandbox.line.fields import Fields
from line_sandbox.line.messaging import json_answer, json_body
from line_sandbox.line.webhooks import Webhooks

ENDPOINT_CHARS_MAX = 500
PREVIEW_PX = 240
_REASONS = {"could_not_connect": "COULD_NOT_CONNECT", "request_timeout": "REQUEST_TIMEOUT"}


async def info(channel: Channel, _request: Request) -> Response:
    """Who the bot is."""
    body = {
        "userId": channel.bot_user_id,
        "basicId": "@sandbox",
        "displayName": channel.bot_name,
        "chatMode": channel.chat_mode,
        "markAsReadMode": "auto",
    }
    return json_answer(channel, body)


async def profile(channel: Channel, request: Request) -> Response:
    """A friend, or somebody who wrote to the bot; with language."""
    person = channel.people.get(request.path_params["user"])
    known = person is not None and (person.is_friend or person.wrote_at is not None)
    if person is None or not known or person.has_blocked or person.deleted:
        raise refusal(404, "Not found")
    return json_answer(channel, _profile(person) | ({"language": person.language} if person.language else {}))


async def member(channel: Channel, request: Request) -> Response:
    """Somebody in a group or room, friend or not; without language."""
    user = request.path_params["user"]
    if user not in _group(channel, request).members or user not in channel.people:
        raise refusal(404, "Not found")
    return json_answer(channel, _profile(channel.people[user]))


async def summary(channel: Channel, request: Request) -> Response:
    """What a group is called."""
    group = _group(channel, request)
    return json_answer(channel, {"groupId": group.id, "groupName": group.name})


async def members_count(channel: Channel, request: Request) -> Response:
    """How many people are in it, without the bot: the price of one push."""
    return json_answer(channel, {"count": len(_group(channel, request).members)})


async def member_ids(channel: Channel, request: Request) -> Response:
    """For verified accounts only."""
    _group(channel, request)
    raise refusal(403, "Access to this API is not available for your account")


async def leave(channel: Channel, request: Request) -> Response:
    """Leave a group."""
    _group(channel, request).has_bot = False
    return json_answer(channel, {})


async def set_endpoint(channel: Channel, request: Request) -> Response:
    """Set the webhook URL."""
    fields = Fields(allow_http=channel.allow_http)
    body = await json_body(request)
    fields.url(body, "", "endpoint")
    endpoint = body.get("endpoint")
    if fields.problems or not isinstance(endpoint, str) or len(endpoint) > ENDPOINT_CHARS_MAX:
        raise refusal(400, "Invalid webhook endpoint URL")
    channel.webhook_url = endpoint
    return json_answer(channel, {})


async def get_endpoint(channel: Channel, _request: Request) -> Response:
    """What the webhook URL is."""
    if channel.webhook_url is None:
        raise refusal(404, "Webhook endpoint not found")
    return json_answer(channel, {"endpoint": channel.webhook_url, "active": channel.uses_webhook})


async def test_endpoint(channel: Webhooks, request: Request) -> Response:
    """Send signed empty events and tell how that went."""
    endpoint = (await json_body(request)).get("endpoint", channel.webhook_url)
    if not isinstance(endpoint, str):
        raise refusal(404, "Webhook endpoint not found")
    attempt = await channel.deliver_raw(channel.webhook_body(()), url=endpoint)
    reason = "OK" if attempt.ok else _REASONS.get(attempt.error or "", "ERROR_STATUS_CODE")
    body = {
        "success": attempt.ok,
        "timestamp": datetime.fromtimestamp(channel.clock(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "statusCode": attempt.status or 0,
        "reason": reason,
        "detail": str(attempt.status) if attempt.status else f"{attempt.error}: {endpoint}",
    }
    return json_answer(channel, body)


async def content(channel: Channel, request: Request) -> Response:
    """The bytes of what a person sent."""
    found = _content(channel, request)
    if found.state == "processing":
        return Response(b"", 202, channel.standard_headers())
    return Response(found.body, 200, channel.standard_headers() | {"content-type": found.content_type})


async def content_preview(channel: Channel, request: Request) -> Response:
    """A small picture of a picture or a video."""
    found = _content(channel, request)
    if found.kind not in {"image", "video"}:
        raise refusal(400, "The preview is only available for images and videos")
    if found.preview is None and found.kind == "image":
        found.preview = await asyncio.to_thread(_shrunk, found.body)
    if found.preview is None:
        raise refusal(404, "not found")
    return Response(found.preview, 200, channel.standard_headers() | {"content-type": "image/jpeg"})


async def transcoding(channel: Channel, request: Request) -> Response:
    """Whether a video or a sound is ready."""
    found = _content(channel, request)
    if found.kind not in {"audio", "video"}:
        raise refusal(400, "The message is not a video or an audio")
    return json_answer(channel, {"status": "succeeded" if found.state == "ready" else found.state})


def _profile(person: Person) -> dict[str, str]:
    return {"userId": person.id, "displayName": person.name}


def _group(channel: Channel, request: Request) -> Group:
    group = channel.groups.get(request.path_params["group"])
    kind = "R" if request.url.path.startswith("/v2/bot/room/") else "C"
    if group is None or not group.has_bot or not group.id.startswith(kind):
        raise refusal(404, "Not found")
    return group


def _content(channel: Channel, request: Request) -> Content:
    found = channel.contents.get(request.path_params["id"])
    if found is None:
        raise refusal(404, "not found")
    if found.state == "gone":
        raise refusal(410, "The content is gone")
    return found


def _shrunk(body: bytes) -> bytes | None:
    buffer = BytesIO()
    try:
        with Image.open(BytesIO(body)) as picture:
            picture.thumbnail((PREVIEW_PX, PREVIEW_PX))
            picture.convert("RGB").save(buffer, "JPEG")
    except OSError:
        return None
    return buffer.getvalue()

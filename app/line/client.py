"""The Messaging API over one HTTP connection pool.

line-bot-sdk costs a second and 37 MB at import, and refuses answers with values that it does not know, which would
turn a reply that was sent into an error. It judges our messages in the tests instead.
httpx's own logger writes addresses, some with user ids, at INFO: it must be kept quiet.
https://developers.line.biz/en/reference/messaging-api/ (read 2026-11-22)
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from app.errors import BadAnswer, OutcomeUnknown, Unreachable
from app.line.answers import Answer, Call, Sent, body_of, error_of, sent_of
from app.line.events import Chat, ChatKind
from app.line.messages import Message

# Each pooled connection saves a handshake for the next answer. httpx notices when LINE has closed it meanwhile.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=30.0)
_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class LineClient:
    """Calls LINE, once per call: whether to ask again is the caller's decision.

    Every method raises `app.errors`: `Unreachable` where nothing was sent, `OutcomeUnknown` where LINE may have acted,
    `RateLimited`, `VendorFault`, `NotPermitted` and `BadRequest` by status. No message of theirs holds an id or token.
    """

    def __init__(
        self, *, channel_access_token: str, base_url: str, data_base_url: str, timeout_s: float = 10.0
    ) -> None:
        """Open no connection yet.

        Args:
            channel_access_token: From the LINE Developers console.
            base_url: `https://api.line.me`, or a stand-in.
            data_base_url: `https://api-data.line.me`, the host of what users send.
            timeout_s: From the start of a call to the end of its answer.
        """
        if not re.fullmatch(r"[!-~]+", channel_access_token):
            # The HTTP library would say so itself, but with the token in its words.
            raise ValueError("the channel access token is empty or holds characters that no token has")
        self._timeout_s = timeout_s
        self._data_base_url = data_base_url.rstrip("/")
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {channel_access_token}", "User-Agent": "easel"},
            limits=_LIMITS,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def reply(self, reply_token: str, messages: Sequence[Message], *, timeout_s: float | None = None) -> Sent:
        """Answer an event with one to five messages. Free, and only once for each token.

        LINE takes no retry key here: after `OutcomeUnknown` or `VendorFault` the messages may be in the chat.

        Raises:
            TokenDead: The token was used, is too old, or is not one.
        """
        body = {"replyToken": reply_token, "messages": list(messages)}
        return sent_of(await self._post(Call.REPLY, "/v2/bot/message/reply", body, timeout_s=timeout_s))

    async def push(self, to: str, messages: Sequence[Message], *, retry_key: str) -> Sent:
        """Send one to five messages at any time. Costs one of the month's messages for each person in the chat.

        Args:
            to: A user, group or room.
            messages: The same ones for the same key.
            retry_key: A UUID. Within 24 h a second push with it sends nothing and succeeds.

        Raises:
            MonthlyLimit: LINE says so. It may also say 429 without words, `RateLimited`: compare `remaining_pushes`.
        """
        body = {"to": to, "messages": list(messages)}
        return sent_of(
            await self._post(Call.PUSH, "/v2/bot/message/push", body, headers={"X-Line-Retry-Key": retry_key})
        )

    async def start_loading(self, user_id: str, *, seconds: int = 60) -> None:
        """Show the loading animation in a 1:1 chat until `seconds` (5, 10, ... 60) are over or a message of ours comes.

        Called again it starts anew; the seconds do not add up.
        """
        await self._post(Call.LOADING, "/v2/bot/chat/loading/start", {"chatId": user_id, "loadingSeconds": seconds})

    async def remaining_pushes(self) -> int | None:
        """Count the people who can still be pushed to this month, roughly; None where there is no limit.

        Raises:
            BadAnswer: The answer cannot be read, so nothing is known.
        """
        match await self._get(Call.QUOTA, "/v2/bot/message/quota"):
            case {"type": "none"}:
                return None
            case {"value": int(limit)}:
                pass
            case _:
                raise BadAnswer(f"{Call.QUOTA}: the answer names no limit")
        match await self._get(Call.QUOTA, "/v2/bot/message/quota/consumption"):
            case {"totalUsage": int(used)}:
                return max(0, limit - used)
        raise BadAnswer(f"{Call.QUOTA}: the answer names no usage")

    async def members(self, chat: Chat) -> int:
        """Count the people whom one push to this chat reaches, which is its price.

        Raises:
            BadAnswer: The answer cannot be read, so nothing is known.
        """
        if chat.kind is ChatKind.USER:
            return 1
        match await self._get(Call.MEMBERS, f"/v2/bot/{chat.kind}/{quote(chat.id, safe='')}/members/count"):
            case {"count": int(count)}:
                return count
        raise BadAnswer(f"{Call.MEMBERS}: the answer names no count")

    async def language(self, user_id: str) -> str | None:
        """Find the language of a user's LINE (BCP 47); None where LINE does not tell, as for strangers."""
        answer = await self._ask(Call.PROFILE, "GET", f"/v2/bot/profile/{quote(user_id, safe='')}")
        if answer.status == httpx.codes.NOT_FOUND:
            return None
        match _success(answer, call=Call.PROFILE).body:
            case {"language": str(language)} if language:
                return language
        return None

    async def _get(self, call: Call, path: str) -> Mapping[str, Any]:
        return _success(await self._ask(call, "GET", path), call=call).body

    async def _post(
        self,
        call: Call,
        path: str,
        body: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        return _success(await self._ask(call, "POST", path, body=body, headers=headers, timeout_s=timeout_s), call=call)

    async def _ask(
        self,
        call: Call,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        limit_s = timeout_s or self._timeout_s
        # Connecting fails well before the whole call does: then we know that nothing was sent.
        phases = httpx.Timeout(limit_s, connect=limit_s / 2, pool=limit_s / 2)
        answer: Answer | None = None
        try:
            async with (
                asyncio.timeout(limit_s),
                self._http.stream(method, path, json=body, headers=headers, timeout=phases) as response,
            ):
                answer = _answer(response, b"")
                answer = _answer(response, await response.aread())
        except _NOTHING_SENT as exc:
            raise Unreachable(f"{call}: no connection to LINE ({type(exc).__name__})") from exc
        except (TimeoutError, httpx.RequestError) as exc:
            # Once the status is here LINE has decided, whatever becomes of the body.
            if answer is None:
                raise OutcomeUnknown(f"{call}: no answer from LINE ({type(exc).__name__})") from exc
        return answer


def _answer(response: httpx.Response, content: bytes) -> Answer:
    accepted_id = response.headers.get("x-line-accepted-request-id")  # on 409: the first push with this retry key
    retry_after = response.headers.get("retry-after", "")
    return Answer(
        status=response.status_code,
        request_id=accepted_id or response.headers.get("x-line-request-id"),
        retry_after_s=float(retry_after) if retry_after.isascii() and retry_after.isdigit() else None,
        body=body_of(content),
    )


def _success(answer: Answer, *, call: Call) -> Answer:
    already_pushed = call is Call.PUSH and answer.status == httpx.codes.CONFLICT
    if already_pushed or httpx.codes.is_success(answer.status):
        return answer
    raise error_of(answer, call=call)

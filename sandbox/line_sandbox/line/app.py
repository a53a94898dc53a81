"""A stand-in of LINE's Messaging API: the account, the people, their phones. Its two hosts, each with its own paths.

https://developers.line.biz/en/reference/messaging-api/ (read 2026-11-22)
"""

import hmac
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from line_sandbox.line import account as line_account
from line_sandbox.line import menus as line_menus
from line_sandbox.line import messaging as line_messaging
from line_sandbox.line import not_played as line_not_played
from line_sandbox.line import oauth as line_oauth
from line_sandbox.line.errors import refusal
from line_sandbox.line.menus import Menus
from line_sandbox.line.phone import Seen, look_at
from line_sandbox.line.webhooks import DELIVERIES_KEPT, Webhooks

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

Handler = Callable[["LineStandIn", Request], Awaitable[Response]]

SENT_WAYS = ("reply", "push", "multicast", "broadcast")
ON_DATA_HOST = "sandbox.line.data"  # whether a request came to api-data.line.me, a key of an ASGI scope
OF_DATA_HOST = re.compile(r"/v2/bot/((message|richmenu)/[^/]+/content(/\w+)?|audienceGroup/upload/byFile)")
BOT_USER_ID = "U" + "0e" * 16


class LineStandIn(Webhooks):
    """A bot's account at LINE, and the people who write to it.

    Args:
        channel_secret: Signs the webhooks.
        channel_access_token: The only token that may call the API; it may be changed at any time. One that begins with
            "ey" is of version 2.1, others are long-lived.
        bot_user_id: `destination` of the webhooks.
        bot_name: What people write after the @ to mention the bot.
        token_life_s: How long a reply token can be used after the webhook went out.
        monthly_quota: Paid messages of a month; None is without end.
        allow_http: Take http addresses of this machine for pictures and webhook; LINE takes https only.
        clock: Unix time in seconds. Only the end of the loading animation in the feed and the webhook's time-out
            follow the real clock.
        record: Whether to keep calls; off, memory stays flat under load.

    Attributes:
        uses_webhook: *Use webhook* of the console; off, LINE tells so, and here events still go out.
        chat_mode: "bot", or "chat" where people answer by hand, too.
        channel_id: Of the channel that secret and token are of.
        token_expires_in_s: How long the access token still lives, as LINE tells it.
    """

    def __init__(
        self,
        *,
        channel_secret: str,
        channel_access_token: str,
        bot_user_id: str = BOT_USER_ID,
        bot_name: str = "Bot",
        token_life_s: float = 60.0,
        monthly_quota: int | None = 200,
        allow_http: bool = False,
        clock: Callable[[], float] = time.time,
        record: bool = True,
    ) -> None:
        super().__init__(
            [
                *(self._route(method, path, self._authorized(handler)) for method, path, handler in _routes()),
                *(self._route(method, path, self._open(handler)) for method, path, handler in line_oauth.ROUTES),
            ],
            channel_secret=channel_secret,
            channel_access_token=channel_access_token,
            bot_user_id=bot_user_id,
            bot_name=bot_name,
            token_life_s=token_life_s,
            monthly_quota=monthly_quota,
            allow_http=allow_http,
            clock=clock,
            record=record,
        )
        self.menus = Menus()
        self.deliveries = deque(maxlen=DELIVERIES_KEPT)

    async def data_app(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """The ASGI app of api-data.line.me, beside `app`, which is that of api.line.me."""
        await self.app({**scope, ON_DATA_HOST: True}, receive, send)

    async def look(self, chat_id: str) -> list[Seen]:
        """Let a person open a chat: which of its pictures show, and why the others do not."""
        return await look_at(self.chat(chat_id))

    def _route(self, method: str, path: str, answer: Callable[[Request], Awaitable[Response]]) -> Route:
        async def found(request: Request) -> Response:
            is_of_data = OF_DATA_HOST.fullmatch(request.url.path) is not None
            if is_of_data != request.scope.get(ON_DATA_HOST, False):
                raise self.no_such_endpoint(request, 404)
            return await answer(request)

        return Route(path, found, methods=[method])

    def _authorized(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def checked(request: Request) -> Response:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            known = hmac.compare_digest(token.encode(), self.channel_access_token.encode())
            if scheme != "Bearer" or not known:
                reason = "invalid token. Confirm that the access token in the authorization header is valid."
                raise refusal(401, f"Authentication failed due to the following reason: {reason}")
            return await handler(self, request)

        return checked

    def _open(
        self, handler: Callable[[Webhooks, Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def asked(request: Request) -> Response:
            return await handler(self, request)

        return asked


def _routes() -> list[tuple[str, str, Handler]]:
    """Every endpoint, the hottest first."""
    not_played = [(method, path, line_not_played.refuse) for method, path in line_not_played.NOT_PLAYED]
    messaging, account, menus = line_messaging, line_account, line_menus
    bot = "/v2/bot"
    return [
        ("POST", f"{bot}/message/reply", messaging.reply),
        ("POST", f"{bot}/chat/loading/start", messaging.start_loading),
        ("POST", f"{bot}/message/push", messaging.push),
        ("POST", f"{bot}/message/multicast", messaging.multicast),
        ("POST", f"{bot}/message/validate/{{way}}", messaging.validate),
        ("POST", f"{bot}/chat/markAsRead", messaging.mark_as_read),
        ("GET", f"{bot}/message/quota", messaging.quota),
        ("GET", f"{bot}/message/quota/consumption", messaging.consumption),
        *[("GET", f"{bot}/message/delivery/{way}", messaging.delivered) for way in SENT_WAYS],
        ("GET", f"{bot}/message/{{id}}/content", account.content),
        ("GET", f"{bot}/message/{{id}}/content/preview", account.content_preview),
        ("GET", f"{bot}/message/{{id}}/content/transcoding", account.transcoding),
        ("GET", f"{bot}/info", account.info),
        ("GET", f"{bot}/profile/{{user}}", account.profile),
        ("GET", f"{bot}/group/{{group}}/summary", account.summary),
        *[route for kind in ("group", "room") for route in _group_routes(f"{bot}/{kind}/{{group}}")],
        ("PUT", f"{bot}/channel/webhook/endpoint", account.set_endpoint),
        ("GET", f"{bot}/channel/webhook/endpoint", account.get_endpoint),
        ("POST", f"{bot}/channel/webhook/test", account.test_endpoint),
        ("POST", f"{bot}/richmenu", menus.create),
        ("POST", f"{bot}/richmenu/validate", menus.validate),
        ("GET", f"{bot}/richmenu/list", menus.list_all),
        ("POST", f"{bot}/richmenu/alias", menus.create_alias),
        ("GET", f"{bot}/richmenu/alias/list", menus.list_aliases),
        ("GET", f"{bot}/richmenu/alias/{{alias}}", menus.get_alias),
        ("POST", f"{bot}/richmenu/alias/{{alias}}", menus.update_alias),
        ("DELETE", f"{bot}/richmenu/alias/{{alias}}", menus.delete_alias),
        ("GET", f"{bot}/richmenu/{{menu}}", menus.get),
        ("DELETE", f"{bot}/richmenu/{{menu}}", menus.delete),
        ("POST", f"{bot}/richmenu/{{menu}}/content", menus.upload),
        ("GET", f"{bot}/richmenu/{{menu}}/content", menus.download),
        ("GET", f"{bot}/user/all/richmenu", menus.get_default),
        ("DELETE", f"{bot}/user/all/richmenu", menus.cancel_default),
        ("POST", f"{bot}/user/all/richmenu/{{menu}}", menus.set_default),
        ("GET", f"{bot}/user/{{user}}/richmenu", menus.linked),
        ("DELETE", f"{bot}/user/{{user}}/richmenu", menus.unlink),
        ("POST", f"{bot}/user/{{user}}/richmenu/{{menu}}", menus.link),
        *not_played,
    ]


def _group_routes(path: str) -> list[tuple[str, str, Handler]]:
    account = line_account
    return [
        ("GET", f"{path}/member/{{user}}", account.member),
        ("GET", f"{path}/members/count", account.members_count),
        ("GET", f"{path}/members/ids", account.member_ids),
        ("POST", f"{path}/leave", account.leave),
    ]

import json
import re
import uuid
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import httpx
import pytest
from line_sandbox.faults import Fault
from line_sandbox.line import LineStandIn
from line_sandbox.line import errors as line_errors
from line_sandbox.line.menus import Menu
from line_sandbox.line.not_played import NOT_PLAYED
from line_sandbox.server import serve
from linebot.v3.messaging import (
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    ButtonsTemplate,
    Configuration,
    ImageMessage,
    MulticastRequest,
    PostbackAction,
    PushMessageRequest,
    ReplyMessageRequest,
    ShowLoadingAnimationRequest,
    TemplateMessage,
    TextMessage,
    ValidateMessageRequest,
)
from linebot.v3.messaging.exceptions import ApiException
from PIL import Image

SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
TOKEN = "channel-access-token"
API, API_DATA = 0, 1  # LINE's two hosts
NOON = 1_795_000_000.0


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now_at = NOON

    def __call__(self) -> float:
        """The time."""
        return self.now_at


class Bench:
    """The stand-in, its clock, a friend and the SDK's clients, the second of the host for files."""

    def __init__(self, line: LineStandIn, clock: Clock, base_urls: tuple[str, str], *clients: AsyncApiClient) -> None:
        self.line, self.clock, self.base_urls = line, clock, base_urls
        self.api, self.blob = AsyncMessagingApi(clients[0]), AsyncMessagingApiBlob(clients[1])
        self.mei = line.add_person("Mei", language="zh-TW")

    def token(self, *, group: str | None = None, **more: Any) -> str:
        """A reply token as the bot gets it with a message of Mei."""
        token = self.line.text(self.mei, "a fox", group=group, **more)["replyToken"]
        self.line.hand_out(token)
        return str(token)

    async def reply(self, token: str, *messages: Any) -> Any:
        """Reply with the SDK."""
        return await self.api.reply_message(
            ReplyMessageRequest(reply_token=token, messages=list(messages) or [TextMessage(text="hi")])
        )

    async def push(self, to: str, *, key: str | None = None) -> Any:
        """Push with the SDK."""
        request = PushMessageRequest(to=to, messages=[TextMessage(text="hi")])
        return await self.api.push_message(request, x_line_retry_key=key)

    async def post(self, path: str, body: Any, *, host: int = API, **headers: str) -> httpx.Response:
        """A request that the SDK would not send."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient() as http:
            return await http.post(f"{self.base_urls[host]}/v2/bot/{path}", content=content, headers=named)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """A channel with a friend."""
    clock = Clock()
    line = LineStandIn(channel_secret=SECRET, channel_access_token=TOKEN, clock=clock)
    async with (
        serve(line.app) as base_url,
        serve(line.data_app) as data_base_url,
        AsyncApiClient(Configuration(host=base_url, access_token=TOKEN)) as client,
        AsyncApiClient(Configuration(host=data_base_url, access_token=TOKEN)) as data_client,
    ):
        yield Bench(line, clock, (base_url, data_base_url), client, data_client)


async def refused(call: Any) -> tuple[int, dict[str, Any]]:
    """Status and body of the error the SDK raises."""
    with pytest.raises(ApiException) as caught:
        await call
    assert caught.value.headers["x-line-request-id"]
    return caught.value.status, json.loads(caught.value.body)


INVALID = (400, {"message": "Invalid reply token"})
PICTURE = ImageMessage(
    original_content_url="https://pictures.example.com/a.jpg", preview_image_url="https://pictures.example.com/b.jpg"
)


async def test_reply(bench):
    """The SDK replies; ids and quote tokens come back and the messages stand in the chat, at no cost."""
    answer = await bench.reply(bench.token(), TextMessage(text="here"), PICTURE)
    chat = bench.line.chat(bench.mei)
    assert [sent.id for sent in answer.sent_messages] == [message.id for message in chat.from_bot]
    assert all(sent.quote_token for sent in answer.sent_messages)
    assert [message.type for message in chat.from_bot] == ["text", "image"]
    assert chat.from_bot[0].way == "reply"
    assert bench.line.used_this_month == 0


async def test_token_is_single_use(bench):
    """A second reply on a token is refused and sends nothing."""
    token = bench.token()
    await bench.reply(token)
    assert await refused(bench.reply(token)) == INVALID
    assert len(bench.line.chat(bench.mei).from_bot) == 1


async def test_token_expires(bench):
    """A token lives for a minute from the webhook, not longer."""
    early, late = bench.token(), bench.token()
    bench.clock.now_at += 60
    await bench.reply(early)
    bench.clock.now_at += 0.1
    assert await refused(bench.reply(late)) == INVALID


async def test_token_before_and_after_redelivery(bench):
    """A token is worth nothing before its webhook; a redelivery renews it, unless it is used or 20 minutes old."""
    event = bench.line.text(bench.mei, "a fox")
    token = str(event["replyToken"])
    assert await refused(bench.reply(token)) == INVALID
    bench.line.hand_out(token)
    bench.clock.now_at += 600
    assert await refused(bench.reply(token)) == INVALID
    bench.line.hand_out(token)
    await bench.reply(token)
    bench.line.hand_out(token)
    assert await refused(bench.reply(token)) == INVALID
    old = bench.token()
    bench.clock.now_at += 1201
    bench.line.hand_out(old)
    assert await refused(bench.reply(old)) == INVALID


async def test_refused_replies(bench):
    """Missing tokens, bad messages and foreign keys are refused with LINE's bodies; the token survives."""
    token = bench.token()
    status, body = await refused(bench.reply(""))
    assert (status, body["message"]) == (400, "The request body has 1 error(s)")
    assert body["details"] == [{"message": "May not be empty", "property": "replyToken"}]
    status, body = await refused(bench.reply(token, TextMessage(text="")))
    assert body["details"] == [{"message": "May not be empty", "property": "messages[0].text"}]
    keyed = await bench.post("message/reply", {"replyToken": token}, x_line_retry_key=str(uuid.uuid4()))
    assert keyed.status_code == 400
    unauthorized = await bench.post("message/reply", {}, authorization="Bearer wrong")
    assert unauthorized.status_code == 401
    assert "Authentication failed due to the following reason" in unauthorized.json()["message"]
    await bench.reply(token)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"[]", {}, 400),
        (b"{}", {"content_type": "text/plain"}, 415),
        (b'{"x":"' + b"x" * 2_000_000 + b'"}', {}, 413),
    ],
)
async def test_unreadable_bodies(bench, body, headers, status):
    """A body that is not JSON, or too large, is refused."""
    answer = await bench.post("message/reply", body, **headers)
    assert answer.status_code == status
    assert answer.headers["x-line-request-id"]


async def test_quotes(bench):
    """A quote token works in its own chat only."""
    group = bench.line.add_group("Team", [bench.mei])
    bench.token()
    quote = bench.line.chat(bench.mei).messages[-1].quote_token
    assert quote
    status, body = await refused(bench.reply(bench.token(group=group), TextMessage(text="hi", quote_token=quote)))
    assert (status, body["details"][0]["property"]) == (400, "messages[0].quoteToken")
    await bench.reply(bench.token(), TextMessage(text="hi", quote_token=quote))


async def test_mentions(bench):
    """A text may mention members of its group and nobody else."""
    group = bench.line.add_group("Team", [bench.mei])

    async def mention(token: str, user: str) -> int:
        substitution = {"u": {"type": "mention", "mentionee": {"type": "user", "userId": user}}}
        message = {"type": "textV2", "text": "for {u}", "substitution": substitution}
        return (await bench.post("message/reply", {"replyToken": token, "messages": [message]})).status_code

    assert await mention(bench.token(group=group), bench.mei) == 200
    assert await mention(bench.token(group=group), bench.line.add_person("Bo")) == 400
    assert await mention(bench.token(), bench.mei) == 400


async def test_push_costs_people(bench):
    """A push to a group costs one message per member, and none to a blocker, who does not see it."""
    group = bench.line.add_group("Team", [bench.mei, bench.line.add_person("Bo"), bench.line.add_person("Ed")])
    await bench.push(group)
    assert bench.line.used_this_month == 3
    bench.line.unfollow(bench.mei)
    await bench.push(bench.mei)
    assert bench.line.used_this_month == 3
    assert bench.line.chat(bench.mei).from_bot == []


@pytest.mark.parametrize(
    ("units", "status"), [(["spring_1"], 200), ([], 200), (["a", "b"], 400), (["x" * 31], 400), (["a b"], 400)]
)
async def test_aggregation_units(bench, units, status):
    """One name of a unit at most, of letters, digits and underscores."""
    body = {"messages": [{"type": "text", "text": "hi"}], "customAggregationUnits": units}
    assert (await bench.post("message/push", body | {"to": bench.mei})).status_code == status
    assert (await bench.post("message/multicast", body | {"to": [bench.mei]})).status_code == status


async def test_videos_are_not_tracked_in_groups(bench):
    """LINE takes a tracking id to one person only."""
    url = "https://example.com/a.mp4"
    video = {"type": "video", "originalContentUrl": url, "previewImageUrl": url, "trackingId": "v1"}
    group = bench.line.add_group("Team", [bench.mei])
    statuses = [
        (await bench.post("message/push", {"to": to, "messages": [video]})).status_code for to in (bench.mei, group)
    ]
    assert statuses == [200, 400]


async def test_push_to_strangers(bench):
    """A push to nobody is refused; to somebody who wrote last week it is not seen."""
    failed = (400, {"message": "Failed to send messages"})
    assert await refused(bench.push("U" + "9" * 32)) == failed
    stranger = bench.line.add_person("Stranger", is_friend=False)
    bench.line.text(stranger, "hi")
    await bench.push(stranger)
    bench.clock.now_at += 8 * 24 * 3600
    await bench.push(stranger)
    assert len(bench.line.chat(stranger).from_bot) == 1
    group = bench.line.add_group("Team", [bench.mei])
    bench.line.leave(group)
    assert await refused(bench.push(group)) == failed


async def test_quota(bench):
    """The month's messages end, and come back next month."""
    bench.line.used_this_month = 199
    await bench.push(bench.mei)
    assert await refused(bench.push(bench.mei)) == (429, {"message": "You have reached your monthly limit."})
    quota = await bench.api.get_message_quota()
    assert (quota.type, quota.value) == ("limited", 200)
    assert (await bench.api.get_message_quota_consumption()).total_usage == 200
    bench.clock.now_at += 31 * 24 * 3600
    await bench.push(bench.mei)
    bench.line.monthly_quota = None
    assert (await bench.api.get_message_quota()).type == "none"


async def test_retry_key(bench):
    """A retry key sends once within 24 hours; the repeat is told what was sent."""
    key = str(uuid.uuid4())
    first = await bench.api.push_message_with_http_info(
        PushMessageRequest(to=bench.mei, messages=[TextMessage(text="hi")]), x_line_retry_key=key
    )
    with pytest.raises(ApiException) as caught:
        await bench.push(bench.mei, key=key)
    assert caught.value.status == 409
    assert caught.value.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert json.loads(caught.value.body)["sentMessages"][0]["id"] == first.data.sent_messages[0].id
    assert len(bench.line.chat(bench.mei).from_bot) == 1
    bench.clock.now_at += 24 * 3600 + 1
    await bench.push(bench.mei, key=key)
    bad = await bench.post("message/push", {"to": bench.mei}, x_line_retry_key="7")
    assert bad.status_code == 400


async def test_retry_key_of_a_refused_push(bench):
    """A push that was refused does not spend its key."""
    key = str(uuid.uuid4())
    bench.line.used_this_month = 200
    assert (await refused(bench.push(bench.mei, key=key)))[0] == 429
    bench.line.used_this_month = 0
    await bench.push(bench.mei, key=key)


async def test_multicast(bench):
    """A multicast reaches users, never groups."""
    people = [bench.mei, bench.line.add_person("Bo")]
    await bench.api.multicast(MulticastRequest(to=people, messages=[TextMessage(text="hi")]))
    assert (bench.line.used_this_month, len(bench.line.chat(people[1]).from_bot)) == (2, 1)
    group = bench.line.add_group("Team", people)
    status, _ = await refused(bench.api.multicast(MulticastRequest(to=[group], messages=[TextMessage(text="hi")])))
    assert status == 400


async def test_loading(bench):
    """The animation runs until a message of the bot arrives; groups and odd seconds are refused."""
    await bench.api.show_loading_animation(ShowLoadingAnimationRequest(chat_id=bench.mei, loading_seconds=60))
    assert bench.line.is_loading(bench.mei)
    await bench.reply(bench.token())
    assert not bench.line.is_loading(bench.mei)
    for seconds, said in ((7, "must be a multiple of five"), (65, "Must be between 5 and 60")):
        odd = await bench.post("chat/loading/start", {"chatId": bench.mei, "loadingSeconds": seconds})
        assert (odd.status_code, odd.json()["details"][0]["message"]) == (400, said)
    group = bench.line.add_group("Team", [bench.mei])
    in_group = await bench.post("chat/loading/start", {"chatId": group, "loadingSeconds": 20})
    assert in_group.json()["details"][0]["property"] == "chatId"


async def test_loading_expires(bench):
    """The animation ends by the clock."""
    await bench.api.show_loading_animation(ShowLoadingAnimationRequest(chat_id=bench.mei))
    bench.clock.now_at += 19
    assert bench.line.is_loading(bench.mei)
    bench.clock.now_at += 2
    assert not bench.line.is_loading(bench.mei)


async def test_mark_as_read(bench):
    """A read token of a message marks its chat."""
    message = bench.line.text(bench.mei, "hi")["message"]
    marked = await bench.post("chat/markAsRead", {"markAsReadToken": message["markAsReadToken"]})
    assert (marked.status_code, bench.line.marked_as_read) == (200, [bench.mei])
    assert (await bench.post("chat/markAsRead", {"markAsReadToken": "x"})).status_code == 400


async def test_account(bench):
    """Bot, friends, members and groups are found; strangers and verified-only calls are not."""
    group = bench.line.add_group("Team", [bench.mei, bench.line.add_person("Bo", language=None)])
    info = await bench.api.get_bot_info()
    assert (info.user_id, info.chat_mode) == (bench.line.bot_user_id, "bot")
    profile = await bench.api.get_profile(bench.mei)
    assert (profile.display_name, profile.language) == ("Mei", "zh-TW")
    assert (await bench.api.get_group_member_profile(group, bench.mei)).display_name == "Mei"
    assert (await bench.api.get_group_summary(group)).group_name == "Team"
    assert (await bench.api.get_group_member_count(group)).count == 2
    stranger = bench.line.add_person("Stranger", is_friend=False)
    assert await refused(bench.api.get_profile(stranger)) == (404, {"message": "Not found"})
    assert (await refused(bench.api.get_group_members_ids(group)))[0] == 403
    await bench.api.leave_group(group)
    assert (await refused(bench.api.get_group_summary(group)))[0] == 404


async def test_validate(bench):
    """Messages can be checked without being sent."""
    await bench.api.validate_reply(ValidateMessageRequest(messages=[PICTURE]))
    status, body = await refused(bench.api.validate_push(ValidateMessageRequest(messages=[TextMessage(text="")])))
    assert (status, body["message"]) == (400, "The request body has 1 error(s)")


async def test_content(bench):
    """What a person sends can be fetched until it is taken back."""
    buffer = BytesIO()
    Image.new("RGB", (600, 400)).save(buffer, "JPEG")
    sent = bench.line.image(bench.mei, buffer.getvalue())["message"]
    assert await bench.blob.get_message_content(sent["id"]) == buffer.getvalue()
    preview = await bench.blob.get_message_content_preview(sent["id"])
    with Image.open(BytesIO(preview)) as small:
        assert small.size == (240, 160)
    assert (await refused(bench.blob.get_message_content_transcoding_by_message_id(sent["id"])))[0] == 400
    bench.line.unsend(bench.mei, sent["id"])
    assert await refused(bench.blob.get_message_content(sent["id"])) == (410, {"message": "The content is gone"})
    assert (await refused(bench.blob.get_message_content("1")))[0] == 404


@pytest.mark.parametrize("path", ["message/1/content", "message/1/content/preview", "richmenu/1/content", "info"])
async def test_each_host_has_paths_of_its_own(bench, path):
    """What is of api-data is not found at api.line.me, and the other way round, be the token right or wrong."""
    wrong = API_DATA if path == "info" else API
    async with httpx.AsyncClient() as http:
        for token in (TOKEN, "forged"):
            url, named = f"{bench.base_urls[wrong]}/v2/bot/{path}", {"authorization": f"Bearer {token}"}
            answer = await http.get(url, headers=named)
            assert (answer.status_code, answer.json()) == (404, {"message": "Not found"})


async def test_content_in_preparation(bench):
    """A long video answers 202 until it is ready."""
    sent = bench.line.video(bench.mei, b"film")["message"]
    bench.line.contents[sent["id"]].state = "processing"
    answer = await bench.blob.get_message_content_with_http_info(sent["id"])
    assert answer.status_code == 202
    status = await bench.blob.get_message_content_transcoding_by_message_id(sent["id"])
    assert status.status == "processing"


async def test_rich_menu(bench):
    """A menu needs a picture of its size before it is shown, and takes it once."""
    buffer = BytesIO()
    Image.new("RGB", (800, 400)).save(buffer, "PNG")
    action = {
        "type": "postback",
        "label": "Draw",
        "data": "draw",
        "inputOption": "openKeyboard",
        "fillInText": "/draw ",
    }
    area = {"bounds": {"x": 0, "y": 0, "width": 800, "height": 400}, "action": action}
    menu = {
        "size": {"width": 800, "height": 400},
        "selected": True,
        "name": "m",
        "chatBarText": "Menu",
        "areas": [area],
    }
    made = (await bench.post("richmenu", menu)).json()["richMenuId"]
    assert (await bench.post(f"user/all/richmenu/{made}", {})).status_code == 400
    upload = {"content_type": "image/png", "host": API_DATA}
    assert (await bench.post(f"richmenu/{made}/content", b"no picture", **upload)).status_code == 400
    assert (await bench.post(f"richmenu/{made}/content", buffer.getvalue(), **upload)).status_code == 200
    assert (await bench.post(f"richmenu/{made}/content", buffer.getvalue(), **upload)).status_code == 400
    await bench.api.set_default_rich_menu(made)
    assert (await bench.api.get_default_rich_menu_id()).rich_menu_id == made
    assert bench.line.menus.shown_to(bench.mei).id == made
    assert [m.rich_menu_id for m in (await bench.api.get_rich_menu_list()).richmenus] == [made]
    assert (await bench.post("richmenu", menu | {"size": {"width": 800, "height": 800}})).status_code == 400
    await bench.api.delete_rich_menu(made)
    assert (await refused(bench.api.get_default_rich_menu_id()))[0] == 404


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [("name", "🎨" * 300, 200), ("name", "🎨" * 301, 400), ("selected", None, 400), ("selected", False, 200)],
)
async def test_rich_menu_fields(bench, field, value, status):
    """A name is counted in what people call letters, and whether the menu is open must be said."""
    menu = {"size": {"width": 800, "height": 400}, "selected": True, "name": "m", "chatBarText": "Menu", "areas": []}
    assert (await bench.post("richmenu/validate", menu | {field: value})).status_code == status


async def test_a_menu_for_one_person(bench):
    """LINE says 200 also of those who are no friends, and shows them none; what is no user id it refuses."""
    bench.line.menus.menus["m"] = Menu(id="m", body={}, image=b"jpeg")
    stranger, blocker = "U" + "9" * 32, bench.line.add_person("Bo")
    bench.line.unfollow(blocker)
    for user in (bench.mei, blocker, stranger):
        assert (await bench.post(f"user/{user}/richmenu/m", {})).status_code == 200
    assert bench.line.menus.linked == {bench.mei: "m"}
    assert (await bench.post("user/mei/richmenu/m", {})).status_code == 400
    assert (await bench.post(f"user/{bench.mei}/richmenu/n", {})).status_code == 404


async def test_reply_accepted_but_answer_lost(bench):
    """A reply whose answer is lost was sent: the second try finds the token used."""
    token = bench.token()
    bench.line.faults.add(Fault.drop_after(), match="/message/reply")
    answer = bench.post("message/reply", {"replyToken": token, "messages": [{"type": "text", "text": "hi"}]})
    with pytest.raises(httpx.RemoteProtocolError):
        await answer
    assert len(bench.line.chat(bench.mei).from_bot) == 1
    assert await refused(bench.reply(token)) == INVALID


@pytest.mark.parametrize(
    ("fault", "status"),
    [(line_errors.rate_limited(), 429), (line_errors.monthly_limit(), 429), (line_errors.server_error(), 500)],
)
async def test_bad_days(bench, fault, status):
    """A scripted refusal strikes as often as told and sends nothing."""
    token = bench.token()
    rule = bench.line.faults.add(fault, match="/reply", times=2)
    assert (await refused(bench.reply(token)))[0] == status
    assert (await refused(bench.reply(token)))[0] == status
    await bench.reply(token)
    assert rule.hits == 2


async def test_record(bench):
    """Every call is on record with status, request id and bodies, and the feed tells as it happens."""
    with bench.line.subscribe() as happenings:
        await bench.reply(bench.token())
        kinds = [(await anext(happenings)).kind for _ in range(4)]
    assert kinds == ["message_in", "call_started", "message_out", "call_ended"]
    call = bench.line.calls[-1]
    assert (call.method, call.path, call.status) == ("POST", "/v2/bot/message/reply", 200)
    assert call.request_id == bench.line.chat(bench.mei).from_bot[0].request_id
    assert call.body["messages"] == [{"type": "text", "text": "hi"}]
    assert "sentMessages" in call.answer


async def test_wait_for_times_out(bench):
    """Waiting for what never happens ends."""
    with pytest.raises(TimeoutError):
        await bench.line.wait_for(lambda: bench.line.chat(bench.mei).pictures, timeout_s=0.01)


async def test_unknown_endpoints(bench):
    """What LINE does not have is not found."""
    assert (await bench.post("nothing", {})).json() == {"message": "Not found"}
    assert (await bench.post("info", {})).status_code == 405


@pytest.mark.parametrize(("method", "path"), NOT_PLAYED)
async def test_what_is_not_played_is_said(bench, method, path):
    """Nobody takes it for LINE's own word that there is no such endpoint."""
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {TOKEN}"}) as http:
        answer = await http.request(method, bench.base_urls[API] + re.sub(r"{.*?}", "x", path))
    assert answer.status_code == 501
    assert "does not play it" in answer.json()["message"]


async def test_template_of_the_sdk(bench):
    """A buttons template made by the SDK passes, and its button can be tapped."""
    action = PostbackAction(label="Show picture", data="job=7")
    template = ButtonsTemplate(text="still drawing", actions=[action])
    await bench.reply(bench.token(), TemplateMessage(alt_text="still drawing", template=template))
    tapped = bench.line.tap(bench.mei, "Show picture")
    assert tapped["postback"] == {"data": "job=7"}
    with pytest.raises(LookupError):
        bench.line.tap(bench.mei, "Other")

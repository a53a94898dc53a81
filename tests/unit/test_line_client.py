"""What the client sends to LINE and makes of its answers, over a real socket."""

import asyncio
import contextlib
import json
import socket
import traceback
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app import errors
from app.flows.delivery.loading_animation import LoadingAnimation
from app.line.client import LineClient
from app.line.events import Chat, ChatKind
from app.line.line_answers import SentMessage
from app.line.messages import image, text, to_json
from tests.forward import carry

ANSWERS = Path(__file__).parents[1] / "samples" / "line" / "answers"
TOKEN = "channel-access-token/with+all=kinds"
NAME = 3  # how SOCKS5 marks a name
USER_ID = "U4af4980629aaaabbbbccccddddeeeeff"
GROUP = Chat(kind=ChatKind.GROUP, id="Ca56f94637caaaabbbbccccddddeeeeff")
REPLY_TOKEN = "38ef843bde154d9b91c21320ffd17a0f"
RETRY_KEY = "123e4567-e89b-12d3-a456-426614174000"
SENT = SentMessage(id="461230966842064897", quote_token="IStG5h1Tz7b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    peer: tuple[str, int]
    line: str
    headers: dict[str, str]
    body: bytes


class Came(list[Request]):
    """The requests that came, and where they came to."""

    here = ""


Respond = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def line_that(*responses: Respond, base_url: str | None = None):
    """Serve one response to each request, in order; hand out a client and the requests that came."""
    came = Came()
    waiting = list(responses)

    async def serve(reader, writer):
        try:
            while waiting:
                came.append(await _request(reader, peer=writer.get_extra_info("peername")))
                await waiting.pop(0)(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has gone
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        here = came.here = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client = LineClient(
            channel_access_token=TOKEN, base_url=base_url or here, data_base_url=f"{here}/", timeout_s=5
        )
        try:
            yield client, came
        finally:
            await client.aclose()


async def _request(reader, *, peer):
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(peer=peer, line=first, headers=headers, body=body)


def answers(status, body, **headers):
    """Answer with a status and a body: an object, or the bytes themselves."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(content)}", "x-line-request-id: request-1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]

    async def respond(_, writer):
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        await writer.drain()

    return respond


def answers_as(sample, **headers):
    """Answer as LINE's reference shows it."""
    answer = json.loads((ANSWERS / f"{sample}.json").read_text())
    return answers(answer["status"], answer["body"], **headers)


async def hangs_up(_, writer):
    """Close the connection after the request has come."""
    writer.close()


async def hangs_up_within_the_answer(_, writer):
    """Say 200 and close the connection before the body is complete."""
    writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"sentMessages":[')
    await writer.drain()
    writer.close()


async def never_answers(reader, _):
    """Keep the client waiting until it goes."""
    await reader.read()


async def stops_within_the_answer(reader, writer):
    """Say 200, begin the body and keep the client waiting until it goes."""
    writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"sentMessages":[')
    await reader.read()


def ask_to_reply(client, **more):
    """Make the call that most tests are about."""
    return client.reply(REPLY_TOKEN, [text("hello")], **more)


def ask_to_push(client):
    """Push one text to the group."""
    return client.push(GROUP.id, [text("hello")], retry_key=RETRY_KEY)


async def test_reply():
    """A reply carries the token and the messages, and brings back their ids in order."""
    messages = [
        text("你要的圖 🦦", quote_token="q"),
        image(original_url="https://a.example/1", preview_url="https://a"),
    ]
    async with line_that(answers_as("reply_200")) as (line, came):
        sent = await line.reply(REPLY_TOKEN, messages)
    (request,) = came
    assert sent.messages == (SENT,)
    assert sent.request_id == "request-1"
    assert request.line == "POST /v2/bot/message/reply HTTP/1.1"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/json"
    assert "x-line-retry-key" not in request.headers  # LINE answers 400 to it here
    assert json.loads(request.body) == {
        "replyToken": REPLY_TOKEN,
        "messages": [to_json(one) for one in messages],
        "notificationDisabled": False,
    }


async def test_push():
    """A push carries its retry key."""
    async with line_that(answers_as("reply_200")) as (line, came):
        sent = await ask_to_push(line)
    (request,) = came
    assert sent.messages == (SENT,)
    assert request.line == "POST /v2/bot/message/push HTTP/1.1"
    assert request.headers["x-line-retry-key"] == RETRY_KEY
    said = {"to": GROUP.id, "messages": [{"type": "text", "text": "hello"}], "notificationDisabled": False}
    assert json.loads(request.body) == said


async def test_push_again():
    """A push that LINE has taken before is a success, with the ids and the request id of the first."""
    async with line_that(answers_as("push_409", x_line_accepted_request_id="request-0")) as (line, _):
        sent = await ask_to_push(line)
    assert sent.messages == (SentMessage(id="461230966842064898", quote_token="IStG5h1Tz7c"),)
    assert sent.request_id == "request-0"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"sentMessages":null}',
        b'{"sentMessages":[7]}',
        b'{"sentMessages":[{"id"',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
)
async def test_unreadable_success(body):
    """A reply that LINE has accepted stays accepted, whatever the body says."""
    async with line_that(answers(200, body)) as (line, _):
        assert (await ask_to_reply(line)).messages == ()


@pytest.mark.parametrize("respond", [hangs_up_within_the_answer, stops_within_the_answer])
async def test_success_cut_short(respond):
    """A reply that LINE has accepted stays accepted, even if the rest of the answer never comes."""
    async with line_that(respond) as (line, _):
        assert (await ask_to_reply(line, timeout_s=0.3)).messages == ()


async def test_unusual_success():
    """Values that LINE adds or leaves out do no harm."""
    messages = [{"id": 461230966842064897, "new": {}}, {"quoteToken": "q"}, {"id": "2", "quoteToken": None}]
    async with line_that(answers(200, {"sentMessages": messages, "more": 1})) as (line, _):
        sent = await ask_to_reply(line)
    assert [(message.id, message.quote_token) for message in sent.messages] == [
        ("461230966842064897", None),
        ("", "q"),
        ("2", None),
    ]


REPLY_ERRORS = [
    ("invalid_reply_token_400", errors.TokenDead, "invalid_reply_token"),
    ("bad_message_400", errors.BadRequest, "http_400"),
    ("authentication_401", errors.NotPermitted, "http_401"),
    ("not_available_403", errors.NotPermitted, "http_403"),
    ("not_found_404", errors.BadRequest, "http_404"),
    ("push_409", errors.BadRequest, "http_409"),
    ("rate_limit_429", errors.RateLimited, "http_429"),
    ("fault_500", errors.VendorFault, "http_500"),
]
PUSH_ERRORS = [
    ("failed_to_send_400", errors.BadRequest, "http_400"),
    ("invalid_reply_token_400", errors.BadRequest, "http_400"),
    ("authentication_401", errors.NotPermitted, "http_401"),
    ("rate_limit_429", errors.RateLimited, "http_429"),
    ("monthly_limit_429", errors.MonthlyLimit, "monthly_limit"),
    ("fault_500", errors.VendorFault, "http_500"),
]


@pytest.mark.parametrize(
    ("ask", "sample", "leaf", "code"),
    [(ask_to_reply, *error) for error in REPLY_ERRORS] + [(ask_to_push, *error) for error in PUSH_ERRORS],
)
async def test_refusals(ask, sample, leaf, code):
    """Each refusal of LINE is an error of its own, with LINE's request id."""
    async with line_that(answers_as(sample)) as (line, _):
        with pytest.raises(errors.EaselError) as caught:
            await ask(line)
    assert type(caught.value) is leaf
    assert caught.value.code == code
    assert caught.value.vendor_request_id == "request-1"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 415, 429, 500, 502, 503, 504, 302, 418])
async def test_refusals_without_words(status):
    """A refusal is understood by its status alone."""
    leaf = {401: errors.NotPermitted, 403: errors.NotPermitted, 429: errors.RateLimited}.get(status, errors.BadRequest)
    async with line_that(answers(status, b"<html>oops</html>")) as (line, _):
        with pytest.raises(errors.VendorFault if status >= 500 else leaf):
            await ask_to_push(line)


@pytest.mark.parametrize(
    ("header", "retry_after_s"),
    [
        ("7", 7.0),
        ("120", 120.0),
        ("121", None),
        ("9" * 5000, None),
        ("0", None),
        ("soon", None),
        ("-1", None),
        ("²", None),
    ],
)
async def test_retry_after(header, retry_after_s):
    """Where LINE says how long to wait, we know, unless nobody could wait so long."""
    async with line_that(answers_as("rate_limit_429", retry_after=header)) as (line, _):
        with pytest.raises(errors.RateLimited) as caught:
            await ask_to_reply(line)
    assert caught.value.retry_after_s == retry_after_s


async def test_hints():
    """An error names what LINE did not like, and where."""
    async with line_that(answers_as("bad_message_400")) as (line, _):
        with pytest.raises(errors.BadRequest, match="Length must be between 0 and 5000") as caught:
            await ask_to_reply(line)
    assert "messages[0].text" in str(caught.value)
    assert "reply: LINE answered 400" in str(caught.value)


async def test_no_content_in_errors():
    """An error repeats nothing that the user wrote and no id or token, even if LINE does."""
    said = f"a secret wish of {USER_ID} with {TOKEN} and {REPLY_TOKEN}"
    body = {"message": said, "details": [{"message": said, "property": said}, {"message": 7}, "x"]}
    async with line_that(answers(400, body)) as (line, _):
        with pytest.raises(errors.BadRequest) as caught:
            await ask_to_reply(line)
    shown = "".join(traceback.format_exception(caught.value))
    assert not any(secret in shown for secret in ("secret wish", USER_ID, TOKEN, REPLY_TOKEN))


async def test_hang_up():
    """Once a request has been sent, a lost connection leaves the outcome open."""
    async with line_that(hangs_up) as (line, came):
        with pytest.raises(errors.OutcomeUnknown):
            await ask_to_reply(line)
    assert len(came) == 1


async def test_time_out():
    """A caller may have less patience than the client; the outcome is then unknown."""
    async with line_that(never_answers) as (line, came):
        with pytest.raises(errors.OutcomeUnknown):
            await ask_to_reply(line, timeout_s=0.3)
    assert len(came) == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_unreachable(scheme, unused_port):
    """Where nobody listens nothing was sent, and the error names no address."""
    line = LineClient(
        channel_access_token=TOKEN, base_url=f"{scheme}://127.0.0.1:{unused_port}", data_base_url="http://127.0.0.1"
    )
    with pytest.raises(errors.Unreachable) as caught:
        await line.language(USER_ID)
    await line.aclose()
    shown = "".join(traceback.format_exception(caught.value))
    assert not any(secret in shown for secret in (USER_ID, TOKEN))


@pytest.fixture
def unused_port():
    """A port where nobody listens any more."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


async def test_connection_is_kept():
    """A second call goes over the connection of the first."""
    async with line_that(answers_as("reply_200"), answers_as("reply_200")) as (line, came):
        await ask_to_reply(line)
        await ask_to_reply(line)
    first, second = came
    assert first.peer == second.peer


async def test_loading():
    """The loading animation is asked for in seconds; LINE accepts it with 202."""
    async with line_that(answers(202, {})) as (line, came):
        await line.start_loading(USER_ID, seconds=20)
    (request,) = came
    assert request.line == "POST /v2/bot/chat/loading/start HTTP/1.1"
    assert json.loads(request.body) == {"chatId": USER_ID, "loadingSeconds": 20}


async def test_nobody_waits_for_an_animation():
    """Where LINE does not answer, who keeps the animation goes on, and the end of it ends the call."""
    asked, gone = asyncio.Event(), asyncio.Event()

    async def waits_until_gone(reader, writer):
        asked.set()
        await never_answers(reader, writer)
        gone.set()

    async with line_that(waits_until_gone, answers_as("reply_200")) as (line, _):
        loading = LoadingAnimation(line)
        await loading.keep_up(USER_ID)
        await asked.wait()
        await ask_to_reply(line)
        assert not gone.is_set()
        loading.ended(USER_ID)
        await gone.wait()


async def test_loading_in_a_group():
    """Groups have no loading animation."""
    async with line_that(answers_as("loading_in_group_400")) as (line, _):
        with pytest.raises(errors.BadRequest, match="chatId: Only user id is acceptable"):
            await line.start_loading(GROUP.id)


@pytest.mark.parametrize(
    ("quota", "usage", "remaining"),
    [
        ({"type": "limited", "value": 200}, {"totalUsage": 5}, 195),
        ({"type": "limited", "value": 200}, {"totalUsage": 200}, 0),
        ({"type": "limited", "value": 200}, {"totalUsage": 201}, 0),
    ],
)
async def test_remaining_pushes(quota, usage, remaining):
    """What is left of the month is the quota without what was sent."""
    async with line_that(answers(200, quota), answers(200, usage)) as (line, came):
        assert await line.remaining_pushes() == remaining
    assert [request.line.split()[1] for request in came] == [
        "/v2/bot/message/quota",
        "/v2/bot/message/quota/consumption",
    ]


async def test_no_limit():
    """An account without a limit may always push."""
    async with line_that(answers(200, {"type": "none"})) as (line, _):
        assert await line.remaining_pushes() is None


@pytest.mark.parametrize(
    "bodies", [[{}], [{"type": "limited"}], [{"value": "200"}], [{"type": "limited", "value": 200}, {}]]
)
async def test_unreadable_quota(bodies):
    """A quota that cannot be read is no leave to spend it."""
    async with line_that(*(answers(200, body) for body in bodies)) as (line, _):
        with pytest.raises(errors.BadAnswer):
            await line.remaining_pushes()


@pytest.mark.parametrize("kind", [ChatKind.GROUP, ChatKind.ROOM])
async def test_members(kind):
    """A push to a group costs as much as it has members."""
    async with line_that(answers(200, {"count": 30})) as (line, came):
        assert await line.members(Chat(kind=kind, id="C1/../2")) == 30
    assert came[0].line == f"GET /v2/bot/{kind}/C1%2F..%2F2/members/count HTTP/1.1"


async def test_members_of_a_user():
    """A push to one person costs one, and LINE is not asked."""
    async with line_that() as (line, came):
        assert await line.members(Chat(kind=ChatKind.USER, id=USER_ID)) == 1
    assert came == []


async def test_unreadable_members():
    """A price that cannot be read is not guessed."""
    async with line_that(answers(200, {"count": "many"})) as (line, _):
        with pytest.raises(errors.BadAnswer):
            await line.members(GROUP)


@pytest.mark.parametrize(
    ("respond", "language"),
    [
        (answers(200, {"displayName": "Mei", "userId": USER_ID, "language": "zh-Hant"}), "zh-Hant"),
        (answers(200, {"displayName": "Mei", "userId": USER_ID}), None),
        (answers(200, {"language": ""}), None),
        (answers(200, b"?"), None),
        (answers_as("not_found_404"), None),
    ],
)
async def test_language(respond, language):
    """The language of somebody's LINE is known only where LINE tells it."""
    async with line_that(respond) as (line, came):
        assert await line.language(USER_ID) == language
    assert came[0].line == f"GET /v2/bot/profile/{USER_ID} HTTP/1.1"


PHOTO = b"\xff\xd8\xff\xe0 a photo"


async def test_content():
    """What somebody sent comes as it is, whatever is in it, from the host for files."""
    async with line_that(answers(200, PHOTO, content_type="image/jpeg")) as (line, came):
        assert await line.content("354718705033693859", bytes_max=len(PHOTO)) == PHOTO
    (request,) = came
    assert request.line == "GET /v2/bot/message/354718705033693859/content HTTP/1.1"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"


async def test_content_has_a_host_of_its_own(unused_port):
    """The usual one does not serve it."""
    async with line_that(answers(200, PHOTO), base_url=f"http://127.0.0.1:{unused_port}") as (line, came):
        assert await line.content("1/../2", bytes_max=100) == PHOTO
    assert came[0].line == "GET /v2/bot/message/1%2F..%2F2/content HTTP/1.1"


async def test_content_that_is_not_ready_is_asked_for_again():
    """LINE prepares some of it first, and says so."""
    async with line_that(answers(202, b""), answers(202, b""), answers(200, PHOTO)) as (line, came):
        assert await line.content("1", bytes_max=100) == PHOTO
    assert len(came) == 3


async def test_content_that_is_never_ready():
    """We wait no longer than told, and asking later is safe."""
    async with line_that(*(answers(202, b"") for _ in range(20))) as (line, _):
        with pytest.raises(errors.Again) as caught:
            await line.content("1", bytes_max=100, timeout_s=1.7)
    assert caught.value.code == "not_ready"


@pytest.mark.parametrize(
    ("respond", "leaf"),
    [
        (answers(404, {"message": "not found"}), errors.SourceGone),
        (answers(410, {"message": "The content is gone"}), errors.SourceGone),
        (answers(400, {}), errors.BadRequest),
        (answers_as("authentication_401"), errors.NotPermitted),
        (answers_as("rate_limit_429"), errors.RateLimited),
        (answers_as("fault_500"), errors.VendorFault),
        (answers(200, PHOTO * 10), errors.TooLarge),
        (hangs_up, errors.OutcomeUnknown),
        (hangs_up_within_the_answer, errors.OutcomeUnknown),
    ],
)
async def test_content_that_cannot_be_had(respond, leaf):
    """Half a photo is none, and one that its sender took back is known as such."""
    async with line_that(respond) as (line, came):
        with pytest.raises(leaf):
            await line.content("1", bytes_max=100)
    assert len(came) == 1


@pytest.mark.parametrize("respond", [never_answers, stops_within_the_answer])
async def test_content_that_does_not_come(respond):
    """The limit is for all of it, not for each byte."""
    async with line_that(respond) as (line, _):
        with pytest.raises(errors.OutcomeUnknown):
            await line.content("1", bytes_max=10_000, timeout_s=0.8)


async def test_content_without_end_is_not_read_to_its_end():
    """What is too large is known before all of it is here."""

    async def pours(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(100_000))
        await writer.drain()
        await reader.read()

    async with line_that(pours) as (line, _):
        with pytest.raises(errors.TooLarge):
            await line.content("1", bytes_max=50_000)


@pytest.mark.parametrize("kind", [ChatKind.GROUP, ChatKind.ROOM])
async def test_leave(kind):
    """A group is left by its own id, however odd."""
    async with line_that(answers(200, {})) as (line, came):
        await line.leave(Chat(kind=kind, id="C1/../2"))
    assert came[0].line == f"POST /v2/bot/{kind}/C1%2F..%2F2/leave HTTP/1.1"


async def test_leaving_a_person_is_nothing():
    """Only they can end it."""
    async with line_that() as (line, came):
        await line.leave(Chat(kind=ChatKind.USER, id=USER_ID))
    assert came == []


@pytest.mark.parametrize("token", ["", "with space", "token\n", "令牌"])
def test_unusable_token(token):
    """A token that cannot be sent is refused at once, without being shown."""
    with pytest.raises(ValueError, match="the channel access token") as caught:
        LineClient(channel_access_token=token, base_url="http://127.0.0.1", data_base_url="http://127.0.0.1")
    assert not token or token not in str(caught.value)


PACKED = (Path(__file__).parents[1] / "samples" / "line" / "body_gzip_gzip.bin").read_bytes()


def pours(status, *, content_type="application/json"):
    """Answer with a status and a body that does not end while anybody reads it."""

    async def respond(reader, writer):
        writer.write(f"HTTP/1.1 {status} Whatever\r\ncontent-type: {content_type}\r\n\r\n".encode())
        with contextlib.suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(b"{" * 65_536)
                await writer.drain()

    return respond


async def test_an_answer_without_end_is_not_read_to_its_end():
    """A reply that LINE has taken is a success, an error is one by its status, and neither is kept."""
    async with line_that(pours(200), pours(500), pours(200)) as (line, came):
        assert (await ask_to_reply(line)).messages == ()
        with pytest.raises(errors.VendorFault):
            await ask_to_reply(line)
        with pytest.raises(errors.BadAnswer):
            await line.remaining_pushes()
    assert len(came) == 3


async def test_content_that_fails_without_end():
    """An error of the host for files is read no further than any other."""
    async with line_that(pours(500)) as (line, _):
        with pytest.raises(errors.VendorFault):
            await line.content("1", bytes_max=100)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip", "br", "identity, gzip"])
async def test_what_comes_packed_is_not_unpacked(encoding):
    """Nobody asked for it, so 1,715 bytes stay 1,715 bytes: a reply that was taken is one, and a photo is none."""
    packed = [answers(status, PACKED, content_encoding=encoding) for status in (200, 200, 400)]
    async with line_that(*packed) as (line, came):
        assert (await ask_to_reply(line)).messages == ()
        with pytest.raises(errors.BadAnswer) as caught:
            await line.content("1", bytes_max=10_000)
        with pytest.raises(errors.BadRequest):
            await ask_to_reply(line)
    assert caught.value.code == "packed"
    assert {one.headers["accept-encoding"] for one in came} == {"identity"}


async def test_redirects_are_not_followed():
    """Nobody else gets our token, whatever LINE's address answers."""
    elsewhere = answers(307, {}, location="/v2/bot/message/reply")
    async with line_that(elsewhere, answers_as("reply_200")) as (line, came):
        with pytest.raises(errors.BadRequest) as caught:
            await ask_to_reply(line)
    assert caught.value.code == "http_307"
    assert len(came) == 1


async def test_names_and_passwords_of_the_machine_are_left_alone(tmp_path, monkeypatch):
    """A netrc file with a word for every host neither reaches LINE nor gets into our way."""
    (tmp_path / ".netrc").write_text("default login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    async with line_that(answers_as("reply_200")) as (line, came):
        await ask_to_reply(line)
    assert came[0].headers["authorization"] == f"Bearer {TOKEN}"


async def test_a_proxy_carries_the_calls(monkeypatch):
    """HTTP_PROXY is obeyed with its name and password, and NO_PROXY, too."""
    async with line_that(answers_as("reply_200"), base_url="http://line.invalid") as (line, came):
        proxy = came.here.removeprefix("http://")
        monkeypatch.setenv("http_proxy", f"http://somebody:secret@{proxy}")
        monkeypatch.setenv("no_proxy", "")
        await ask_to_reply(line)
    assert came[0].line == "POST http://line.invalid/v2/bot/message/reply HTTP/1.1"
    assert came[0].headers["proxy-authorization"].startswith("Basic ")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with line_that(answers_as("reply_200")) as (line, came):
        await ask_to_reply(line)
    assert len(came) == 1


@asynccontextmanager
async def socks_to(port, asked):
    """Serve SOCKS5 without a password; whatever is asked for is at this port of ours."""

    async def serve(reader, writer):
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        kind = (await reader.readexactly(4))[-1]
        asked.append(await reader.readexactly((await reader.readexactly(1))[0] if kind == NAME else 4))
        await reader.readexactly(2)
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"socks5://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_a_socks_proxy_carries_the_calls(monkeypatch, scheme):
    """ALL_PROXY may be a SOCKS proxy, which is handed the name to look up."""
    asked: list[bytes] = []
    async with (
        line_that(answers_as("reply_200"), base_url="http://line.invalid") as (line, came),
        socks_to(int(came.here.rpartition(":")[2]), asked) as proxy,
    ):
        monkeypatch.setenv("all_proxy", proxy.replace("socks5", scheme))
        monkeypatch.setenv("no_proxy", "")
        await ask_to_reply(line)
        await line.aclose()
    assert asked == [b"line.invalid"]
    assert came[0].headers["host"] == "line.invalid"


async def test_a_dead_proxy_is_no_answer(monkeypatch, unused_port):
    """Nothing was sent, whatever kind of proxy it is."""
    monkeypatch.setenv("no_proxy", "")
    for name, kind in (("http_proxy", "http"), ("all_proxy", "socks5")):
        monkeypatch.setenv(name, f"{kind}://127.0.0.1:{unused_port}")
        async with line_that(base_url="http://line.invalid") as (line, _):
            with pytest.raises(errors.Unreachable):
                await ask_to_reply(line)
        monkeypatch.delenv(name)

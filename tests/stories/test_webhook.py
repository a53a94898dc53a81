"""The way in: who is let in, what is answered, what survives its neighbours."""

import asyncio
import contextlib
import json
import time

import httpx
import pytest
from line_sandbox.line.events import standby
from line_sandbox.line.webhooks import TIMEOUT_S

from tests.world import SECRET, post

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("easel")]

# LINE's published vector: https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
VECTOR_BODY = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
SHAPED = b"x-line-signature: " + b"A" * 43 + b"=\r\n"
VECTOR_SIGNATURE = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


async def test_lines_own_vector_is_accepted(easel):
    """The console's Verify button sends empty events, signed: 200."""
    assert SECRET == "8c570fa6dd201bb328f1c1eac23a96d8"
    answer = await post(f"{easel.url}/callback", VECTOR_BODY, **{"X-LINE-Signature": VECTOR_SIGNATURE})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "signature",
    [None, "", "abc", VECTOR_SIGNATURE[:-2], "A" * 44, "å" * 44, "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs"],
)
async def test_strangers_are_refused(easel, signature):
    """A signature that is missing, malformed or wrong is a 400."""
    headers = {} if signature is None else {"x-line-signature": signature.encode()}
    answer = await post(f"{easel.url}/callback", VECTOR_BODY, **headers)
    assert answer.status_code == 400


async def test_a_changed_body_is_refused(easel):
    """The signature is of these bytes and no others."""
    answer = await post(f"{easel.url}/callback", VECTOR_BODY + b" ", **{"x-line-signature": VECTOR_SIGNATURE})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"rubbish",
        b"[]",
        b"null",
        b"{}",
        b'{"events":null}',
        b'{"events":{}}',
        b'{"events":[null,1,"x",[],{}]}',
        b'{"events":[{"type":null,"source":7,"message":[]}]}',
        b"\xff\xfe\x00",
        b'{"events":[' + b"[" * 5000 + b"]" * 5000 + b"]}",
        b'{"events":[{"webhookEventId":"01H","timestamp":1e999,"type":"message"}]}',
        b'{"events":[{"webhookEventId":"\\ud800","type":"message","replyToken":7}]}',
    ],
)
async def test_signed_rubbish_is_never_a_fault_of_ours(vendors, body):
    """Whatever is signed is answered with 200 or 400."""
    attempt = await vendors.line.deliver_raw(body)
    assert attempt.status in {200, 400}


async def test_a_body_that_line_never_sends_is_cut_off(vendors):
    """413, by its announced length or while it is being read."""
    attempt = await vendors.line.deliver_raw(b"x" * 256_001)
    assert attempt.status == 413


async def test_an_endless_body_is_not_read_to_its_end(easel):
    """413 comes while the sender is still sending, also without a Content-Length."""
    reader, writer = await asyncio.open_connection("127.0.0.1", easel.port)
    writer.write(b"POST /callback HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + SHAPED + b"\r\n")
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with contextlib.suppress(ConnectionError):
        for _ in range(40):
            writer.write(chunk)
            await writer.drain()
    assert b"413" in await reader.readline()
    writer.close()


@pytest.mark.parametrize("signature", [b"", b"x-line-signature: abc\r\n", b"x-line-signature: " + b"%" * 44 + b"\r\n"])
async def test_what_cannot_be_lines_is_refused_before_its_body(easel, signature):
    """Without a signature that has the shape of one, nothing of the body is waited for."""
    reader, writer = await asyncio.open_connection("127.0.0.1", easel.port)
    writer.write(b"POST /callback HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n" + signature + b"\r\nx")
    assert (await reader.readline()).startswith(b"HTTP/1.1 400")
    writer.close()


async def test_strangers_at_the_door_are_told_of_once(easel):
    """The first refusal of a kind is logged; those that follow are counted."""
    for _ in range(20):
        await post(f"{easel.url}/callback", VECTOR_BODY, **{"x-line-signature": "B" * 43 + "="})
    await easel.logged("webhook_refused", reason="signature")
    assert sum(one.get("reason") == "signature" and "times" not in one for one in easel.lines) <= 2


async def test_a_webhook_kept_for_days_is_not_drawn_again(easel, stage):
    """What is older than the ids that we remember may be a repeat that somebody kept: taken, and passed over."""
    person = stage.person()
    kept = stage.line.text(person, "a fox of last week") | {"timestamp": int((time.time() - 7 * 86_400) * 1000)}
    delivery = await stage.line.deliver(kept)
    assert delivery.status == 200
    await easel.logged("webhook_events_passed_over")
    await stage.line.send_text(person, "a fox of today")
    await stage.picture(person)
    prompts = [call.body["prompt"] for call in stage.openai.calls if call.path.endswith("/images/generations")]
    assert prompts[-1] == "a fox of today"
    assert "a fox of last week" not in prompts


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_monitors_may_ask_without_wanting_a_body(easel, path):
    """HEAD is answered as GET is."""
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.head(f"{easel.url}{path}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/callback/", "/healthz/", "/readyz/", "/metrics/"])
async def test_nobody_is_sent_elsewhere(easel, path):
    """An address with a slash too many is not there; it does not lead to whatever name the request came with."""
    async with httpx.AsyncClient(trust_env=False) as http:
        for method in ("GET", "POST"):
            assert (await http.request(method, f"{easel.url}{path}")).status_code == 404


async def test_an_offer_of_http2_does_not_cost_the_event(easel):
    """A proxy that offers h2c on the way gets its webhook stored."""
    headers = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"}
    answer = await post(f"{easel.url}/callback", VECTOR_BODY, **headers, **{"x-line-signature": VECTOR_SIGNATURE})
    assert answer.status_code == 200


async def test_broken_neighbours_lose_nobodys_picture(vendors):
    """Unknown types, missing fields, standby and nonsense stand beside a good event: it is drawn."""
    line, person = vendors.line, vendors.person()
    good = line.text(person, "a cat")
    line.hand_out(good["replyToken"])
    batch = [
        {"type": "teleported", "webhookEventId": "01NEW", "source": {"type": "user", "userId": person}},
        {"type": "message"},
        {"type": "message", "message": {"type": "hologram"}, "source": {"type": "planet"}},
        None,
        standby(line.text(person, "not for us")),
        good,
        {"type": "messageEdited", "message": {"id": "1"}, "timestamp": "soon"},
    ]
    attempt = await line.deliver_raw(json.dumps({"destination": line.bot_user_id, "events": batch}).encode())
    assert attempt.status == 200
    await vendors.picture(person)
    assert len(line.chat(person).from_bot) == 1


@pytest.mark.parametrize("missing", ["mode", "deliveryContext", "timestamp", "webhookEventId"])
async def test_an_event_without_an_optional_field_is_drawn(vendors, missing):
    """LINE leaves out what has no value, and examples leave out more; a repeat is still one picture."""
    person = vendors.person()
    event = vendors.line.text(person, "a cat")
    event.pop(missing)
    await vendors.line.deliver(event, copies=2)
    await vendors.picture(person)
    await vendors.line.deliver(vendors.line.sticker(person))
    await vendors.said(person, count=2)
    assert len(vendors.line.chat(person).pictures) == 1


async def test_in_standby_easel_is_quiet(vendors):
    """Another tool holds the conversation: nothing is drawn or said."""
    person, before = vendors.person(), vendors.picture_calls()
    await vendors.line.deliver(standby(vendors.line.text(person, "a cat")))
    other = vendors.person()
    await vendors.line.send_text(other, "a dog")
    await vendors.picture(other)
    assert vendors.picture_calls() == before + 1
    assert not vendors.line.chat(person).from_bot


async def test_an_edited_message_is_not_drawn_again(vendors):
    """An edit costs nothing unless somebody asks for it."""
    person = vendors.person()
    group = vendors.group(person)
    await vendors.line.send_text(person, "draw a cat", group=group)
    await vendors.picture(group)
    before = vendors.picture_calls()
    wish = vendors.line.chat(group).messages[0]
    await vendors.line.deliver(vendors.line.edit(person, wish.id, "draw a dog", group=group))
    await vendors.line.send_text(person, "draw a fox", group=group)
    await vendors.picture(group, count=2)
    assert vendors.picture_calls() == before + 1


async def test_the_webhook_answers_well_within_lines_limit(vendors):
    """LINE gives up after 2 s; a burst of 200 events in 20 webhooks is acknowledged while it is still being drawn."""
    people, vendors.line.webhook_timeout_s = [vendors.person() for _ in range(20)], TIMEOUT_S
    for burst in range(1, 4):  # whoever is too slow is so each time, a machine that stops for a second is not
        deliveries = await asyncio.gather(
            *(vendors.line.deliver(*(vendors.line.sticker(person) for _ in range(10))) for person in people)
        )
        for person in people:
            await vendors.said(person, count=10 * burst)
        if are_taken := all(delivery.ok for delivery in deliveries):
            break
    assert are_taken


async def test_the_previous_secret_is_honoured(stage, tmp_path):
    """While a channel secret is being changed both are accepted."""
    async with stage.easel(tmp_path, LINE_CHANNEL_SECRET="f" * 32, LINE_CHANNEL_SECRET_PREVIOUS=SECRET):
        person = stage.person()
        delivery = await stage.line.send_text(person, "a cat")
        assert delivery.status == 200
        await stage.picture(person)

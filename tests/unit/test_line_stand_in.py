"""The LINE package against the stand-in of LINE: from a person's message to the answer in the chat."""

from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from line_sandbox.faults import Fault
from line_sandbox.line import LineStandIn
from line_sandbox.server import serve

from app import errors
from app.line.client import LineClient
from app.line.contents import Text
from app.line.envelopes import envelopes
from app.line.events import Chat, ChatKind, read
from app.line.messages import image, postback_action, text, with_quick_reply
from app.line.signature import verify
from app.reading.wish import wish_of
from app.words.chat_settings import LANGUAGES
from app.words.menus import promise
from app.words.sentences import sentences_for

SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
TOKEN = "channel-access-token"
PICTURE = image(original_url="https://pictures.example/a.jpg", preview_url="https://pictures.example/a-preview.jpg")


class Clock:
    """Time that passes when a test says so."""

    now = 1_700_000_000.0

    def __call__(self):
        """Unix time in seconds."""
        return self.now


@asynccontextmanager
async def line_and_client(*, access_token=TOKEN, **settings):
    """Serve a LINE of its own to a client."""
    line = LineStandIn(channel_secret=SECRET, channel_access_token=TOKEN, **settings)
    async with serve(line.app) as base_url, serve(line.data_app) as data_base_url:
        client = LineClient(
            channel_access_token=access_token, base_url=base_url, data_base_url=data_base_url, timeout_s=5
        )
        try:
            yield line, client
        finally:
            await client.aclose()


def received(line, *events):
    """Take events as they come in: signed, cut apart and read."""
    body = line.webhook_body(events)
    assert verify(body, signature=line.sign(body), secrets=[SECRET])
    for event in events:
        line.hand_out(event.get("replyToken"))
    return [read(envelope.raw) for envelope in envelopes(body)]


def token_from(line, user, *, group=None):
    """Let somebody write, and take the reply token."""
    (event,) = received(line, line.text(user, "一隻貓", group=group))
    return event.reply_token


async def test_mention():
    """A wish in a group reaches us without our name, whatever stands before it."""
    async with line_and_client(bot_name="畫畫小幫手 🎨") as (line, _):
        mei, ken = line.add_person("Mei 🦦"), line.add_person("Ken")
        group = line.add_group("friends", [mei, ken])
        said = "👩‍🚀 @畫畫小幫手 🎨 draw @Mei 🦦 on the moon"
        (event,) = received(line, line.text(ken, said, group=group, mentions=[line.bot_user_id, mei]))
    assert event.chat == Chat(kind=ChatKind.GROUP, id=group)
    assert isinstance(event.content, Text)
    wish = wish_of(event.content, chat_kind=ChatKind.GROUP, prefixes=[], quotes_us=False)
    assert wish is not None
    assert wish.prompt == "👩‍🚀 draw @Mei 🦦 on the moon"


async def test_every_kind_of_event():
    """A batch of everything that people can do arrives complete and in order."""
    async with line_and_client() as (line, _):
        mei = line.add_person("Mei")
        group = line.add_group("friends", [mei])
        made = [
            line.text(mei, "hi"),
            line.sticker(mei),
            *line.image_set(mei, [b"1", b"2"]),
            line.location(mei, "Taipei"),
        ]
        made += [line.edit(mei, "7", "ho", group=group), line.unsend(mei, "7"), line.follow(mei), line.unfollow(mei)]
        made += [line.join(group), line.leave(group), line.postback(mei, "x"), line.something_new(mei, "hologram")]
        events = received(line, *made)
    assert [event.id for event in events] == [event["webhookEventId"] for event in made]
    assert [event.reply_token for event in events] == [event.get("replyToken") for event in made]


async def test_reply_once():
    """A reply token brings one answer into the chat, and no second one."""
    async with line_and_client() as (line, client):
        mei = line.add_person("Mei")
        token = token_from(line, mei)
        sent = await client.reply(token, [PICTURE])
        with pytest.raises(errors.TokenDead):
            await client.reply(token, [PICTURE])
    assert [message.id for message in sent.messages] == [message.id for message in line.chat(mei).from_bot]
    assert sent.request_id == line.chat(mei).from_bot[0].request_id


async def test_old_token():
    """A token that has waited too long is dead."""
    clock = Clock()
    async with line_and_client(clock=clock) as (line, client):
        token = token_from(line, line.add_person("Mei"))
        clock.now += 61
        with pytest.raises(errors.TokenDead):
            await client.reply(token, [PICTURE])


async def test_reply_with_unknown_outcome():
    """If the answer to a reply is lost, asking again tells that it has arrived, and shows it only once."""
    async with line_and_client() as (line, client):
        mei = line.add_person("Mei")
        token = token_from(line, mei)
        line.faults.add(Fault.drop_after(), match="/reply")
        with pytest.raises(errors.OutcomeUnknown):
            await client.reply(token, [PICTURE])
        with pytest.raises(errors.TokenDead):
            await client.reply(token, [PICTURE])
    assert len(line.chat(mei).from_bot) == 1


@pytest.mark.parametrize(
    "fault", [Fault.truncate(), Fault.body("<html>"), Fault.body(b"")], ids=lambda fault: fault.name
)
async def test_reply_with_spoilt_answer(fault):
    """A reply that LINE has taken is a success, even if its answer cannot be read."""
    async with line_and_client() as (line, client):
        mei = line.add_person("Mei")
        line.faults.add(fault, match="/reply")
        sent = await client.reply(token_from(line, mei), [PICTURE])
    assert sent.messages == ()
    assert len(line.chat(mei).from_bot) == 1


async def test_push_again_costs_nothing():
    """A push that is sent twice under one key is one message and paid for once."""
    async with line_and_client(monthly_quota=200) as (line, client):
        members = [line.add_person(name) for name in ("Mei", "Ken", "Ann")]
        group = line.add_group("friends", members)
        key = str(uuid4())
        first = await client.push(group, [PICTURE], retry_key=key)
        again = await client.push(group, [PICTURE], retry_key=key)
        assert first == again
        assert await client.members(Chat(kind=ChatKind.GROUP, id=group)) == 3
        assert await client.remaining_pushes() == 197
    assert len(line.chat(group).from_bot) == 1


async def test_month_used_up():
    """A push that the month has no room for is known as such."""
    async with line_and_client(monthly_quota=0) as (line, client):
        mei = line.add_person("Mei")
        with pytest.raises(errors.MonthlyLimit):
            await client.push(mei, [PICTURE], retry_key=str(uuid4()))
        assert await client.remaining_pushes() == 0


async def test_no_monthly_limit():
    """An account without a limit says so."""
    async with line_and_client(monthly_quota=None) as (_, client):
        assert await client.remaining_pushes() is None


async def test_loading():
    """The animation runs in 1:1 chats; groups have none."""
    async with line_and_client() as (line, client):
        mei = line.add_person("Mei")
        await client.start_loading(mei)
        assert line.is_loading(mei)
        with pytest.raises(errors.BadRequest):
            await client.start_loading(line.add_group("friends", [mei]))


async def test_language():
    """We know the language of our friends, and of nobody else."""
    async with line_and_client() as (line, client):
        assert await client.language(line.add_person("Mei", language="zh-Hant")) == "zh-Hant"
        assert await client.language(line.add_person("Ken", language=None)) is None
        assert await client.language("U" + "9" * 32) is None


async def test_wrong_access_token():
    """A wrong access token is for the operator to mend."""
    async with line_and_client(access_token="another") as (line, client):
        with pytest.raises(errors.NotPermitted):
            await client.reply(token_from(line, line.add_person("Mei")), [PICTURE])


async def test_photo():
    """A photo can be fetched until its sender takes it back."""
    async with line_and_client() as (line, client):
        mei = line.add_person("Mei")
        (event,) = received(line, line.image(mei, b"a photo"))
        assert await client.content(event.content.id, bytes_max=100) == b"a photo"
        line.unsend(mei, event.content.id)
        with pytest.raises(errors.SourceGone):
            await client.content(event.content.id, bytes_max=100)
        with pytest.raises(errors.SourceGone):
            await client.content("7", bytes_max=100)


async def test_leave():
    """Whoever has left a group cannot speak in it."""
    async with line_and_client() as (line, client):
        group = Chat(kind=ChatKind.GROUP, id=line.add_group("friends", [line.add_person("Mei")]))
        await client.leave(group)
        with pytest.raises(errors.BadRequest):
            await client.push(group.id, [PICTURE], retry_key=str(uuid4()))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_all_we_say(language):
    """LINE takes everything that we say, in each language, and a promise can be tapped."""
    words = sentences_for(language, "en")
    async with line_and_client() as (line, client):
        mei = line.add_person("Mei")
        (event,) = received(line, line.text(mei, "一隻貓"))
        quoting = text(words.say("yours"), quote_token=event.content.quote_token)
        action = postback_action(words.say("show"), data="show=1")
        said = promise(words.say("drawing_many", count=3), words=words, data="show=1")
        await client.reply(event.reply_token, [quoting, PICTURE, said, with_quick_reply(text("?"), [action])])
        (tap,) = received(line, line.tap(mei, words.say("show")))
    assert tap.content.data == "show=1"

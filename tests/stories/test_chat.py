"""A person writes; a picture appears. Stories over real sockets, as a user would tell them."""

import asyncio

import pytest
from line_sandbox.faults import Fault

from tests.world import ACCESS_TOKEN, API_KEY, PATIENCE_S, SECRET

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("easel")]


async def test_a_text_becomes_a_picture(vendors):
    """One message, one paid call, one free reply with one picture that LINE's apps show."""
    person = vendors.person()
    before = vendors.picture_calls()
    delivery = await vendors.line.send_text(person, "一隻在彈吉他的水獺")
    (picture,) = await vendors.picture(person)
    assert delivery.status == 200
    assert picture["type"] == "image"
    assert vendors.picture_calls() == before + 1
    assert all(look.shown for look in await vendors.line.look(person))
    assert vendors.line.used_this_month == 0


async def test_the_model_gets_the_words_and_the_operators_options(vendors):
    """Prompt, size, quality, format, compression and moderation arrive as they are set; the person stays unknown."""
    person = vendors.person()
    await vendors.line.send_text(person, "a red fox in snow")
    await vendors.picture(person)
    asked = vendors.openai.calls[-1].body
    assert asked["prompt"] == "a red fox in snow"
    assert (asked["size"], asked["quality"], asked["output_format"]) == ("1024x1024", "low", "jpeg")
    assert (asked["output_compression"], asked["moderation"]) == (50, "low")
    assert person not in str(asked)


async def test_the_object_is_unguessable_and_immutable(vendors):
    """The bucket has a small original once, with true type and extension, to be cached for ever."""
    person = vendors.person()
    before = set(vendors.r2.objects)
    await vendors.line.send_text(person, "a boat")
    (picture,) = await vendors.picture(person)
    (key,) = set(vendors.r2.objects) - before
    stored = vendors.r2.objects[key]
    assert key.endswith(".jpg")
    assert len(key.rsplit("/", 1)[1]) >= 26
    assert (stored.content_type, stored.cache_control) == ("image/jpeg", "public, max-age=31536000, immutable")
    assert picture["originalContentUrl"] == picture["previewImageUrl"]


async def test_a_large_original_has_a_preview(vendors):
    """What a chat loads unasked stays small: a picture of 200 kB and more, or one that shows through, has a second."""
    person = vendors.person()
    before = set(vendors.r2.objects)
    await vendors.line.send_text(person, "a boat, transparent background")
    (picture,) = await vendors.picture(person)
    types = {key.rsplit(".", 1)[1]: vendors.r2.objects[key].content_type for key in set(vendors.r2.objects) - before}
    assert types == {"png": "image/png", "jpg": "image/jpeg"}
    assert picture["originalContentUrl"].endswith(".png")
    assert picture["previewImageUrl"].endswith(".jpg")


async def test_the_loading_animation_runs_while_it_is_drawn(vendors):
    """In a 1:1 chat the animation is there before the picture is, and ends with it."""
    person = vendors.person()
    release = asyncio.Event()
    vendors.openai.faults.add(Fault.held(release), match="/images/")
    await vendors.line.send_text(person, "a slow picture")
    await vendors.until(lambda: vendors.line.is_loading(person))
    release.set()
    await vendors.picture(person)
    assert not vendors.line.is_loading(person)


async def test_a_dead_animation_costs_nothing(vendors):
    """When the animation cannot be started the picture comes all the same."""
    person = vendors.person()
    vendors.line.faults.add(Fault.status(500), match="/chat/loading", times=None)
    await vendors.line.send_text(person, "a boat")
    await vendors.picture(person)


async def test_the_same_event_five_times_is_one_picture(vendors):
    """LINE repeats events, at once and later: drawn once, paid once, answered once."""
    person = vendors.person()
    before = vendors.picture_calls()
    event = vendors.line.text(person, "a boat")
    await vendors.line.deliver(event, copies=5)
    await vendors.picture(person)
    await vendors.line.redeliver(event)
    marker = vendors.line.sticker(person)
    await vendors.line.deliver(marker)
    await vendors.said(person, count=2)
    assert vendors.picture_calls() == before + 1
    assert len(vendors.line.chat(person).pictures) == 1


async def test_two_wishes_are_two_pictures(vendors):
    """Each wish is answered on its own token."""
    person = vendors.person()
    await vendors.line.deliver(vendors.line.text(person, "a cat"), vendors.line.text(person, "a dog"))
    assert len(await vendors.picture(person, count=2)) == 2


async def test_eight_people_are_drawn_at_once(vendors):
    """Nobody waits for a stranger's picture."""
    people = [vendors.person() for _ in range(8)]
    release = asyncio.Event()
    vendors.openai.faults.add(Fault.held(release), match="/images/", times=8)
    for person in people:
        await vendors.line.send_text(person, "eight boats")
    await vendors.openai.wait_for(lambda: vendors.drawing("eight boats") == 8, PATIENCE_S)
    release.set()
    for person in people:
        await vendors.picture(person)


async def test_one_persons_ten_wishes_do_not_starve_others(vendors):
    """Two of the ten are drawn at a time; somebody else is served between them."""
    eager, modest = vendors.person(), vendors.person()
    release = asyncio.Event()
    vendors.openai.faults.add(Fault.held(release), match=lambda call: "eager" in str(call.body), times=None)
    await vendors.line.deliver(*(vendors.line.text(eager, f"an eager fox {number}") for number in range(10)))
    await vendors.openai.wait_for(lambda: vendors.drawing("eager") == 2, PATIENCE_S)
    await vendors.line.send_text(modest, "a modest boat")
    await vendors.picture(modest)
    assert vendors.drawing("eager") == 2
    release.set()
    await vendors.picture(eager, count=10)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "draw"), ("ja", "絵"), ("th", "วาด"), ("zh-Hant", "畫"), (None, "畫"), ("fr", "畫")],
)
async def test_easel_speaks_the_persons_language(vendors, language, words):
    """By LINE's profile; Chinese, the default, where LINE does not tell or we do not speak it."""
    person = vendors.person(language=language)
    await vendors.line.deliver(vendors.line.follow(person))
    (greeting,) = await vendors.said(person)
    assert words in greeting["text"]


@pytest.mark.parametrize("language", ["en", "zh-TW", "ja", "th"])
async def test_the_example_of_the_greeting_is_a_tap_away(vendors, language):
    """One's first picture needs no idea and no typing; a group's button begins as words for us do there."""
    person = vendors.person(language=language)
    group = vendors.group(person)
    for event, chat in ((vendors.line.follow(person), person), (vendors.line.join(group), group)):
        await vendors.line.deliver(event)
        (greeting,) = await vendors.said(chat)
        (item,) = greeting["quickReply"]["items"]
        await vendors.line.send_tap(person, item["action"]["label"], group=group if chat == group else None)
        await vendors.picture(chat)


async def test_what_cannot_be_drawn_gets_a_kind_word(vendors):
    """Blank text, sticker, photo, voice, video, file and place: each is answered with what Easel can do."""
    line, person = vendors.line, vendors.person()
    events = [
        line.text(person, "\u3000 \u200b"),
        line.sticker(person),
        line.image(person, b"\xff\xd8\xff"),
        line.audio(person, b"x"),
        line.video(person, b"x"),
        line.file(person, b"x", "a.pdf"),
        line.location(person, "home"),
    ]
    for count, event in enumerate(events, start=1):
        await line.deliver(event)
        await vendors.said(person, count=count)
    said = {message["text"] for message in await vendors.said(person)}
    assert len(said) == len(events)


async def test_the_log_tells_the_way_and_keeps_secrets(easel, vendors):
    """One line for each step with the vendors' ids; no secret, prompt, token or person at any level."""
    person = vendors.person()
    event = vendors.line.text(person, "a very private wish")
    await vendors.line.deliver(event)
    await vendors.picture(person)
    request = event["webhookEventId"]
    for step in ["event_understood", "picture_generated", "picture_stored"]:
        await easel.logged(step, request=request)
    assert (await easel.logged("picture_generated", request=request))["vendor_request"].startswith("req_")
    assert (await easel.logged("reply_sent", requests=[request]))["vendor_request"]
    for secret in ["a very private wish", person, event["replyToken"], API_KEY, ACCESS_TOKEN, SECRET]:
        assert secret not in easel.text

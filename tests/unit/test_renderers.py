"""Who waits for whom while pictures are decoded, and for a place to be fetched."""

import asyncio
from io import BytesIO

import pytest
from PIL import Image

from app.flows.drawing.places import Places
from app.flows.drawing.renderers import LARGE_BYTES, Renderers
from app.pictures import rendition_bytes

pytestmark = pytest.mark.asyncio(loop_scope="session")


def picture(width=64, height=48, kind="JPEG"):
    out = BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, kind)
    return out.getvalue()


@pytest.fixture
def renderers():
    renderers = Renderers()
    yield renderers
    renderers.shutdown()


class Mark:
    """What is written down before a photo is decoded."""

    def __init__(self):
        self.begun, self.may_go = asyncio.Event(), asyncio.Event()

    async def __call__(self):
        self.begun.set()
        await self.may_go.wait()


async def test_only_the_photo_that_is_decoded_is_marked(renderers):
    """If the process dies now, no other photo is taken for its murderer."""
    first, second = Mark(), Mark()
    second.may_go.set()
    both = [asyncio.create_task(renderers.photo(picture(), begin=mark)) for mark in (first, second)]
    await first.begun.wait()
    await renderers.rendition(picture())
    assert not second.begun.is_set()
    first.may_go.set()
    await asyncio.gather(*both)
    assert second.begun.is_set()


async def test_pictures_of_ours_do_not_wait_for_photos(renderers):
    """Neither on their way to the chat nor on their way to the model."""
    held = Mark()
    photo = asyncio.create_task(renderers.photo(picture(), begin=held))
    await held.begun.wait()
    assert (await renderers.rendition(picture())).content_type == "image/jpeg"
    assert (await renderers.source(picture())).width_px == 64
    held.may_go.set()
    await photo


async def test_a_large_picture_of_ours_is_decoded_beside_no_photo(renderers):
    """Memory is for one of them at a time."""
    held, large = Mark(), picture(4400, 4000, "PNG")
    assert rendition_bytes(large) > LARGE_BYTES
    photo = asyncio.create_task(renderers.photo(picture(), begin=held))
    await held.begun.wait()
    shown = asyncio.create_task(renderers.rendition(large))
    await renderers.rendition(picture())
    assert not shown.done()
    held.may_go.set()
    assert (await shown).width_px == 4400
    await photo


async def test_many_photos_of_one_chat_delay_another_s_by_one():
    """A lone chat has all places; when somebody else comes they are next but one."""
    places, order, may_go = Places(2), [], asyncio.Semaphore(0)

    async def fetch(chat):
        async with places.one(chat):
            order.append(chat)
            await may_go.acquire()

    tasks = []
    for chat in ["many"] * 6 + ["one"]:
        tasks.append(asyncio.create_task(fetch(chat)))
        await asyncio.sleep(0)
    assert order == ["many", "many"]
    for _ in tasks:
        may_go.release()
    await asyncio.gather(*tasks)
    assert order == ["many", "many", "many", "one", "many", "many", "many"]


async def test_who_gives_up_waiting_lets_the_next_one_in():
    """A place is neither lost nor taken twice."""
    places, order, may_go = Places(1), [], asyncio.Event()

    async def fetch(chat):
        async with places.one(chat):
            order.append(chat)
            await may_go.wait()

    tasks = [asyncio.create_task(fetch(chat)) for chat in ("a", "b", "b", "c")]
    await asyncio.sleep(0)
    tasks[1].cancel()
    may_go.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert sorted(order) == ["a", "b", "c"]

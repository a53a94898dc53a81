"""The chat page in front of somebody's bot: `python -m line_sandbox`, driven as the browser drives it."""

import asyncio
import contextlib
import json
import re
import sys
from collections.abc import AsyncIterator

import httpx
import pytest
from line_sandbox.line.chats import id_of
from line_sandbox.page.chat_page import ChatPage
from line_sandbox.page.plug import PagePlug
from line_sandbox.page.serving import CannotListen, listening_at, serving, url_of
from line_sandbox.page.stand_ins import open_stand_ins
from line_sandbox.server import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ALEX = id_of("U", "Alex")


class EchoBot:
    """The plainest bot there is: says what it is told. `settings`: what the page tells it."""

    def __init__(self) -> None:
        self.settings: dict[str, str] = {}
        self.app = Starlette(routes=[Route("/callback", self.hear, methods=["POST"])])

    async def hear(self, request: Request) -> Response:
        """Answer every text."""
        headers = {"authorization": f"Bearer {self.settings['LINE_CHANNEL_ACCESS_TOKEN']}"}
        url = f"{self.settings['LINE_API_BASE_URL']}/v2/bot/message/reply"
        async with httpx.AsyncClient(trust_env=False) as http:
            for event in (await request.json())["events"]:
                if event["type"] == "message":
                    said = {"type": "text", "text": f"You said {event['message']['text']}"}
                    body = {"replyToken": event["replyToken"], "messages": [said]}
                    await http.post(url, json=body, headers=headers)
        return Response()


@contextlib.asynccontextmanager
async def command(webhook: str, *arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run it until the block ends. Yields the process and all that it said before it served."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "line_sandbox", webhook, "--port", "0", "--no-open", *arguments),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process, (await process.stdout.readuntil(b"Ctrl-C.\n")).decode()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def records(http: httpx.AsyncClient, until) -> list[dict]:
    """Read the live stream from its beginning until a record is as wanted."""
    found = []
    async with http.stream("GET", "/demo/events") as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data: ["):
                fresh = json.loads(line[6:])
                found += fresh
                if any(until(one["kind"], one["value"] or {}) for one in fresh):
                    return found
    raise AssertionError("the stream ended")


def is_answered(kind: str, value: dict) -> bool:
    """Whether the timeline shows the whole way of a message."""
    lanes = {span["lane"] for span in value.get("spans", ())}
    return kind == "trace" and value["text"] == "tea" and value["answeredAt"] and lanes == {"webhook", "reply"}


async def test_an_echo_bot_is_tried():
    """It is told where LINE is and hears what people write; its answer and way are on the page; bad days strike."""
    bot = EchoBot()
    async with serve(bot.app) as url, command(f"{url}/callback") as (process, head):
        bot.settings = dict(re.findall(r"^  ([A-Z0-9_]+)=(.+)$", head, re.MULTILINE))
        base = re.search(r"Open +(http://\S+)/demo", head)[1]
        async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=30, headers={"origin": base}) as http:
            await http.post("/demo/do/follow", json={"person": ALEX})
            await http.post("/demo/do/text", json={"person": ALEX, "chat": ALEX, "text": "tea"})
            answered = await records(http, is_answered)
            await http.post("/demo/do/day", json={"name": "line-down", "mode": "once"})
            await http.post("/demo/do/text", json={"person": ALEX, "chat": ALEX, "text": "coffee"})
            struck = await records(http, lambda kind, value: kind == "call" and value["status"] == 500)
        process.terminate()
        assert await process.wait() == 0
    said = [one["value"] for one in answered if one["kind"] == "message" and one["value"]["sender"] == "bot"]
    assert [one["body"]["text"] for one in said] == ["You said tea"]
    assert next(one["value"] for one in struck if one["kind"] == "bot")["name"] == "Bot"


async def test_no_address():
    """A host that is not this machine's is refused in a sentence."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "line_sandbox", "http://127.0.0.1:9/callback", "--host", "192.0.2.1"),
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == 78
    assert said.startswith(b"cannot listen on 192.0.2.1: ")


@contextlib.asynccontextmanager
async def page_with(plug: PagePlug | None = None) -> AsyncIterator[tuple[ChatPage, httpx.AsyncClient]]:
    async with open_stand_ins() as stand_ins, ChatPage(stand_ins, plug=plug).open() as page:
        page.enter(are_friends=True)
        page.show(settings={})
        with listening_at("127.0.0.1", 0) as listening:
            url = url_of("127.0.0.1", listening)
            async with (
                serving(page.web, "127.0.0.1", listening),
                httpx.AsyncClient(base_url=url.removesuffix("/demo"), trust_env=False) as http,
            ):
                yield page, http


async def test_a_plug_takes_the_place_of_what_is_there(tmp_path):
    """Its name, its files and its verbs; a page without one has files of its own for all of them."""
    plug = PagePlug(name="<Fox>", files=tmp_path)
    for name in ("look.js", "parts.js", "plug.css", "icon.svg"):
        (tmp_path / name).write_text(f"/* {name} of a fox */", encoding="utf-8")
    async with page_with(plug) as (page, http):
        heard: list[dict] = []
        page.verbs["fine"] = heard.append
        await http.post("/demo/do/fine", json={"a": 1})
        assert heard == [{"a": 1}]
        assert "<title>&lt;Fox&gt;</title>" in (await http.get("/demo")).text
        assert (await http.get("/demo/plug/look.js")).text == "/* look.js of a fox */"
    async with page_with() as (_, http):
        for name in ("look.js", "parts.js", "plug.css", "icon.svg"):
            assert (await http.get(f"/demo/plug/{name}")).status_code == 200


async def test_a_cleared_page_is_as_at_the_beginning():
    """Nobody is there, nothing was said, no bad day struck."""
    async with page_with() as (page, http):
        page.line.webhook_url = "http://127.0.0.1:9/callback"
        await http.post("/demo/do/day", json={"name": "openai-gone", "mode": "always"})
        await http.post("/demo/do/text", json={"person": ALEX, "chat": ALEX, "text": "tea"})
        assert page.line.chats
        page.clear()
        kinds = {one.kind for one in page.board.since(0) if one.value is not None}
        assert (page.line.chats, page.line.people) == ({}, {})
        assert kinds == {"parts", "bot", "bench", "day"}
        assert not page.bench.has_struck("openai-gone")


def test_only_one_page_gets_a_port():
    """Who finds a port taken gets another one; a name that is nobody's gets none."""
    with listening_at("127.0.0.1", 0) as first, listening_at("127.0.0.1", first.getsockname()[1]) as second:
        assert first.getsockname() != second.getsockname()
    with pytest.raises(CannotListen, match=r"192\.0\.2\.1"), listening_at("192.0.2.1", 0):
        pass

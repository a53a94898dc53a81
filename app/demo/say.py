"""`easel demo --say`: one person writes, the bot draws, the picture is saved. No browser."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from line_sandbox.line.chats import Chat, ChatMessage
from line_sandbox.line.phone import Seen
from line_sandbox.page.stand_ins import StandIns

from app.demo.bot import LogLine

REDELIVERIES = 3
PATIENCE_S = 400.0  # longer than a model may take by the bot's own default
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png"}
STEPS = {
    "webhook_accepted": "webhook accepted",
    "event_understood": "drawing",
    "picture_generated": "drawn and kept",
    "picture_stored": "stored",
    "promise_sent": 'said "still drawing"',
    "reply_sent": "replied",
    "push_sent": "pushed",
    "picture_not_generated": "the model did not draw",
    "picture_not_stored": "the bucket did not take it",
    "delivery_tried_again": "LINE did not take it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAnswer:
    """What came back. `saved` is None if there is no picture; `words` is then the bot's answer, or what went wrong."""

    saved: Path | None = None
    url: str = ""
    words: str = ""


class Progress:
    """Reports the steps of a request as the bot logs them."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._began = time.perf_counter()
        self.on = False

    def step(self, what: str, note: str = "") -> None:
        """Report one step, with the seconds since the beginning."""
        self._tell(f"{time.perf_counter() - self._began:7.2f} s  {what:<26}{note}".rstrip())

    def on_line(self, line: LogLine) -> None:
        """Report a line of the bot's log if it is a step."""
        what = STEPS.get(str(line.get("event")))
        if not self.on or what is None or line.get("wants") not in {None, "picture"}:
            return
        if line.get("then") == "AskNextModel":
            self.step("asks the next model", f"{line.get('model')} is gone")
            return
        notes = [f"{line[name]:g} ms" for name in ("duration_ms",) if name in line]
        notes += [str(line[name]) for name in ("model", "code") if line.get(name)]
        self.step(what, ", ".join(notes))


async def say(stand_ins: StandIns, text: str, progress: Progress, *, output: Path) -> BotAnswer:
    """Have a friend of the bot write `text`, wait for the picture as a person would, and save it.

    Args:
        stand_ins: What the bot talks to.
        text: What is written.
        progress: Reports each step.
        output: A file, or a folder to which a file is added.
    """
    line = stand_ins.line
    person = line.add_person("Mei", language="zh-TW")
    progress.on = True
    line.redeliveries = REDELIVERIES  # a busy machine may need more than LINE's 2 s
    delivery = await line.send_text(person, text)
    if not delivery.ok:
        return BotAnswer(words=f"the bot did not take the webhook: {delivery.attempts[-1].error}")
    seen = 0
    async with asyncio.timeout(PATIENCE_S):
        while True:
            said = await line.wait_for(partial(_after, line.chat(person), seen), PATIENCE_S)
            seen += len(said)
            if any(message.type == "image" for message in said):
                return await asyncio.to_thread(_saved, (await line.look(person))[-1], text, output)
            if said[-1].type != "template":
                return BotAnswer(words=str(said[-1].body.get("text", said[-1].type)))
            await _tap(stand_ins, person, said[-1], progress)


def _after(chat: Chat, count: int) -> list[ChatMessage]:
    return chat.from_bot[count:]


async def _tap(stand_ins: StandIns, person: str, promise: ChatMessage, progress: Progress) -> None:
    """Tap the button of the promise; the bot holds the new reply token of the tap for as long as it can."""
    label = str(next(iter(stand_ins.line.chat(person).actions()))["label"])
    progress.step(f"tapped [{label}]", str(promise.body.get("altText", "")))
    await stand_ins.line.send_tap(person, label)


def _saved(seen: Seen, text: str, output: Path) -> BotAnswer:
    if seen.broken:
        return BotAnswer(url=seen.original.url, words=f"the picture does not show: {seen.broken}")
    path = _path(output, text, EXTENSIONS[seen.original.content_type])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(seen.original.body)
    return BotAnswer(saved=path, url=seen.original.url)


def _path(output: Path, text: str, extension: str) -> Path:
    if output.suffix and not output.is_dir():
        return output
    name = re.sub(r"\W+", "-", text).strip("-")[:40] or "picture"
    path, number = output / f"{name}.{extension}", 1
    while path.exists():
        number += 1
        path = output / f"{name}-{number}.{extension}"
    return path

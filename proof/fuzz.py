"""Coverage-guided fuzzing of the way in: bytes become a webhook, its events are read and decided upon.

Nothing may be raised but what the webhook answers with 400; and every object that `events` holds must be kept.
https://github.com/google/atheris
"""

import json
import sys
import tempfile
from pathlib import Path

MESSAGE = {"type": "text", "id": "1", "text": "@a 16:9 x4", "quotedMessageId": "2"}
MENTION = {"mentionees": [{"index": 0, "length": 2, "type": "user", "isSelf": True}]}
PERSON, GROUP = {"type": "user", "userId": "U1"}, {"type": "group", "groupId": "C1"}
SEEDS: tuple[list[dict[str, object]], ...] = (
    [],
    [{"type": "message", "source": PERSON, "replyToken": "t", "message": MESSAGE | {"mention": MENTION}}],
    [{"type": "postback", "source": GROUP, "postback": {"data": "set:size=16:9"}}],
    [{"type": "message", "source": PERSON, "message": {"type": "image", "id": "3", "imageSet": {"id": "s"}}}],
    [{"type": "unsend", "source": PERSON, "unsend": {"messageId": "3"}}, {"type": "follow"}],
)


def run(*, seconds: int) -> int:
    """Fuzz for so long. The process ends with an exit code of its own when something is found."""
    import atheris  # noqa: PLC0415 - instruments what is imported after it

    with atheris.instrument_imports(include=["app.line", "app.chat", "app.reading.decide"]):
        from app.line.envelopes import envelopes  # noqa: PLC0415 - see above
        from app.line.events import read  # noqa: PLC0415 - see above
        from app.reading.decide import Rules, decide  # noqa: PLC0415 - see above

    rules = Rules(group_prefixes=["畫", "draw", "/draw"])

    def try_one(data: bytes) -> None:
        try:
            found = list(envelopes(data))
        except ValueError:
            return  # 400
        try:
            events = json.loads(data).get("events")
        except (ValueError, AttributeError, RecursionError):
            events = []
        objects = [one for one in events if isinstance(one, dict)] if isinstance(events, list) else []
        if len(found) < len({json.dumps(one, sort_keys=True) for one in objects}) and not _ids_repeat(objects):
            raise AssertionError("an event was lost")
        for one in found:
            decide(read(one.raw), rules)

    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS):
            (Path(corpus) / f"seed-{number}").write_text(json.dumps({"destination": "U8", "events": seed}))
        atheris.Setup([sys.argv[0], corpus, f"-max_total_time={seconds}", "-max_len=4096"], try_one)
        atheris.Fuzz()
    return 0


def _ids_repeat(objects: list[dict[str, object]]) -> bool:
    ids = [one.get("webhookEventId") for one in objects]
    return len({str(one) for one in ids}) < len(ids)

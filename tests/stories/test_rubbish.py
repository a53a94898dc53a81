"""Signed rubbish over a real socket: never a 5xx, never a fault of ours, and the next wish is drawn as ever.

`make fuzz` looks for more of it by coverage, without the socket.
"""

import copy
import json
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.depth import deep
from tests.unit.test_line_events import JSON

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

SAMPLES = [
    json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(Path(__file__).parents[1].glob("samples/line/*.json"))
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place within a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


@st.composite
def spoilt_events(draw: st.DrawFn) -> dict[str, Any]:
    """A real event of which one to three places hold something else, or nothing."""
    event = copy.deepcopy(draw(st.sampled_from(SAMPLES)))
    event["webhookEventId"] = f"{draw(st.integers(0, 2**64)):026d}"
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from([place for place in places(event) if place]))
        holder = event
        for key in way:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = draw(JSON)
        else:
            del holder[last]
    return event


def bodies() -> st.SearchStrategy[bytes]:
    envelope = st.fixed_dictionaries(
        {"destination": st.text(max_size=5), "events": st.lists(spoilt_events(), max_size=3)}
    )
    return st.binary(max_size=200) | JSON.map(_dumped) | envelope.map(_dumped)


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


async def test_rubbish_is_answered_and_breaks_nothing(easel, vendors):
    """Two hundred bodies: 200 or 400 each; afterwards somebody gets a picture, and the log tells of no fault."""
    statuses: set[int] = set()

    async with httpx.AsyncClient(trust_env=False) as http:

        @settings(max_examples=deep(100, 2000), database=None, suppress_health_check=list(HealthCheck))
        @given(bodies())
        def send(body: bytes) -> None:
            sent.append(body)

        sent: list[bytes] = []
        send()
        for body in sent:
            signature = {"x-line-signature": vendors.line.sign(body)}
            statuses.add((await http.post(f"{easel.url}/callback", content=body, headers=signature)).status_code)
        assert (await http.get(f"{easel.url}/readyz")).status_code == 200
    assert statuses == {200, 400}
    person = vendors.person()
    await vendors.line.send_text(person, "a tidy desk")
    await vendors.picture(person)
    assert "workflow_broke" not in easel.text


async def test_rows_of_another_release_silence_no_chat(stage, tmp_path):
    """Answers that this release cannot say are said in general words, and whoever waits behind them is answered."""
    person = stage.person()
    async with stage.easel(tmp_path) as easel:
        await stage.line.send_text(person, "hello")
        await stage.said(person)
        rows = [
            ("a_word_of_tomorrow", None, "ready", None),
            ("limit_user_day", None, "ready", None),
            ("settings", '{"size": 7}', "ready", None),
            (None, None, "a_state_of_tomorrow", None),
            ("moderation", None, "refused", '{"ratio": 3}'),
        ]
        with sqlite3.connect(tmp_path / "easel.db") as connection:
            for number, (words, details, state, options) in enumerate(rows):
                connection.execute(
                    "INSERT INTO requests (id, chat_id, chat_kind, user_id, prompt, draws, words, details, state,"
                    " answer, options, created_at) VALUES (?, ?, 'user', ?, 'a fox', 0, ?, ?, ?, 'due', ?, ?)",
                    (f"row-{number}", person, person, words, details, state, options, float(number)),
                )
        await stage.line.send_text(person, "a fox in the snow")
        said = await stage.said(person, count=6)  # five messages go into one reply
        await easel.logged("picture_stored")
        await stage.line.send_text(person, "thanks")
        await stage.picture(person)
        await easel.logged("answer_not_sayable", times=4)
    assert [one["text"][:27] for one in said[1:6]] == ["Sorry, something went wrong"] * 5

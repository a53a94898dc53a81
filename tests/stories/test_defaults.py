"""What strangers can make an operator pay who has set nothing but the keys."""

import sqlite3
from pathlib import Path

import pytest

from tests.world import NO_LIMITS, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

UNSET = dict.fromkeys([*NO_LIMITS, "IMAGE_MODELS"], "")
ONE_MODEL = {"IMAGE_MODELS": "gpt-image-2.6-flare"}
WISHES = 30


def booked_usd(directory: Path) -> float:
    """Add up what the ledger holds."""
    with sqlite3.connect(directory / "easel.db") as connection:
        return connection.execute("SELECT sum(microusd) FROM calls").fetchone()[0] / 1e6


def qualities(stage: World, words: str) -> set[str]:
    return {call.body["quality"] for call in stage.asked(words)}


async def test_a_stranger_spends_little_under_default_settings(stage, tmp_path):
    """Thirty times "a water castle HD 3:2 x4" at once: 20 pictures at medium, well under a dollar in the ledger."""
    person, before = stage.person(), len(stage.openai.invoice)
    async with stage.easel(tmp_path, **UNSET) as easel:
        await stage.line.deliver_each(*(stage.line.text(person, "a water castle HD 3:2 x4") for _ in range(WISHES)))
        await easel.logged("event_understood", wants="picture", times=WISHES)
        await stage.picture(person, count=20)
        booked = booked_usd(tmp_path)
        assert (await easel.logged("limits_read"))["daily_budget_usd"] == "5"
    drawn = [line for line in list(stage.openai.invoice)[before:] if line.pictures]
    assert sum(line.pictures for line in drawn) == len(stage.line.chat(person).pictures) == 20
    assert qualities(stage, "a water castle") == {"medium"}
    assert booked < 1
    said = [str(one.body.get("text")) for one in stage.line.chat(person).from_bot]
    assert any("today's limit of 20" in one for one in said)
    assert any("quality isn't available" in one for one in said)


@pytest.mark.parametrize(("wish", "quality"), [("a cat HD", "medium"), ("a cat", "low")])
async def test_nobody_asks_for_more_than_the_best_that_is_allowed(stage, tmp_path, wish, quality):
    """What was not had is said; what the operator draws with is not touched."""
    person = stage.person()
    async with stage.easel(tmp_path, **UNSET | ONE_MODEL):
        await stage.line.send_text(person, wish)
        await stage.picture(person)
        texts = [one["text"] for one in await stage.said(person) if one["type"] == "text"]
    assert stage.asked("a cat")[-1].body["quality"] == quality
    assert bool(texts) is (wish == "a cat HD")


async def test_an_operator_may_draw_better_than_people_may_ask(stage, tmp_path):
    """IMAGE_QUALITY above IMAGE_QUALITY_MAX is what it says, for everybody."""
    person = stage.person()
    async with stage.easel(tmp_path, **UNSET | ONE_MODEL, IMAGE_QUALITY="high"):
        await stage.line.send_text(person, "a fine cat HD")
        await stage.picture(person)
        said = await stage.said(person)
    assert qualities(stage, "a fine cat") == {"high"}
    assert [one["type"] for one in said] == ["image"]


async def test_a_start_without_any_limit_says_so(stage, tmp_path):
    """Whoever takes all limits off, and lets everybody in, reads it in the log."""
    async with stage.easel(tmp_path) as easel:
        await easel.logged("nothing_is_limited", level="warning")

"""What admins do in LINE, and what they are told of: stories over real sockets, each with an Easel of its own."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from line_sandbox.faults import Fault
from line_sandbox.openai import errors as openai_errors
from line_sandbox.r2 import rules as r2_rules

from tests.world import PATIENCE_S, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

PAUSED = "I'm taking a break just now. Please come back a little later."


async def ask(stage: World, person: str, words: str, *, group: str | None = None, quote: str | None = None) -> dict:
    """Say something, and return the last message of the answer."""
    chat = stage.line.chat(group or person)
    before = len(chat.from_bot)
    await stage.line.deliver(stage.line.text(person, words, group=group, quote=quote))
    await stage.until(lambda: len(chat.from_bot) > before)
    return dict(chat.from_bot[-1].body)


def pushed(stage: World, admin: str) -> list[str]:
    """Return what was pushed to an admin."""
    return [str(one.body["text"]) for one in stage.line.chat(admin).from_bot if one.way == "push"]


async def test_an_admin_asks_how_things_are(stage, tmp_path):
    """Money, pictures, failures, model and pushes, to an admin alone; in a group and to others not."""
    admin, other = stage.person(), stage.person()
    group = stage.group(admin, other)
    async with stage.easel(tmp_path, ADMIN_USER_IDS=admin):
        assert (await ask(stage, other, "a cat"))["type"] == "image"
        status = (await ask(stage, admin, "/status"))["text"]
        assert "Today 0.0206 USD, this month 0.0206 USD" in status
        assert "Pictures today: 1, failed: 0" in status
        assert "Model: gpt-image-2.6-flare" in status
        assert "Pushes left: 200" in status
        assert "paused" not in status
        assert (await ask(stage, admin, "draw /status", group=group))["text"].startswith(
            "Please ask me that in our own"
        )
        assert "USD" not in (await ask(stage, other, "/status"))["text"]
        assert "/status" not in (await ask(stage, other, "help"))["text"]
        assert "/status" in (await ask(stage, admin, "help"))["text"]


async def test_an_admin_pauses_and_resumes(stage, tmp_path):
    """Nothing is drawn meanwhile, also after a restart; everybody is told, and the status says so."""
    admin, other = stage.person(), stage.person()
    easel = await stage.start(tmp_path, ADMIN_USER_IDS=admin)
    assert (await ask(stage, admin, "/pause"))["text"] == "Drawing is paused. Send /resume to go on."
    await easel.kill()
    async with stage.easel(tmp_path, ADMIN_USER_IDS=admin):
        before = stage.picture_calls()
        assert (await ask(stage, other, "a cat"))["text"] == PAUSED
        assert (await ask(stage, other, "/resume"))["text"] != "Drawing has resumed."
        assert "Drawing is paused." in (await ask(stage, admin, "/status"))["text"]
        assert stage.picture_calls() == before
        assert (await ask(stage, admin, "/resume"))["text"] == "Drawing has resumed."
        assert (await ask(stage, other, "try again"))["type"] == "image"
        assert stage.openai.calls[-1].body["prompt"] == "a cat"


async def test_an_admin_deletes_everything_of_a_group(stage, tmp_path):
    """What others have goes too, which the question says."""
    admin, other = stage.person(), stage.person()
    group = stage.group(admin, other)
    async with stage.easel(tmp_path, ADMIN_USER_IDS=admin):
        await ask(stage, other, "draw a cat", group=group)
        asked = (await ask(stage, admin, "draw /delete all", group=group))["template"]["text"]
        assert asked.startswith("Delete everything here, everybody's? That's all pictures (1)")
        said = (await ask(stage, admin, "draw yes", group=group))["text"]
        assert said.startswith("Deleted everything here: pictures (1)")


async def test_an_admin_blocks_by_quoting_a_picture(stage, tmp_path):
    """In a group, without an id; whoever is blocked gets no answer and costs nothing, until they are unblocked."""
    admin, rude = stage.person(), stage.person()
    group = stage.group(admin, rude)
    async with stage.easel(tmp_path, ADMIN_USER_IDS=admin) as easel:
        await ask(stage, rude, "draw a rude cat", group=group)
        wish, picture = stage.line.chat(group).messages[0].id, stage.line.chat(group).pictures[0].id
        assert (await ask(stage, admin, "/block", group=group, quote=picture))["text"] == "Blocked."
        for event in (stage.line.text(rude, "a rude cat"), stage.line.text(rude, "draw a rude cat", group=group)):
            await stage.line.deliver(event)
            await easel.logged("event_understood", request=event["webhookEventId"], wants="nothing")
        assert len(stage.asked("a rude cat")) == 1
        assert (await ask(stage, admin, "draw /unblock", group=group, quote=wish))["text"] == "Unblocked."
        assert (await ask(stage, rude, "a rude cat"))["type"] == "image"
        assert rude not in str([message.body for message in stage.line.chat(group).from_bot])


async def test_the_blocked_still_take_back(stage, tmp_path):
    """A wish that they unsend goes with its picture, and who goes away is forgotten a day later; they hear nothing."""
    admin, rude = stage.person(), stage.person()
    async with stage.easel(tmp_path, ADMIN_USER_IDS=admin) as easel:
        await ask(stage, rude, "a rude cat")
        (picture,) = stage.line.chat(rude).pictures
        await ask(stage, admin, f"/block {rude}")
        unsent = stage.line.unsend(rude, stage.line.chat(rude).messages[0].id)
        for event in (unsent, stage.line.unfollow(rude)):
            await stage.line.deliver(event)
            await easel.logged("event_understood", request=event["webhookEventId"], wants="nothing")
        key = picture.body["originalContentUrl"].rsplit("/public/", 1)[1]
        await stage.r2.wait_for(lambda: key not in stage.r2.objects, PATIENCE_S)
    with sqlite3.connect(tmp_path / "easel.db") as connection:
        prompts = connection.execute("SELECT prompt FROM requests WHERE draws AND chat_id = ?", [rude]).fetchall()
        left = connection.execute("SELECT left_at IS NOT NULL FROM chats WHERE chat_id = ?", [rude]).fetchall()
    assert (prompts, left) == ([(None,)], [(1,)])
    assert len(stage.line.chat(rude).from_bot) == 1


async def test_an_admin_gives_somebody_more(stage, tmp_path):
    """By id or by a quote, for today; and nobody blocks an admin."""
    admin, keen = stage.person(), stage.person()
    group = stage.group(admin, keen)
    async with stage.easel(tmp_path, ADMIN_USER_IDS=admin, USER_DAILY_PICTURES="1"):
        await ask(stage, keen, "draw a cat", group=group)
        wish = stage.line.chat(group).messages[0].id
        assert "today's limit of 1" in (await ask(stage, keen, "a cat"))["text"]
        assert (await ask(stage, admin, "draw /give 2", group=group, quote=wish))["text"] == "Given for today: 2."
        assert (await ask(stage, admin, f"/give {keen}  1."))["text"] == "Given for today: 3."
        assert (await ask(stage, keen, "a cat"))["type"] == "image"
        assert "Pictures today: 2 of 4" in (await ask(stage, keen, "usage"))["text"]
        for words in ("/block", "/block somebody", f"/block {admin}"):
            assert (await ask(stage, admin, words))["text"].startswith("Please write it like this")
        assert "/give" not in (await ask(stage, keen, f"/give {keen} 100"))["text"]


FAULTS: dict[str, tuple[str, Fault]] = {
    "key": ("openai", Fault.status(401, openai_errors.envelope("invalid_api_key", ""))),
    "billing": ("openai", openai_errors.billing_hard_limit()),
    "verification": ("openai", openai_errors.not_verified()),
    "models_gone": ("openai", openai_errors.model_is_gone()),
    "bucket": ("r2", r2_rules.failing("AccessDenied")),
}


async def wish_on_a_bad_day(stage: World, person: str, cause: str) -> None:
    """Ask for a picture when this happens, and wait for the answer."""
    vendor, fault = FAULTS[cause]
    times = None if cause == "models_gone" else 1  # what only happens once is no reason to ring
    getattr(stage, vendor).faults.add(fault, match=lambda call: call.method in {"POST", "PUT"}, times=times)
    await ask(stage, person, "a cat")


@pytest.mark.parametrize("cause", FAULTS)
async def test_an_admin_is_told_of_what_only_they_can_mend(stage, tmp_path, cause):
    """Once a day, by one push to each admin; nobody else gets one."""
    admins, person = [stage.person(), stage.person()], stage.person()
    async with stage.easel(tmp_path, ADMIN_USER_IDS=",".join(admins)) as easel:
        await wish_on_a_bad_day(stage, person, cause)
        await easel.logged("alert_sent", cause=cause, times=2)
        await wish_on_a_bad_day(stage, person, cause)
    assert [len(pushed(stage, admin)) for admin in admins] == [1, 1]
    assert stage.line.used_this_month == 2


async def test_an_alert_is_not_told_again_after_a_restart(stage, tmp_path):
    """What was told on this day is on disk."""
    admin, person = stage.person(), stage.person()
    async with stage.easel(tmp_path, ADMIN_USER_IDS=admin) as easel:
        await wish_on_a_bad_day(stage, person, "billing")
        await easel.logged("alert_sent", cause="billing")
    async with stage.easel(tmp_path, ADMIN_USER_IDS=admin):
        await wish_on_a_bad_day(stage, person, "billing")
    assert len(pushed(stage, admin)) == 1


async def test_without_admins_an_alert_is_in_the_log_once(stage, tmp_path):
    """Once a day, and whoever is named as an admin later is still told."""
    person = stage.person()
    async with stage.easel(tmp_path, ADMIN_USER_IDS="") as easel:
        for _ in range(2):
            await wish_on_a_bad_day(stage, person, "billing")
        logged = [one for one in easel.lines if one["event"] == "alert_not_sent"]
    assert [(one["cause"], one["reason"]) for one in logged] == [("billing", "ADMIN_USER_IDS names nobody")]
    admin = stage.person()
    async with stage.easel(tmp_path, ADMIN_USER_IDS=admin) as easel:
        await wish_on_a_bad_day(stage, person, "billing")
        await easel.logged("alert_sent", cause="billing")
    assert len(pushed(stage, admin)) == 1


async def test_an_alert_leaves_the_last_pushes_to_people(stage, tmp_path):
    """With the month's messages nearly gone it is not sent, and sent once there are some again."""
    admin, person = stage.person(), stage.person()
    stage.line.used_this_month = 195
    async with stage.easel(tmp_path, ADMIN_USER_IDS=admin) as easel:
        for told in ("alert_not_sent", "alert_sent"):
            stage.openai.faults.add(openai_errors.billing_hard_limit(), match="/images/")
            await stage.line.send_text(person, "a cat")
            await easel.logged(told, cause="billing")
            stage.line.used_this_month = 0
    assert pushed(stage, admin) == [
        "A billing problem has stopped drawing. Please check the payment method and the limits."
    ]


async def test_an_admin_is_told_of_budgets_once_whoever_looks(stage, tmp_path, postgres_url):
    """At 80 % and again at 100 %, once each, though two processes look at the same time, and again after a restart."""
    admin, person = stage.person(), stage.person()
    shared = {"DATABASE_URL": postgres_url, "ADMIN_USER_IDS": admin}
    async with stage.easel(tmp_path, **shared):
        assert (await ask(stage, person, "a cat"))["type"] == "image"
    for budget in ("0.025", "0.020"):
        for _ in range(2):
            settings = shared | {"DAILY_BUDGET_USD": budget}
            async with stage.easel(tmp_path, **settings) as one, stage.easel(tmp_path, **settings) as other:
                await one.logged("looked_out")
                await other.logged("looked_out")
    assert pushed(stage, admin) == [
        "Today's budget: 80% is used, 0.02 of 0.03 USD.",
        "Today's budget is used up: 0.02 of 0.02 USD. Drawing stops until the next period.",
    ]


async def test_an_admin_is_told_of_the_end_of_a_model(stage, tmp_path):
    """Once within 30, 7 and 1 days, of models that are in use."""
    admin, models, today = stage.person(), stage.openai.models, datetime.now(UTC).date()
    for days in (200, 29, 20, 7, 5, 1):
        ends = (today + timedelta(days=days)).isoformat()
        stage.openai.models = {name: replace(model, shutdown_date=ends) for name, model in models.items()}
        async with stage.easel(tmp_path, ADMIN_USER_IDS=admin, IMAGE_MODELS="gpt-image-2") as easel:
            await easel.logged("looked_out")
    stage.openai.models = models
    assert pushed(stage, admin) == [f"Days until the model gpt-image-2 is switched off: {days}." for days in (29, 7, 1)]

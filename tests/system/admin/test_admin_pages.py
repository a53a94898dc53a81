"""What operators see and do at the dashboard. Stories over real sockets."""

import csv
import io
import re
import time
from decimal import Decimal

import pytest
from line_sandbox.faults import Fault

from app.days import day_of
from tests.system.admin.day import TOKEN, ZONE
from tests.system.admin.operator import Operator, figures, operator
from tests.world import PATIENCE_S

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

GONE = {"error": {"message": "The model does not exist.", "type": "invalid_request_error", "code": "model_not_found"}}
BILLING = {"error": {"message": "Limit.", "type": "billing_limit_user_error", "code": "billing_hard_limit_reached"}}


async def drawn(vendors, text: str, *, person: str | None = None) -> str:
    """Let somebody have a picture. Return who it is."""
    person = person or vendors.person()
    before = len(vendors.line.chat(person).pictures)
    await vendors.line.send_text(person, text)
    await vendors.picture(person, count=before + 1)
    return person


async def gallery_of(admin, person: str) -> list[str]:
    """Return the ids of a chat's pictures, as the gallery shows them."""
    return re.findall(r"/admin/gallery/([\w-]{22})/delete", await admin.page("/admin/gallery", chat=person))


async def request_of(admin, person: str) -> str:
    """Return the newest request of a person."""
    found = re.search(r'href="/admin/requests/(\w+)"', await admin.page("/admin/requests", who=person, all="1"))
    assert found
    return found[1]


async def test_the_overview_tells_how_things_are(vendors_of_admin, admin):
    """Money, pictures, durations, failures and models are there, as text too."""
    await drawn(vendors_of_admin, "a fox")
    person = vendors_of_admin.person()
    await vendors_of_admin.line.send_text(person, "a forbidden thing")
    await vendors_of_admin.said(person)
    said = figures(await admin.page("/admin"))
    for words in (
        "Drawing",
        "of $20.00",
        "Pictures today",
        "Moderation: violence",
        "gpt-image-2.6-flare",
        "p95",
        "of 200",
    ):
        assert words in said
    assert "<table" in await admin.page("/admin")


async def test_when_every_model_is_gone_the_overview_says_so(stage, tmp_path):
    """Just then the page is needed: it is there, and its headline names what is wrong."""
    stage.openai.faults.add(Fault.status(404, GONE), match="/images", times=None)
    async with stage.easel(tmp_path, ADMIN_TOKEN=TOKEN) as easel, operator(easel.url) as http:
        person = stage.person()
        await stage.line.send_text(person, "a cat")
        await stage.said(person)
        admin = Operator(http)
        await admin.sign_in()
        said = figures(await admin.page("/admin"))
    assert "No model is left" in said or "Pictures fail" in said  # the model may be asked again within a minute


async def test_the_headline_looks_at_what_failed_last(stage, tmp_path):
    """While billing is refused the page does not say in green that it draws; it does so again after a picture."""
    fault = stage.openai.faults.add(Fault.status(400, BILLING), match="/images", times=None)
    async with stage.easel(tmp_path, ADMIN_TOKEN=TOKEN) as easel, operator(easel.url) as http:
        person, admin = stage.person(), Operator(http)
        await stage.line.send_text(person, "a cat")
        await stage.said(person)
        await admin.sign_in()
        said = figures(await admin.page("/admin"))
        assert "Pictures fail" in said
        assert "Key, billing or right refused" in said
        assert fault.hits
        stage.openai.faults.clear()
        await drawn(stage, "a dog")
        assert "Pictures fail" not in figures(await admin.page("/admin"))


async def test_pausing_stops_new_pictures(vendors_of_admin, admin):
    """A button pauses drawing; who asks is told so; a button resumes it."""
    person = vendors_of_admin.person()
    assert (await admin.do("/admin/pause")).headers["location"] == "/admin?said=paused"
    assert "Drawing is paused" in await admin.page("/admin")
    before = vendors_of_admin.picture_calls()
    await vendors_of_admin.line.send_text(person, "a boat")
    [told] = await vendors_of_admin.said(person)
    assert "break" in told["text"]
    await admin.do("/admin/resume")
    await drawn(vendors_of_admin, "a boat", person=person)
    assert vendors_of_admin.picture_calls() == before + 1


async def test_a_request_has_its_timeline(vendors_of_admin, admin):
    """From the webhook to the reply, with the calls, their cost and the vendor's ids."""
    vendors_of_admin.openai.faults.add(Fault.status(500), match="/images/")
    person = await drawn(vendors_of_admin, "a lighthouse")
    said = figures(await admin.page(f"/admin/requests/{await request_of(admin, person)}"))
    line = vendors_of_admin.openai.invoice[-1]
    steps = (
        "Webhook arrived",
        "Queued",
        "Left the queue",
        "failed, not charged",
        "Paid",
        "Paid bytes on disk",
        "Ready",
    )
    for words in (*steps, "Reply, free", "arrived", line.request_id, f"${line.micro_dollars / 1e6:.4f}"):
        assert words.lower() in said.lower(), words


async def test_requests_are_found(vendors_of_admin, admin):
    """By state, by reason, by day and by who asked."""
    person = vendors_of_admin.person()
    await vendors_of_admin.line.send_text(person, "a forbidden wish")
    await vendors_of_admin.said(person)
    request = await request_of(admin, person)
    today = day_of(time.time(), ZONE)
    for query in ({"state": "refused"}, {"reason": "moderation_violence"}, {"day": today}, {"who": person}):
        assert request in await admin.page("/admin/requests", **query)
    for query in ({"state": "ready"}, {"reason": "busy"}, {"day": "2020-01-01"}, {"who": "U" + "0" * 32}):
        assert request not in await admin.page("/admin/requests", **query)


async def test_prompts_are_hidden(vendors_of_admin, admin):
    """Unless the operator has switched it on, no page says what people asked for, only how long it was."""
    person = await drawn(vendors_of_admin, "a very private wish")
    request = await request_of(admin, person)
    for path in (f"/admin/requests/{request}", "/admin/requests", "/admin/gallery", f"/admin/people/{person}"):
        assert "private" not in await admin.page(path)
    assert "19 characters" in await admin.page(f"/admin/requests/{request}")


async def test_prompts_are_shown_where_that_is_switched_on(stage, tmp_path):
    """With ADMIN_SHOWS_PROMPTS requests and pictures say what was asked for, and never as markup."""
    async with stage.easel(tmp_path, ADMIN_TOKEN=TOKEN, ADMIN_SHOWS_PROMPTS="true") as easel:
        await drawn(stage, "an <b>open</b> wish")
        async with operator(easel.url) as http:
            await Operator(http).sign_in()
            for path in ("/admin/requests", "/admin/gallery"):
                page = await Operator(http).page(path)
                assert "an &lt;b&gt;open&lt;/b&gt; wish" in page
                assert "<b>open</b>" not in page


async def test_a_deleted_picture_leaves_the_bucket(vendors_of_admin, admin):
    """The button in the gallery takes the picture away, and its file from the bucket."""
    before = set(vendors_of_admin.r2.objects)
    person = await drawn(vendors_of_admin, "a mistake")
    keys = set(vendors_of_admin.r2.objects) - before
    assert keys
    [picture] = await gallery_of(admin, person)
    answer = await admin.do(f"/admin/gallery/{picture}/delete", back=f"/admin/gallery?chat={person}")
    assert answer.headers["location"] == f"/admin/gallery?chat={person}&said=deleted"
    await vendors_of_admin.r2.wait_for(lambda: not keys & set(vendors_of_admin.r2.objects), PATIENCE_S)
    assert await gallery_of(admin, person) == []
    assert (await admin.do(f"/admin/gallery/{picture}/delete")).headers["location"].endswith("said=gone")


async def test_who_is_blocked_gets_no_answer(vendors_of_admin, admin):
    """Blocking holds from the next message on, and is taken back the same way."""
    person, other = await drawn(vendors_of_admin, "a fox in a hat"), vendors_of_admin.person()
    await admin.do(f"/admin/people/{person}/block")
    assert "Blocked" in figures(await admin.page("/admin/people", order="blocked"))
    before = vendors_of_admin.picture_calls()
    await vendors_of_admin.line.send_text(person, "a fox in a boat")
    await drawn(vendors_of_admin, "a whale in a teacup", person=other)
    assert vendors_of_admin.picture_calls() == before + 1
    await admin.do(f"/admin/people/{person}/unblock")
    await drawn(vendors_of_admin, "a fox in a tree", person=person)


async def test_somebody_is_given_more(vendors_of_admin, admin):
    """What is given today is added to the day's limit."""
    person = await drawn(vendors_of_admin, "a red fox")
    assert "1 of 50" in figures(await admin.page(f"/admin/people/{person}"))
    await admin.do(f"/admin/people/{person}/give", count="7")
    assert "1 of 57 (7 given)" in figures(await admin.page(f"/admin/people/{person}"))


@pytest.mark.parametrize("count", ["", "0", "-5", "1e3", "1001", "9" * 5000])
async def test_what_is_no_number_of_pictures_is_not_given(vendors_of_admin, admin, count):
    """Nothing is given, and the operator hears why, instead of ten pictures and "Given."."""
    person = vendors_of_admin.person()
    refused = await admin.do(f"/admin/people/{person}/give", count=count)
    assert (refused.status_code, "from 1 to 1000" in refused.text) == (400, True)
    assert "given)" not in figures(await admin.page(f"/admin/people/{person}"))


async def test_an_admin_is_not_blocked(stage, tmp_path):
    """Nobody could undo it in LINE; the page says so."""
    person = stage.person()
    async with (
        stage.easel(tmp_path, ADMIN_TOKEN=TOKEN, ADMIN_USER_IDS=person) as easel,
        operator(easel.url) as http,
    ):
        admin = Operator(http)
        await admin.sign_in()
        assert (await admin.do(f"/admin/people/{person}/block")).headers["location"] == "/admin?said=not_done"
        assert "an admin of ADMIN_USER_IDS cannot be blocked" in await admin.page("/admin", said="not_done")


async def test_a_group_shows_who_drew(vendors_of_admin, admin):
    """A group has a page of its own, with its members and what they spent."""
    person = vendors_of_admin.person()
    group = vendors_of_admin.group(person)
    await vendors_of_admin.line.send_text(person, "draw a bridge", group=group)
    await vendors_of_admin.picture(group)
    page = await admin.page(f"/admin/people/{group}")
    assert "Members who drew this month" in page
    assert f'href="/admin/people/{person}"' in page


async def test_an_answer_is_sent_again(vendors_of_admin, admin):
    """The chat's next event brings the picture once more."""
    person = await drawn(vendors_of_admin, "a picture that somebody lost")
    request = await request_of(admin, person)
    assert (await admin.do(f"/admin/requests/{request}/again")).headers["location"] == "/admin?said=again"
    await vendors_of_admin.line.send_text(person, "/usage")
    await vendors_of_admin.picture(person, count=2)
    assert vendors_of_admin.asked("somebody lost")[1:] == []


async def ledger(admin, **query: str) -> list[dict[str, str]]:
    answer = await admin.get("/admin/ledger.csv", **query)
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_the_csv_is_the_invoice(vendors_of_admin, admin):
    """What the export says was paid is what the vendor has charged, call by call, to the micro-dollar."""
    person = await drawn(vendors_of_admin, "a fox and a hare")
    vendors_of_admin.openai.faults.add(Fault.status(500), match="/images/")
    await drawn(vendors_of_admin, "a hare and a fox", person=person)
    today = day_of(time.time(), ZONE)
    rows = await ledger(admin, **{"from": today, "to": today})
    paid = {row["vendor_request_id"]: int(row["microusd"]) for row in rows if row["outcome"] == "paid"}
    assert paid == {line.request_id: line.micro_dollars for line in vendors_of_admin.openai.invoice}
    assert all(Decimal(row["usd"]) == Decimal(row["microusd"]) / 1_000_000 for row in rows)
    assert {row["microusd"] for row in rows if row["outcome"] == "failed"} == {"0"}
    assert rows == await ledger(admin, month=today[:7])


async def test_ids_are_shortened_unless_opened(vendors_of_admin, admin):
    """Lists and the export name people by the ends of their ids; in full only where that is asked for."""
    person = await drawn(vendors_of_admin, "a portrait of nobody")
    today = day_of(time.time(), ZONE)
    assert person not in figures(await admin.page("/admin/people"))
    assert person in figures(await admin.page(f"/admin/people/{person}"))
    assert person not in str(await ledger(admin, month=today[:7]))
    assert person in str(await ledger(admin, month=today[:7], ids="1"))


async def test_nothing_of_the_pages_reaches_the_log(operated, vendors_of_admin, admin):
    """No id, no token and no wish is logged, whatever is looked at."""
    person = await drawn(vendors_of_admin, "an unlogged wish")
    for path in (f"/admin/people/{person}", f"/admin/requests?who={person}", "/admin/gallery"):
        await admin.page(path)
    await admin.do(f"/admin/people/{person}/give", count="1")
    assert "admin_signed_in" in operated.text
    for secret in (person, "unlogged", TOKEN, dict(admin.http.cookies)["easel_admin"]):
        assert secret not in operated.text

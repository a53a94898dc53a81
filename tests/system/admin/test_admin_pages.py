"""What operators see and do at the dashboard. Stories over real sockets."""

import codecs
import csv
import html
import io
import re
import time
from decimal import Decimal

import pytest
from line_sandbox.faults import Fault

from app.admin.formats import short
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
    assert (await admin.do("/admin/pause")).headers["location"] == "/admin"
    told = "Pictures that are being drawn are still delivered."
    assert told in await admin.page("/admin")
    again = await admin.page("/admin")  # a reload
    assert "Drawing is paused" in again
    assert told not in again
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
    whose = ({"who": one} for one in (person, person[4:14], short(person)))
    when = ({"day": today}, {"from": today, "to": today}, {"from": "2026-01-01"})
    for query in ({"state": "refused"}, {"state": "undrawn"}, {"reason": "moderation_violence"}, *when, *whose):
        assert request in await admin.page("/admin/requests", **query)
    others = ({"who": "U" + "0" * 32}, {"who": "f" * 12})
    for query in ({"state": "ready"}, {"reason": "busy"}, {"day": "2020-01-01"}, {"to": "2020-01-01"}, *others):
        assert request not in await admin.page("/admin/requests", **query)


@pytest.mark.parametrize(
    ("path", "query", "told"),
    [
        ("requests", {"state": "bogus"}, 'State: "bogus" is none of queued'),
        ("requests", {"day": "2026-13-40"}, 'From: "2026-13-40" is no day'),
        ("requests", {"from": "2026-11-02", "to": "2026-11-01"}, "From is after To."),
        ("requests", {"who": "somebody"}, 'Person or chat: "somebody" is neither an id of LINE'),
        ("requests", {"reason": "<b>"}, 'Reason: "<b>" is no reason'),
        ("people", {"id": "somebody"}, 'Id: "somebody" is neither an id of LINE'),
        ("people", {"order": "height"}, 'Order: "height" is none of'),
        ("ledger", {"day": "yesterday"}, 'Day: "yesterday" is no day'),
    ],
)
async def test_what_was_not_understood_is_said(vendors_of_admin, admin, path, query, told):
    """And nothing is shown in its place, least of all everything."""
    await drawn(vendors_of_admin, "a picture of everybody")
    page = await admin.page(f"/admin/{path}", **query)
    assert told in html.unescape(page)
    assert not re.search(r'class="list (requests|people|calls)"', page)


async def test_a_part_of_an_id_finds_who_it_is(vendors_of_admin, admin):
    """A part that only one has leads to them, one that nobody has to nobody."""
    person = await drawn(vendors_of_admin, "a portrait of somebody")
    for part in (person, person[3:25], short(person)):
        assert (await admin.get("/admin/people", id=part)).headers["location"] == f"/admin/people/{person}"
    assert "Nobody." in await admin.page("/admin/people", id="0f0f0f0f0f0f")


async def test_a_reason_leads_to_what_it_counts(vendors_of_admin, admin):
    """As many requests as the overview says are behind its link, for each range of days."""
    person = vendors_of_admin.person()
    await vendors_of_admin.line.send_text(person, "a forbidden thing to count")
    await vendors_of_admin.said(person)
    for days in ("", "7", "31", "90"):
        page = await admin.page("/admin", days=days)
        link = r'href="(/admin/requests[^"]*reason=moderation_violence[^"]*)".*?number">(\d+)<'
        found = re.search(link, page, re.DOTALL)
        assert found
        listed = (await admin.http.get(html.unescape(found[1]))).text
        assert listed.count('<td class="when">') == int(found[2]) >= 1
        assert f"The last {days or 7} days" in page
        assert page.count('<g class="bar') == 2 * int(days or 7)


async def test_a_bar_leads_to_its_day(vendors_of_admin, admin):
    """Money leads to the day's calls with their sum, pictures to the day's requests."""
    await drawn(vendors_of_admin, "a bar")
    today = day_of(time.time(), ZONE)
    page = await admin.page("/admin")
    assert f'href="/admin/ledger?day={today}"' in page
    assert f'href="/admin/requests?day={today}&amp;state=ready"' in page
    assert "picture" in figures(await admin.page("/admin/ledger", day=today))
    assert "Nothing was asked of a model then." in await admin.page("/admin/ledger", day="2020-01-01")


async def test_pages_say_as_of_when_and_where(admin):
    """The day, the time and the zone they are of."""
    said = figures(await admin.page("/admin/people"))
    assert re.search(r"As of \d{1,2} \w{3} \d{4}, \d\d:\d\d:\d\d, Asia/Taipei \(UTC\+08:00\)", said)


async def test_a_page_of_an_error_leads_on(admin):
    """Who is signed in keeps the navigation."""
    for path in ("/admin/nothing", "/admin/requests/no-such-request"):
        page = (await admin.get(path)).text
        assert 'href="/admin/ledger"' in page
        assert "Sign out" in page


async def test_days_that_cannot_be_exported_stay_in_the_form(admin):
    """The page says why there is no file, and keeps what was typed."""
    answer = await admin.get("/admin/ledger.csv", **{"from": "2026-11-09", "to": "2026-11-01"})
    assert answer.status_code == 400
    assert "Nothing was exported" in answer.text
    assert 'name="from" required value="2026-11-09"' in answer.text
    assert 'name="to" required value="2026-11-01"' in answer.text


@pytest.mark.parametrize("path", ["/admin", "/admin/requests", "/admin/people", "/admin/ledger", "/admin/gallery"])
async def test_links_and_columns_have_names(vendors_of_admin, admin, path):
    """A screen reader has something to say of each: text, a label, or the words of a picture."""
    await drawn(vendors_of_admin, "something with a name")
    page = await admin.page(path)
    links = re.findall(r"<a ([^>]*)>(.*?)</a>", page, re.DOTALL)
    spoken = [f"<a {about}>{inner}" for about, inner in links if 'aria-hidden="true"' not in about]
    named = re.compile(r'(alt|aria-label)="[^"]')
    assert not [one for one in spoken if not figures(one).strip() and not named.search(one)]
    assert not re.findall(r"<th[^>]*></th>", page)


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
    person = await drawn(vendors_of_admin, "a crooked tower on a hill")
    keys = set(vendors_of_admin.r2.objects) - before
    assert keys
    [picture] = await gallery_of(admin, person)
    answer = await admin.do(f"/admin/gallery/{picture}/delete", back=f"/admin/gallery?chat={person}")
    assert answer.headers["location"] == f"/admin/gallery?chat={person}"
    await vendors_of_admin.r2.wait_for(lambda: not keys & set(vendors_of_admin.r2.objects), PATIENCE_S)
    assert await gallery_of(admin, person) == []
    await admin.do(f"/admin/gallery/{picture}/delete")
    assert "That picture was gone already." in await admin.page("/admin")


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
        await admin.do(f"/admin/people/{person}/block")
        assert "an admin of ADMIN_USER_IDS cannot be blocked" in await admin.page("/admin")


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
    person = await drawn(vendors_of_admin, "a lost kite in the sky")
    request = await request_of(admin, person)
    await admin.do(f"/admin/requests/{request}/again")
    assert "The answer goes out again" in await admin.page("/admin")
    await vendors_of_admin.line.send_text(person, "/usage")
    await vendors_of_admin.picture(person, count=2)
    assert vendors_of_admin.asked("somebody lost")[1:] == []


async def ledger(admin, **query: str) -> list[dict[str, str]]:
    answer = await admin.get("/admin/ledger.csv", **query)
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


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


async def test_the_csv_opens_in_a_spreadsheet(vendors_of_admin, admin):
    """It begins with the mark by which Excel knows UTF-8, and its times are dates there, of TIMEZONE."""
    await drawn(vendors_of_admin, "a sheet")
    today = day_of(time.time(), ZONE)
    answer = await admin.get("/admin/ledger.csv", **{"from": today, "to": today})
    assert answer.content.startswith(codecs.BOM_UTF8)
    for row in await ledger(admin, **{"from": today, "to": today}):
        assert re.fullmatch(rf"{row['day']} \d\d:\d\d:\d\d", row["began_at"])


async def test_ids_are_shortened_unless_opened(vendors_of_admin, admin):
    """Lists name people by the ends of their ids; the export in full, unless it is to be handed on."""
    person = await drawn(vendors_of_admin, "a portrait of nobody")
    today = day_of(time.time(), ZONE)
    assert person not in figures(await admin.page("/admin/people"))
    assert person in figures(await admin.page(f"/admin/people/{person}"))
    assert person in str(await ledger(admin, month=today[:7]))
    assert person not in str(await ledger(admin, month=today[:7], ids="short"))


async def test_nothing_of_the_pages_reaches_the_log(operated, vendors_of_admin, admin):
    """No id, no token and no wish is logged, whatever is looked at."""
    person = await drawn(vendors_of_admin, "an unlogged wish")
    for path in (f"/admin/people/{person}", f"/admin/requests?who={person}", "/admin/gallery"):
        await admin.page(path)
    await admin.do(f"/admin/people/{person}/give", count="1")
    assert "admin_signed_in" in operated.text
    for secret in (person, "unlogged", TOKEN, dict(admin.http.cookies)["easel_admin"]):
        assert secret not in operated.text

"""Signing in to the dashboard: who comes in, for how long, and what is refused. Over real sockets."""

import asyncio
import contextlib
import sys

import pytest

from tests.system.admin.day import TOKEN
from tests.system.admin.operator import Operator, operator
from tests.world import ROOT

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

PAGES = (
    "/admin",
    "/admin/requests",
    "/admin/gallery",
    "/admin/people",
    "/admin/ledger",
    "/admin/ledger.csv?month=2026-11",
)


async def test_without_a_token_there_is_no_dashboard(easel):
    """Unset, /admin is an address like any other that does not exist."""
    async with operator(easel.url) as http:
        answers = [await http.get(path) for path in ("/admin", "/admin/", "/admin/sign-in", "/admin/style.css")]
        assert {answer.status_code for answer in answers} == {404}


@pytest.mark.parametrize(("settings", "is_loaded"), [({}, "False"), ({"ADMIN_TOKEN": TOKEN}, "True")])
async def test_without_a_token_nothing_of_it_is_loaded(vendors_of_admin, tmp_path, settings, is_loaded):
    """Who does not use the dashboard does not carry it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", LOADED),
        env={"PYTHONPATH": str(ROOT)} | vendors_of_admin.environment | settings,
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    assert printed.decode().split() == [is_loaded, is_loaded]


LOADED = """
import sys
from app.main import create_app
from app.settings import load
create_app(load())
print("app.admin" in sys.modules, "jinja2" in sys.modules)
"""


@pytest.mark.parametrize("path", PAGES)
async def test_strangers_are_led_to_the_sign_in_page(stranger, path):
    """Every page asks who is there, and leads back to itself once it is known."""
    answer = await stranger.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/admin/sign-in?then=%2Fadmin")


async def test_the_token_opens(stranger):
    """With the token one comes to the page one wanted, with a cookie that no script and no other site can use."""
    answer = await stranger.http.post("/admin/sign-in", data={"token": TOKEN, "then": "/admin/people"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/people")
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/admin", "max-age=1800"} <= {one.strip() for one in cookie.split(";")}
    assert "secure" not in cookie
    assert TOKEN not in cookie
    assert "Overview" in await stranger.page("/admin")


async def test_behind_https_the_cookie_stays_there(stranger):
    """A proxy that took the request over https says so, and the cookie is for https only."""
    answer = await stranger.sign_in(**{"X-Forwarded-Proto": "https"})
    assert "; secure" in answer.headers["set-cookie"].lower()
    assert answer.headers["set-cookie"].startswith("__Host-easel_admin=")
    assert "path=/;" in f"{answer.headers['set-cookie'].lower()};"
    assert answer.headers["strict-transport-security"].startswith("max-age=")


async def test_only_known_proxies_are_believed(stage, tmp_path):
    """Who is none of TRUSTED_PROXIES can neither name another caller nor say that it is https."""
    forged = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}
    settings = {"ADMIN_TOKEN": TOKEN, "TRUSTED_PROXIES": "192.0.2.1"}
    async with stage.easel(tmp_path, **settings) as easel, operator(easel.url, forged) as http:
        answer = await Operator(http).sign_in()
        assert answer.headers["set-cookie"].startswith("easel_admin=")
        assert "strict-transport-security" not in answer.headers
        await easel.logged("admin_signed_in", peer="127.0.0.1")


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], f"{TOKEN}x", "ä" * 30])
async def test_a_wrong_token_opens_nothing(stranger, token):
    """The answer says that it is wrong, sets no cookie, and repeats nothing of what was sent."""
    async with operator(str(stranger.http.base_url), {"X-Forwarded-For": f"192.0.2.{len(token)}"}) as http:
        answer = await Operator(http).sign_in(token)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "That is not the token." in answer.text
    assert not token or token not in answer.text


async def test_the_right_token_does_not_use_up_tries(operated):
    """Who signs in again and again is never told to wait."""
    async with operator(operated.url, {"X-Forwarded-For": "198.51.100.9"}) as http:
        assert {(await Operator(http).sign_in()).status_code for _ in range(200)} == {303}
        assert (await Operator(http).sign_in("a guess")).status_code == 403


async def test_guessing_is_slowed_down(operated):
    """After five wrong tries a peer has to wait, with the right token too: a guesser learns nothing from the answer."""
    async with operator(operated.url, {"X-Forwarded-For": "198.51.100.7"}) as http:
        answers = [await Operator(http).sign_in(f"guess {number}") for number in range(6)]
        assert [answer.status_code for answer in answers] == [403] * 5 + [429]
        assert "Too many tries. Please wait" in answers[-1].text
        assert 0 < int(answers[-1].headers["retry-after"]) <= 60
        answer = await Operator(http).sign_in()
        assert (answer.status_code, "set-cookie" in answer.headers) == (429, False)
    await operated.logged("admin_sign_in_refused", times=5, peer="198.51.100.7")
    async with operator(operated.url, {"X-Forwarded-For": "198.51.100.8"}) as http:
        assert (await Operator(http).sign_in()).status_code == 303


async def test_a_known_browser_comes_in_while_others_guess(stage, tmp_path):
    """Guesses from ever other addresses use up the limit for all; who signed in here before is not kept out by them.

    The log has a line for each guess that was looked at, and counts those that were not.
    """
    async with (
        stage.easel(tmp_path, ADMIN_TOKEN=TOKEN) as easel,
        operator(easel.url) as known,
        operator(easel.url) as guessing,
    ):
        assert (await Operator(known).sign_in()).status_code == 303
        await Operator(known).do("/admin/sign-out")
        guesses = [
            Operator(guessing).sign_in("a guess", **{"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(80)
        ]
        statuses = [answer.status_code for answer in await asyncio.gather(*guesses)]
        assert (statuses.count(403), statuses.count(429)) == (50, 30)
        assert (await Operator(guessing).sign_in()).status_code == 429
        assert (await Operator(known).sign_in()).status_code == 303
        await easel.logged("admin_signed_in", times=2)
        told = [line.get("event") for line in easel.lines]
        assert (told.count("admin_sign_in_refused"), told.count("admin_sign_in_put_off") < 5) == (50, True)


async def test_signing_out_ends_it(admin):
    """The browser forgets the cookie, and a copy of it opens nothing any more."""
    copy = dict(admin.http.cookies)
    assert (await admin.do("/admin/sign-out")).status_code == 303
    assert (await admin.get("/admin")).status_code == 303
    admin.http.cookies.update(copy)
    assert (await admin.get("/admin")).status_code == 303


async def test_each_action_leaves_a_line(operated):
    """Who paused, and when, is in the log: with the session and the address, without names of people."""
    peer = "198.51.100.20"
    async with operator(operated.url, {"X-Forwarded-For": peer}) as http:
        await Operator(http).sign_in()
        await Operator(http).do("/admin/pause")
        await Operator(http).do("/admin/resume")
    line = await operated.logged("admin_acted", action="pause", peer=peer)
    assert (await operated.logged("admin_acted", action="resume", peer=peer))["session"] == line["session"]


async def test_a_session_outlives_the_process_but_not_the_token(stage, tmp_path):
    """After a restart one is still signed in; after a change of the token nobody is."""
    first = await stage.start(tmp_path, ADMIN_TOKEN=TOKEN)
    async with operator(first.url) as http:
        await Operator(http).sign_in()
        cookies = dict(http.cookies)
    await first.stop()
    for token, status in ((TOKEN, 200), (f"{TOKEN}-changed", 303)):
        async with stage.easel(tmp_path, ADMIN_TOKEN=token) as easel, operator(easel.url) as http:
            http.cookies.update(cookies)
            assert (await http.get("/admin")).status_code == status


@pytest.mark.parametrize(
    ("headers", "has_token"),
    [({}, False), ({"Sec-Fetch-Site": "cross-site"}, True), ({"Sec-Fetch-Site": "same-site"}, True)],
)
async def test_forms_of_others_are_refused(admin, headers, has_token):
    """A form without the token of this session, or sent by another page, changes nothing."""
    form = {"form_token": await admin.form_token()} if has_token else {}
    answer = await admin.http.post("/admin/pause", data=form, headers=headers)
    assert answer.status_code == 403
    assert "Nothing was changed." in answer.text
    assert "Drawing is paused" not in await admin.page("/admin")


async def test_other_pages_cannot_sign_anybody_in(stranger):
    """Not even the sign-in page takes forms from elsewhere."""
    assert (await stranger.sign_in(**{"Sec-Fetch-Site": "cross-site"})).status_code == 403


async def test_who_is_not_signed_in_changes_nothing(stranger):
    """Actions are for sessions only."""
    answer = await stranger.http.post("/admin/pause", data={"form_token": "0" * 43})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/admin", "/admin/sign-in", "/admin/nothing", "/admin/ledger.csv?month=2026-11"])
async def test_every_answer_keeps_to_itself(admin, vendors_of_admin, path):
    """Nothing from outside but pictures of the bucket, no script, no frame, no copy in a cache, no referrer."""
    headers = (await admin.get(path)).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["frame-ancestors"], policy["form-action"]) == ("'none'", "'none'", "'self'")
    bucket = vendors_of_admin.environment["R2_PUBLIC_BASE_URL"].removesuffix("/public")
    assert policy["img-src"] == f"'self' {bucket}"
    assert "unsafe" not in headers["content-security-policy"]
    assert "script-src" not in policy
    assert headers["cache-control"] == "no-store"
    assert (headers["referrer-policy"], headers["x-content-type-options"]) == ("no-referrer", "nosniff")


ODD = [
    ("GET", "/admin/nothing", 404),
    ("GET", "/adminx", 404),
    ("GET", "/admin/requests/no-such-request", 404),
    ("GET", "/admin/requests/" + "%00" * 3, 404),
    ("GET", "/admin/people/U123", 404),
    ("GET", "/admin/people/..%2f..%2fetc", 404),
    ("POST", "/admin/gallery", 405),
    ("GET", "/admin/pause", 405),
    ("DELETE", "/admin", 405),
    ("PUT", "/admin/sign-in", 405),
    ("OPTIONS", "/admin/ledger", 405),
    ("HEAD", "/admin", 200),
    ("GET", "/admin/requests?before=zzz&day=2026-99-99&state=%ff&who=x", 200),
    ("GET", "/admin/requests?before=nan_x", 200),
    ("GET", "/admin/requests?before=1e999_x&day=0001-01-01", 200),
    ("GET", "/admin/requests?day=9999-12-31", 200),
    ("GET", "/admin/people?page=99999999999999999999&order=x", 200),
    ("GET", "/admin/ledger?before=99999999999999999999999", 200),
    ("GET", f"/admin/ledger?before={'9' * 5000}", 200),
    ("GET", f"/admin/people?page={'9' * 5000}", 200),
    ("GET", "/admin/ledger.csv", 400),
    ("GET", "/admin/ledger.csv?month=2026-13", 400),
    ("GET", "/admin/ledger.csv?month=9999-12", 400),
    ("GET", "/admin/ledger.csv?from=2026-01-02&to=2026-01-01", 400),
    ("GET", "/admin/ledger.csv?from=2020-01-01&to=2026-01-01", 400),
]


@pytest.mark.parametrize(("method", "path", "status"), ODD)
async def test_odd_requests_are_no_fault_of_ours(admin, method, path, status):
    """Foreign methods, paths and values get a plain answer, never a 5xx."""
    assert (await admin.http.request(method, path)).status_code == status


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"x" * 200_000, 413), (b"token=" + b"\xff\xfe", 400), (b"&".join([b"a=1"] * 100), 400), (b"", 403)],
)
async def test_odd_forms_are_no_fault_of_ours(operated, body, status):
    """A form that is too large or none at all is refused before it is read whole."""
    async with operator(operated.url, {"X-Forwarded-For": "203.0.113.9"}) as http:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await http.post("/admin/sign-in", content=body, headers=headers)).status_code == status


async def test_a_form_that_breaks_off_is_no_fault_of_ours(operated):
    """Whoever hangs up in the middle of a form leaves nothing behind in the log."""
    _, writer = await asyncio.open_connection("127.0.0.1", operated.port)
    writer.write(b"POST /admin/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\ntoken=")
    await writer.drain()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    async with operator(operated.url) as http:
        assert (await http.get("/admin/sign-in")).status_code == 200
    assert "Traceback" not in operated.text

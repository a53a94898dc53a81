"""What the dashboard knows without a server: sessions, tries, charts, numbers."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.admin import charts, formats
from app.admin.auth import back_to
from app.admin.ledger_page import escape_formula
from app.admin.queries import AccountQuery, contains_part, parse_account
from app.admin.session import IDLE_S, LIFE_S, SessionKeys
from app.admin.sign_in_limit import SignInLimit
from app.prices.dollars import usd_as_read

ALICE = "Uc7ee" + "a" * 28
TOKEN = "a-token-of-the-dashboard"


def cookie_of(keys: SessionKeys, *, now_at: float = 1000) -> str:
    return keys.cookie(keys.begin(now_at=now_at))


def test_a_session_ends_when_nobody_looks():
    """A cookie opens for half an hour in whatever process has the token, and says nothing of the token."""
    cookie = cookie_of(SessionKeys(TOKEN))
    assert TOKEN not in cookie
    assert SessionKeys(TOKEN).read(cookie, now_at=1000 + IDLE_S - 1)
    assert SessionKeys(TOKEN).read(cookie, now_at=1000 + IDLE_S) is None


def test_who_goes_on_looking_stays_until_the_end_of_the_session():
    """Looks that are a minute apart renew the cookie of the same session, and no cookie outlasts its 12 hours."""
    keys = SessionKeys(TOKEN)
    first = session = keys.begin(now_at=0)
    assert keys.renewed(session, now_at=59) is None
    for now_at in range(60, LIFE_S, 60):
        seen = keys.renewed(keys.read(keys.cookie(session), now_at=now_at), now_at=now_at)
        assert seen
        assert seen.id == first.id
        session = seen
    assert keys.read(keys.cookie(session), now_at=LIFE_S - 1)
    assert keys.read(keys.cookie(session), now_at=LIFE_S) is None
    assert keys.read(keys.cookie(first), now_at=LIFE_S - 1) is None


def test_a_time_names_its_zone():
    """With its distance from UTC, since the names of zones do not tell it; and plain for spreadsheets."""
    clock = formats.Clock(ZoneInfo("Asia/Taipei"))
    assert clock.dated(1_764_050_709) == "25 Nov 2025, 14:05:09, Asia/Taipei (UTC+08:00)"
    assert clock.plain(1_764_050_709) == "2025-11-25 14:05:09"


def test_another_token_ends_all_sessions():
    """Whoever changes ADMIN_TOKEN has signed everybody out."""
    assert SessionKeys(f"{TOKEN}2").read(cookie_of(SessionKeys(TOKEN)), now_at=1001) is None


@given(st.text(max_size=80))
def test_a_made_up_cookie_opens_nothing(cookie):
    """Whatever somebody sends as a cookie, it is read without a fault."""
    assert SessionKeys(TOKEN).read(cookie, now_at=0) is None


@pytest.mark.parametrize("place", [0, 5, -2])  # of the last letter not every bit counts
def test_a_cookie_that_was_changed_opens_nothing(place):
    """Neither its end nor its signature can be changed."""
    cookie = list(cookie_of(SessionKeys(TOKEN)))
    cookie[place] = "1" if cookie[place] != "1" else "2"
    assert SessionKeys(TOKEN).read("".join(cookie), now_at=1000) is None


def test_forms_belong_to_their_session():
    """The token in a form of one session is of no use in another."""
    keys = SessionKeys(TOKEN)
    one, other = (keys.begin(now_at=1000) for _ in range(2))
    assert one.owns(one.form_token)
    assert not one.owns(other.form_token)
    assert not one.owns("")


def guess(limit: SignInLimit, peer: str, **known: str) -> float:
    """A wrong token comes. Return how long it has to wait."""
    if not (wait_s := limit.wait_s(peer, **known)):
        limit.count(peer, **known)
    return wait_s


def test_a_peer_guesses_five_times_then_waits():
    """After five guesses a peer waits for the next one, at most a minute, while others still may."""
    limit = SignInLimit()
    waits = [guess(limit, "a") for _ in range(6)]
    assert waits[:5] == [0] * 5
    assert 0 < waits[5] <= 60
    assert limit.wait_s("b") == 0


def test_a_known_browser_has_a_limit_of_its_own():
    """Guesses of its neighbours do not count against it, nor its own against them; made-up cookies know no browser."""
    limit, keys = SignInLimit(), SessionKeys(TOKEN)
    known = keys.browser(keys.browser_cookie(None))
    assert known
    assert keys.browser(keys.browser_cookie(known)) == known
    assert keys.browser(cookie_of(keys)) is None
    assert SessionKeys(f"{TOKEN}2").browser(keys.browser_cookie(None)) is None
    for _ in range(6):
        guess(limit, "a")
    waits = [guess(limit, "a", browser=known) for _ in range(6)]
    assert waits[:5] == [0] * 5
    assert 0 < waits[5] <= 60
    assert limit.wait_s("b") == 0


def test_all_peers_together_are_limited():
    """Whoever changes the address with every guess meets the limit for all, and no more peers are remembered."""
    limit = SignInLimit()
    waits = [guess(limit, f"peer {number}") for number in range(300)]
    assert waits.count(0) == 50
    assert len(limit._counted.events) <= 51


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [
        ("/admin/gallery?before=1.5_a", "/admin/gallery?before=1.5_a"),
        ("/admin", "/admin"),
        ("https://elsewhere.example/", "/admin"),
        ("//elsewhere.example/admin", "/admin"),
        ("/admin\r\nSet-Cookie: a=b", "/admin"),
        ("/adminx", "/admin"),
        ("", "/admin"),
    ],
)
def test_a_form_leads_back_to_our_pages_only(back, leads_to):
    """Where a form wants to go is looked at before anybody is sent there."""
    assert back_to({"back": back}) == leads_to


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("", AccountQuery()),
        (ALICE, AccountQuery(id=ALICE)),
        (f" {ALICE} ", AccountQuery(id=ALICE)),
        ("Uc7ee", AccountQuery(part="Uc7ee")),
        ("c7ee", AccountQuery(part="c7ee")),
        (formats.short(ALICE), AccountQuery(part="Uc7ee…aaa")),
        ("Uc7ee...aaa", AccountQuery(part="Uc7ee…aaa")),
    ],
)
def test_a_part_of_an_id_is_one(text, account):
    """An id whole, a part of it, and an id as the pages shorten it."""
    assert parse_account(text) == account


@pytest.mark.parametrize("text", ["x", "Z" + "a" * 32, "%", "_", "Uc7ee…", "U" + "a" * 40])
def test_what_is_no_part_of_an_id_is_said(text):
    """It is never read as everybody."""
    with pytest.raises(ValueError, match="nor a part of one"):
        parse_account(text)


@pytest.mark.parametrize(
    ("part", "is_held"), [("", True), ("c7ee", True), ("Uc7ee…aaa", True), ("Uc7ee…bbb", False), ("7c", False)]
)
def test_a_part_is_looked_for(part, is_held):
    """Anywhere in an id, or at both its ends."""
    assert contains_part(ALICE, part) is is_held


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=60), st.floats(0, 1e7))
def test_a_chart_stays_within_its_frame(values, cap):
    """Whatever the values are, no bar leaves the plot, the scale begins at 0 and reaches the highest."""
    chart = charts.bar_chart([(str(at), value) for at, value in enumerate(values)], say=str, cap=cap)
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= 100.01
        assert -0.01 <= bar.y <= bar.y + bar.height <= chart.height_px + 0.02
    assert chart.across[0].at == chart.height_px
    assert chart.across[-1].at == pytest.approx(0, abs=0.01)
    assert 2 <= len(chart.across) <= charts.TICKS + 1


@pytest.mark.parametrize(
    ("value_s", "said"),
    [
        (None, "\u2013"),
        (0, "0 ms"),
        (0.0421, "42 ms"),
        (0.9996, "1.0 s"),
        (12.34, "12.3 s"),
        (99.96, "1 min 40 s"),
        (3725, "1 h 02 min"),
    ],
)
def test_durations_are_written_short(value_s, said):
    """Three digits at most, in the unit that people think in."""
    assert formats.seconds(value_s) == said


@pytest.mark.parametrize(
    ("microusd", "said"), [(0, "$0.00"), (12_345, "$0.0123"), (520_000, "$0.52"), (1_234_567_890, "$1,234.57")]
)
def test_money_is_written_as_it_is_read(microusd, said):
    """Cents, and of small amounts more digits."""
    assert usd_as_read(microusd) == said


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_reads_no_formula(text):
    """A text that a spreadsheet would compute is marked as text; others stay as they are."""
    assert escape_formula(text) == f"'{text}"
    assert escape_formula("gpt-image-1") == "gpt-image-1"
    assert escape_formula(-5) == -5

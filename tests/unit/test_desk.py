"""What the desk prints and reads: tables, money, times, and a month added up."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len

from app.days import month_bounds_at
from app.ops.desk import spelling, usage
from app.ops.desk.open_store import NotPossible, opened
from app.ops.desk.text_tables import clean, table
from app.reports.spending import Month, Spender, SpentGroup
from app.store.database import Database
from app.store.money.budgets import Caps

TAIPEI = ZoneInfo("Asia/Taipei")
NOON = datetime(2026, 11, 25, 4, tzinfo=UTC).timestamp()
ALICE = "U" + "a" * 32

ROWS = [["01A", "夜市的貓", "0.0206"], ["01B", "a fox", "12.5000"]]


def test_columns_line_up_by_what_a_terminal_shows():
    """A Chinese character is two cells wide; money ends at the right."""
    assert table(["id", "prompt", "USD"], ROWS, right={"USD"}) == [
        "id   prompt        USD",
        "01A  夜市的貓   0.0206",
        "01B  a fox     12.5000",
    ]


def test_a_narrow_terminal_gets_two_lines_for_a_row():
    """Ids stay whole; what does not fit goes below, and only a text at the end is cut."""
    rows = [["01M88GE3RET60H29NYCHPAKTQ0", "ready", "夜" * 40]]
    lines = table(["id", "state", "prompt"], rows, width=40)
    assert lines == [
        "id                          state",
        "    prompt",
        "01M88GE3RET60H29NYCHPAKTQ0  ready",
        "    " + "夜" * 17 + " …",
    ]
    assert max(map(cell_len, lines)) <= 40


def test_a_file_gets_every_row_whole_on_one_line():
    """However long it is: programs cut by themselves."""
    assert table(["prompt"], [["夜" * 400]])[1] == "夜" * 400


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("夜市", 4, "夜市"),
        ("e\u0301a", 2, "e\u0301a"),
        ("🦊", 2, "🦊"),
        ("a red fox", 5, "a re…"),
        ("夜市的貓", 6, "夜市 …"),
        ("[red]", 5, "[red]"),
        (":cat:", 5, ":cat:"),
    ],
)
def test_a_text_fits_its_terminal(text, width, shown):
    """What fits is shown as it is; else it is cut by cells, also between wide characters."""
    assert table([""], [[text]], width=width)[1] == shown


def test_what_people_write_cannot_steer_the_terminal():
    """Escape sequences, line ends and marks that turn the direction are blanks."""
    assert clean("a\x1b[2Jb\r\nc\u202ed\x9bm") == "a [2Jb  c d m"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("90m", NOON - 5400),
        ("24h", NOON - 86_400),
        ("7d", NOON - 7 * 86_400),
        ("2026-11-25", NOON - 12 * 3600),
        ("2026-11-25T11:30", NOON - 1800),
        ("2026-11-25 11:30", NOON - 1800),
        ("2026-11-25T03:30:00Z", NOON - 1800),
    ],
)
def test_times_that_operators_type(text, at):
    """An age, or a date by the operator's own clock."""
    assert spelling.since_at(text, now_at=NOON, zone=TAIPEI) == at


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (lambda text: spelling.since_at(text, now_at=NOON, zone=TAIPEI), "yesterday"),
        (lambda text: spelling.since_at(text, now_at=NOON, zone=TAIPEI), "2026-02-30"),
        (spelling.month, "2026-13"),
        (spelling.month, "November"),
        (spelling.line_id, "U123"),
        (spelling.line_id, ALICE.upper()),
        (spelling.chat_start, "alice"),
    ],
)
def test_what_cannot_be_read_names_the_form(read, text):
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=" is "):
        read(text)


def test_a_shown_id_can_be_typed():
    """The beginning that the desk prints finds the chat again."""
    shown = spelling.shown_id(ALICE, full=False)
    assert (shown, spelling.chat_start(shown)) == ("Uaaaaaaa…", "Uaaaaaaa")
    assert spelling.shown_id(ALICE, full=True) == ALICE


def test_a_month_lasts_until_the_next():
    """By the operator's clock, also from December to January."""
    begins_at, ends_at = month_bounds_at("2026-12", TAIPEI)
    assert datetime.fromtimestamp(begins_at, TAIPEI).isoformat() == "2026-12-01T00:00:00+08:00"
    assert datetime.fromtimestamp(ends_at, TAIPEI).isoformat() == "2027-01-01T00:00:00+08:00"


def spent(**changes) -> SpentGroup:
    some = {"day": "2026-11-25", "model": "gpt-image-2.6-flare", "quality": "low", "outcome": "paid"}
    return SpentGroup(
        **some | {"is_estimate": False, "refunded": False, "calls": 1, "pictures": 1, "microusd": 20} | changes
    )


MONTH = Month(
    spent=[
        spent(calls=3, pictures=3, microusd=61),
        spent(day="2026-11-24", quality="high", microusd=105, refunded=True),
        spent(outcome="unknown", is_estimate=True, pictures=0, microusd=23),
    ],
    people=[Spender(id=ALICE, pictures=4, microusd=166, refunded_microusd=105)],
    chats=[Spender(id="", pictures=4, microusd=189, refunded_microusd=105)],
    failures={"too_late": 1},
)
CAPS = Caps(bot_daily_microusd=100, bot_monthly_microusd=180, chat_monthly_microusd=500)


def of_november(today: str) -> usage.MonthUsage:
    return usage.summed(MONTH, month="2026-11", today=today, timezone="Asia/Taipei", caps=CAPS)


def test_a_month_adds_up_to_the_micro_dollar():
    """In total, by day, by quality; what is estimated and refunded is a part of it."""
    found = of_november("2026-11-25")
    assert found.total == usage.CallTotals(
        calls=5, pictures=4, microusd=189, estimated_microusd=23, refunded_microusd=105
    )
    assert {day: one.microusd for day, one in found.by_day.items()} == {"2026-11-24": 105, "2026-11-25": 84}
    assert {name: one.pictures for name, one in found.by_quality.items()} == {"high": 1, "low": 3}
    assert {name: one.calls for name, one in found.by_outcome.items()} == {"paid": 4, "unknown": 1}


def test_limits_tell_what_is_left():
    """Of today only in this month; a month that was overspent has nothing left, not less."""
    left = {limit.name: limit.left_microusd for limit in of_november("2026-11-25").limits}
    assert left == {"today": 16, "month": 0, "each chat's month": None}
    assert "today" not in {limit.name for limit in of_november("2026-12-01").limits}


def test_usage_shows_ids_whole_only_where_that_is_asked_for():
    """And what was forgotten has no name."""
    shown = usage.text(of_november("2026-11-25"), full=False, width=80)
    assert "Uaaaaaaa…" in shown
    assert "(no name)" in shown
    assert ALICE not in shown
    assert ALICE in usage.text(of_november("2026-11-25"), full=True, width=None)
    assert max(map(cell_len, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE alembic_version SET version_num = '0001'", "older release"),
        ("UPDATE alembic_version SET version_num = '9999'", "later release"),
        ("DROP TABLE alembic_version", "no tables of Easel"),
    ],
)
async def test_tables_of_another_release_are_left_alone(tmp_path, change, told):
    """A command never migrates: the service does."""
    url = f"sqlite:///{tmp_path}/easel.db"
    database = Database(url)
    database.migrate()
    with database.transaction() as connection:
        connection.exec_driver_sql(change)
    database.close()
    with pytest.raises(NotPossible, match=told):
        async with opened(url):
            pass


async def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    """And so is one that is not there."""
    other = tmp_path / "easel.db"
    for told in ("is not there", "cannot be read"):
        with pytest.raises(NotPossible, match=told):
            async with opened(f"sqlite:///{other}"):
                pass
        assert other.exists() == (told == "cannot be read")
        other.write_text("no database at all, but longer than a header of SQLite would be " * 9)
    assert list(tmp_path.iterdir()) == [other]


async def test_a_report_never_holds_up_the_service(tmp_path):
    """Nor waits for it: a webhook commits while a long month is read, which still sees what it saw first."""
    url = f"sqlite:///{tmp_path}/easel.db"
    service = Database(url)
    service.migrate()

    def count(connection) -> int:
        return connection.exec_driver_sql("SELECT count(*) FROM switches").scalar()

    def read(connection) -> tuple[int, int]:
        before = count(connection)
        with service.transaction() as webhook:
            webhook.exec_driver_sql("INSERT INTO switches VALUES ('paused', 1.0)")
        return before, count(connection)

    async with opened(url) as database:
        assert await database.read(read) == (0, 0)
        assert await database.read(count) == 1
    service.close()

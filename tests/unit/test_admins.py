"""What admins may do, whoever calls it: the chat and the dashboard."""

import time
from zoneinfo import ZoneInfo

import pytest

from app.days import day_of
from app.flows.conversation.admin_commands import AdminCommands
from app.flows.conversation.admins import Admins
from app.reading.commands import Command, Name
from app.store.money.allowances import Allowances

ZONE = ZoneInfo("Asia/Taipei")
ADMIN, ALICE = "U" + "a" * 32, "U" + "b" * 32


@pytest.fixture
def allowances(database):
    return Allowances(database)


@pytest.fixture
def admins(allowances):
    """Of the verbs that ask neither LINE nor the reports."""
    return Admins(
        admin_ids=frozenset({ADMIN}), allowances=allowances, reports=None, models=None, line=None, names=(), zone=ZONE
    )


async def test_an_admin_is_not_blocked(admins, allowances):
    """The answer says so, and nothing is written."""
    assert await admins.block(ALICE) is True
    assert await admins.block(ADMIN) is False
    assert [one.holder for one in await allowances.blocked()] == [ALICE]
    await admins.unblock(ALICE)
    assert await allowances.blocked() == []


async def test_what_is_given_adds_up(admins, allowances):
    """Each gift returns what it makes with those before it, today."""
    today = day_of(time.time(), ZONE)
    assert [await admins.give(ALICE, count=count) for count in (7, 3)] == [7, 10]
    given = await allowances.of(ALICE)
    assert given.extra == 10
    assert given.extra_on >= today


async def test_pausing_is_safe_to_repeat(admins, allowances):
    """Twice is as once, both ways."""
    await admins.pause()
    await admins.pause()
    assert await allowances.is_paused()
    await admins.resume()
    await admins.resume()
    assert not await allowances.is_paused()


@pytest.mark.parametrize(
    ("name", "argument", "about", "told"),
    [
        (Name.BLOCK, ALICE, None, "admin_blocked"),
        (Name.BLOCK, "", ALICE, "admin_blocked"),
        (Name.BLOCK, ADMIN, None, "admin_unknown"),
        (Name.BLOCK, "somebody", None, "admin_unknown"),
        (Name.UNBLOCK, ALICE, None, "admin_unblocked"),
        (Name.GIVE, f"{ALICE} 5", None, "admin_given"),
        (Name.GIVE, "5", ALICE, "admin_given"),
        (Name.GIVE, "5", None, "admin_unknown"),
        (Name.GIVE, ALICE, None, "admin_given"),
        (Name.GIVE, f"{ALICE} five", None, "admin_unknown"),
        (Name.GIVE, "five", ALICE, "admin_unknown"),
        (Name.BLOCK, f"{ALICE} is rude", None, "admin_blocked"),
        (Name.PAUSE, "", None, "admin_paused"),
        (Name.RESUME, "", None, "admin_resumed"),
    ],
)
async def test_a_command_says_what_came_of_it(admins, name, argument, about, told):
    """The words in the chat are of the verb's own result."""
    answer = await AdminCommands(admins).run(Command(name=name, argument=argument), about=about, alone=True)
    assert answer.words == told

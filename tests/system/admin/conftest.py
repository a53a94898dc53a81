"""One Easel with the dashboard for all its stories, on a world of its own."""

import pytest_asyncio

from tests.system.admin.day import TOKEN
from tests.system.admin.operator import Operator, operator
from tests.world import PATIENCE_S, world


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def vendors_of_admin():
    """The stand-ins of LINE, OpenAI and R2."""
    async with world() as opened:
        opened.openai.refused_words = {"forbidden": "violence"}
        opened.line.webhook_timeout_s = PATIENCE_S
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def operated(vendors_of_admin, tmp_path_factory):
    """An Easel with the dashboard. Prompts are hidden."""
    settings = {"ADMIN_TOKEN": TOKEN, "USER_DAILY_PICTURES": "50", "DAILY_BUDGET_USD": "20"}
    async with vendors_of_admin.easel(tmp_path_factory.mktemp("admin"), **settings) as easel:
        yield easel


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(operated):
    """Somebody who has not signed in."""
    async with operator(operated.url) as http:
        yield Operator(http)


@pytest_asyncio.fixture(loop_scope="session")
async def admin(stranger):
    """Somebody who has."""
    assert (await stranger.sign_in()).status_code == 303
    return stranger

"""The dashboard in a real browser, on a phone and on a desk, by a day on which much happened."""

import pytest
import pytest_asyncio

from tests.chromium import in_a_browser
from tests.system.admin.browser import DESKTOP, PHONE, chromium, signed_in
from tests.system.admin.day import lively_day

pytestmark = [pytest.mark.asyncio(loop_scope="session"), *in_a_browser]

PATHS = ("/admin", "/admin/requests?all=1", "/admin/gallery", "/admin/people", "/admin/ledger")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def played(tmp_path_factory):
    """One day for all stories, in a hurry."""
    async with lively_day(tmp_path_factory.mktemp("day"), pace=0.25) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser():
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session", params=[DESKTOP, PHONE], ids=["desktop", "phone"])
async def page(played, browser, request):
    """The dashboard, signed in; it must not complain in the console."""
    opened = await signed_in(browser, played.easel.url, request.param)
    problems: list[str] = []
    opened.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    yield opened
    await opened.context.close()
    assert not problems


@pytest.mark.parametrize("path", PATHS)
async def test_pages_fit_their_screen(played, page, path):
    """Nothing is wider than the screen, and every picture shows."""
    await page.goto(played.easel.url + path)
    await page.evaluate("for (const image of document.images) image.loading = 'eager'")
    await page.evaluate("Promise.all([...document.images].map((image) => image.decode()))")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)")


@pytest.mark.parametrize("width", [701, 825, 1001])
async def test_no_column_is_cut_off(played, browser, width):
    """Between a phone and a desk every cell of every list is on the screen: cards where a table has no room."""
    page = await signed_in(browser, played.easel.url, {"viewport": {"width": width, "height": 900}})
    edges = "(cells) => Math.max(...cells.map((cell) => cell.getBoundingClientRect().right))"
    for path in ("/admin/requests?all=1", "/admin/people", "/admin/ledger"):
        await page.goto(played.easel.url + path)
        assert await page.locator(".flush td").evaluate_all(edges) <= width - 12, path  # the card's own edge
    await page.context.close()


async def test_a_long_word_pushes_nothing_aside(played, page):
    """What people write may have no blanks: the state and the cost of every request stay on the screen."""
    await page.goto(f"{played.easel.url}/admin/requests")
    await page.locator(".requests .wish").first.evaluate("(wish) => { wish.textContent = 'x'.repeat(160) }")
    measured = "(cells) => Math.max(...cells.map((cell) => cell.getBoundingClientRect().right))"
    assert await page.locator(".requests td").evaluate_all(measured) <= await page.evaluate("innerWidth")


async def test_everything_works_without_a_script(played, page):
    """Pausing, a look at the numbers behind a chart, and going on: forms and links are enough."""
    await page.goto(f"{played.easel.url}/admin")
    await page.get_by_role("button", name="Pause").click()
    assert await page.get_by_role("heading", level=1).inner_text() == "Drawing is paused"
    await page.get_by_role("button", name="Resume").click()
    assert "Drawing has resumed." in await page.get_by_role("status").inner_text()
    await page.get_by_text("As a table").first.click()
    assert await page.get_by_role("rowheader").first.is_visible()
    assert await page.locator("script").count() == 0


async def test_a_picture_is_deleted_only_when_that_is_confirmed(played, page):
    """The first click asks, the second one deletes."""
    await page.goto(f"{played.easel.url}/admin/gallery")
    first = page.locator(".picture-grid li").first
    there = await page.locator(".picture-grid li").count()
    assert not await first.get_by_role("button", name="Yes, for good").is_visible()
    await first.get_by_text("Delete", exact=True).click()
    await first.get_by_role("button", name="Yes, for good").click()
    assert await page.locator(".picture-grid li").count() == there - 1


async def test_a_request_is_opened_from_its_list(played, page):
    """A line leads to the timeline, and from there to who asked."""
    await page.goto(f"{played.easel.url}/admin/requests")
    await page.locator(".requests .when a").first.click()
    assert await page.locator(".timeline li").count() > 3
    await page.locator(".facts a.id").first.click()
    assert await page.get_by_role("heading", level=1).inner_text() in {"Person", "Group"}


async def test_keys_alone_are_enough(played, page):
    """The first stop is the way past the navigation, and what has the focus is seen."""
    await page.goto(f"{played.easel.url}/admin")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"

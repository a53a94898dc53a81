"""Debian's Chromium, and the way in."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from tests.chromium import CHROMIUM, FLAGS
from tests.system.admin.day import TOKEN

DESKTOP: Mapping[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: Mapping[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


async def signed_in(browser: Browser, url: str, device: Mapping[str, Any]) -> Page:
    """Open the dashboard, and sign in."""
    context = await browser.new_context(locale="en", **device)
    page = await context.new_page()
    await page.goto(f"{url}/admin")
    await page.get_by_label("Token").fill(TOKEN)
    await page.get_by_role("button", name="Sign in").click()
    return page

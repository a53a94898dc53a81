"""Makes docs/admin-*.png again: `python -m tests.system.admin.screenshots`. Needs chromium, CJK and Thai fonts."""

import asyncio
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Page

from tests.system.admin.browser import DESKTOP, PHONE, chromium, signed_in
from tests.system.admin.day import lively_day

DOCS = Path(__file__).parents[3] / "docs"
BYTES_MAX = 400_000


async def keep(page: Page, name: str) -> None:
    """Save what the page shows, once its pictures are there."""
    await page.evaluate("for (const image of document.images) image.loading = 'eager'")
    await page.evaluate("Promise.all([...document.images].map((image) => image.decode()))")
    with Image.open(BytesIO(await page.screenshot())) as shot:
        shot.convert("RGB").save(DOCS / name, optimize=True)
    assert (DOCS / name).stat().st_size < BYTES_MAX, name


async def main() -> None:
    """Play the day, look at it on a desk, and at one request on a phone."""
    with tempfile.TemporaryDirectory() as directory:
        async with lively_day(Path(directory)) as played, chromium() as browser:
            desk = await signed_in(browser, played.easel.url, {**DESKTOP, "viewport": {"width": 1280, "height": 1190}})
            await desk.goto(f"{played.easel.url}/admin?days=31")
            await keep(desk, "admin-desktop.png")
            phone = await signed_in(browser, played.easel.url, {**PHONE, "device_scale_factor": 1.5})
            await keep(phone, "admin-phone.png")
            await phone.goto(f"{played.easel.url}/admin/requests")
            await phone.locator(".requests .when a").nth(8).click()
            await keep(phone, "admin-phone-request.png")
            await phone.goto(f"{played.easel.url}/admin/gallery")
            await keep(phone, "admin-phone-gallery.png")


if __name__ == "__main__":
    asyncio.run(main())

"""What people do on the page of the demo, in a real browser."""

import re
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
expect = playwright.expect

PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


def go_to(page, running) -> None:
    """Open the page, and wait until it shows what was said before: what is counted earlier is not there yet."""
    page.goto(running.url)
    expect(page.get_by_role("textbox", name="Write a message")).to_be_visible()
    expect(page.locator(".state.ready")).to_be_attached()


def say(page, text: str) -> None:
    page.locator(".composer textarea").fill(text)
    page.keyboard.press("Enter")
    expect(mine(page, text)).to_be_visible()


def mine(page, text: str):
    return page.locator(".row.mine", has_text=text).last


def theirs(page):
    return page.locator(".row.theirs")


def pictures(page):
    return page.locator(".row.theirs button.picture img")


def open_menu(page, row, entry: str) -> None:
    row.locator(".hold").click(button="right")
    page.get_by_role("menuitem", name=entry).click()


def as_person(page, name: str) -> None:
    page.get_by_role("radio", name=re.compile(name)).click()
    expect(page.locator(".chathead small")).to_have_text(name)


def restart(page, running, **settings: str) -> None:
    """Give the bot other settings, and wait for the process that has them."""
    process = page.locator(".bot small")
    starts = int(re.search(r"start (\d+)", process.inner_text())[1])
    running.do("bot", what="restart", settings=settings)
    expect(process).to_contain_text(f"start {starts + 1}")
    expect(page.locator(".state.ready")).to_be_visible()


def tap_until_shown(page, count: int) -> None:
    """Tap the promise's button, and the next one where the picture is still not there, until it is.

    On a busy machine a picture takes longer than the tap's token lives; then a new button stands below.
    """
    cards, shown = page.locator(".card button"), pictures(page)
    while True:
        stand = cards.count()
        cards.last.click()
        expect(shown.nth(count - 1).or_(cards.nth(stand)).first).to_be_visible()
        if shown.count() >= count:
            break
    expect(shown).to_have_count(count)


def photo(colour: str) -> bytes:
    """A JPEG with a moon in it."""
    image, out = Image.new("RGB", (640, 420), colour), BytesIO()
    ImageDraw.Draw(image).ellipse((210, 100, 430, 320), fill="white")
    image.save(out, "JPEG")
    return out.getvalue()


def files(*colours: str) -> list[dict[str, object]]:
    """Photos as a file field takes them."""
    return [{"name": f"{one}.jpg", "mimeType": "image/jpeg", "buffer": photo(one)} for one in colours]

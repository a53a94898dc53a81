"""Makes the pictures under docs/: `python -m tests.system.demo.screenshots`. Needs chromium, CJK and Thai fonts."""

import re
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.chromium import CHROMIUM, FLAGS
from tests.system.demo.demo_process import Demo, demo
from tests.system.demo.page import tap_until_shown
from tests.system.demo.tour import tour

DOCS = Path(__file__).parents[3] / "docs"
BYTES_MAX = 300_000
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1.7, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
WIDE = {"viewport": {"width": 1600, "height": 690}}


def keep(page: Page, name: str) -> None:
    """Save what the page shows."""
    page.wait_for_timeout(900)  # animations end
    with Image.open(BytesIO(page.screenshot())) as shot:
        shot.convert("RGB").save(DOCS / name, optimize=True)
    assert (DOCS / name).stat().st_size < BYTES_MAX, name


def opened(browser: Browser, started: Demo, device: dict[str, object], locale: str = "zh-TW") -> Page:
    page = browser.new_context(locale=locale, **device).new_page()
    page.add_init_script("localStorage.setItem('introduced', 'yes')")
    page.goto(started.url)
    expect(page.locator(".row.theirs").first).to_be_visible()
    return page


def person(page: Page, name: str, *, group: bool = False) -> None:
    page.get_by_role("radio", name=re.compile(name)).click()
    if group:
        page.locator(".chatlist button").nth(1).click()


def say(page: Page, text: str, *, pictures: int | None = None) -> None:
    page.locator(".composer textarea").fill(text)
    page.keyboard.press("Enter")
    if pictures is not None:
        expect(page.locator("button.picture img")).to_have_count(pictures, timeout=30_000)


def desktop(browser: Browser, started: Demo) -> None:
    page = opened(browser, started, DESKTOP)
    started.do("set", latencyS=4)
    say(page, "一隻在彈吉他的水獺", pictures=1)
    page.get_by_label("貼圖", exact=True).first.click()
    page.locator(".stickers button").nth(1).click()
    expect(page.locator(".row.theirs")).to_have_count(3)
    say(page, "夜市裡的機器人，水彩")  # noqa: RUF001 - Chinese has its own comma
    page.wait_for_timeout(2200)
    keep(page, "demo-desktop.png")
    expect(page.locator("button.picture img")).to_have_count(2, timeout=30_000)


def group(browser: Browser, started: Demo) -> None:
    page = opened(browser, started, DESKTOP)
    started.do("set", latencyS=1)
    person(page, "美玲", group=True)
    say(page, "週末去海邊畫畫好不好？")  # noqa: RUF001 - and its own question mark
    person(page, "さくら", group=True)
    say(page, "@Easel 夜空の下のペンギン", pictures=1)
    phone = opened(browser, started, PHONE)
    phone.goto(f"{page.url}&view=chat")
    phone.reload()
    expect(phone.locator("button.picture img")).to_have_count(1)
    keep(phone, "demo-phone-group.png")


def promise(browser: Browser, started: Demo) -> None:
    bench = opened(browser, started, DESKTOP, "en")
    started.do("bot", what="restart", settings={"REPLY_DEADLINE_S": "3"})
    expect(bench.locator(".bot small")).to_contain_text("start 2", timeout=20_000)
    expect(bench.locator(".state.ready")).to_be_visible(timeout=20_000)
    page = opened(browser, started, PHONE, "en")
    expect(page.locator(".dots")).to_have_count(0)
    started.do("set", latencyS=4)
    say(page, "a lighthouse in the fog, ink on paper")
    expect(page.locator(".card button")).to_be_visible(timeout=30_000)
    tap_until_shown(page, 1)
    keep(page, "demo-phone.png")


def bad_days(browser: Browser, started: Demo) -> None:
    page = opened(browser, started, WIDE, "en")
    started.do("bot", what="restart", settings={"REPLY_DEADLINE_S": "45"})
    expect(page.locator(".bot small")).to_contain_text("start 3", timeout=20_000)
    expect(page.locator(".state.ready")).to_be_visible(timeout=20_000)
    started.do("set", latencyS=3)
    for name in ("openai-error", "r2-down", "line-lost"):
        started.do("day", name=name, mode="once")
    say(page, "a red fox reading a newspaper", pictures=2)
    started.do("set", latencyS=8)
    say(page, "a paper boat in a storm")
    expect(page.locator(".trace.open .lane.model .span.open")).to_be_visible()
    page.wait_for_timeout(700)
    page.get_by_role("button", name="Kill -9").click()
    expect(page.locator(".state.killed")).to_be_visible()
    started.do("set", latencyS=3)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".state.ready")).to_be_visible(timeout=20_000)
    expect(page.locator("button.picture img")).to_have_count(3, timeout=30_000)
    page.locator(".menubar").click()
    page.locator("summary", has_text="OpenAI").click()
    started.do("day", name="openai-cut", mode="once")
    page.locator(".trace .head", has_text="a red fox").click()
    page.locator(".trace.open .calls button", has_text="/reply").first.click()
    page.locator(".timeline").evaluate("element => { element.scrollTop = 0; }")
    keep(page, "demo-bad-days.png")


def main() -> None:
    """Play each scene on a demo of its own turn of events."""
    DOCS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with demo(Path(directory), "--port", "0") as started:
            for scene in (desktop, group, promise, bad_days):
                scene(browser, started)
        with tempfile.TemporaryDirectory() as another, demo(Path(another), "--port", "0") as started:
            tour(browser, started, opened, keep)
        browser.close()


if __name__ == "__main__":
    main()

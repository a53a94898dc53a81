"""The README's tour: what people do with their pictures, each scene on the phone of somebody else."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.system.demo.demo_process import Demo
from tests.system.demo.page import files

PHONE = {"viewport": {"width": 390, "height": 760}, "device_scale_factor": 1.5, "is_mobile": True, "has_touch": True}
Open = Callable[..., Page]
Keep = Callable[[Page, str], None]


def say(page: Page, text: str) -> None:
    page.locator(".composer textarea").fill(text)
    page.keyboard.press("Enter")


def shown(page: Page, count: int) -> None:
    expect(page.locator("button.picture img")).to_have_count(count, timeout=30_000)


def rest(page: Page) -> None:
    """Take the caret out of the field, so that no frame is drawn around it."""
    page.locator(".composer textarea").blur()


def options(page: Page) -> None:
    """A shape and a number in words, and the buttons under the pictures."""
    say(page, "夜市裡的機器人，水彩 橫式 2張")  # noqa: RUF001 - Chinese has its own comma
    shown(page, 2)


def edit(page: Page) -> None:
    """A photo, and what to do with it."""
    page.locator("input[type=file]").set_input_files(files("#5b7f95"))
    expect(page.locator(".row.theirs").last).to_contain_text("写真", timeout=30_000)
    say(page, "水彩画にして")
    shown(page, 2)


def mine(page: Page) -> None:
    """The last pictures side by side, and one of them opened."""
    for number, words in enumerate(("雨天在窗邊打瞌睡的柴犬", "雲海中的高山", "在雲上衝浪的企鵝"), start=3):
        say(page, words)
        shown(page, number)
    say(page, "我的圖片")
    expect(page.locator(".tile")).to_have_count(5, timeout=30_000)
    page.locator(".tile").nth(1).click()
    shown(page, 6)
    expect(page.locator(".card")).to_have_count(1)


def settings(page: Page) -> None:
    """Settings as one card."""
    page.get_by_role("button", name="Settings").last.click()
    expect(page.locator(".card.flex")).to_be_visible(timeout=30_000)
    page.locator(".menubar").click()


def group(page: Page) -> None:
    """The answer quotes the request; a quoted picture is changed."""
    page.get_by_role("button", name="聊天列表").or_(page.get_by_label("回到聊天列表")).first.click()
    page.locator(".chatlist button").nth(1).click()
    say(page, "@Easel 週末的海邊，蠟筆畫")  # noqa: RUF001 - Chinese has its own comma
    shown(page, 1)
    page.locator(".quick button", has_text="修改").click()
    expect(page.locator(".row.theirs").last).to_contain_text("回覆這則訊息", timeout=30_000)
    say(page, "畫 改成晚上，加上煙火")  # noqa: RUF001 - Chinese has its own comma
    shown(page, 2)


def refusal(page: Page, started: Demo) -> None:
    """Why there is no picture, and one's own words in the field again."""
    started.do("day", name="openai-refused", mode="once")
    say(page, "ฉากรบนองเลือดในปราสาท 16:9")
    page.locator(".quick button").click(timeout=30_000)
    expect(page.locator(".composer textarea")).to_have_value("ฉากรบนองเลือดในปราสาท 16:9")


def tour(browser: Browser, started: Demo, opened: Open, keep: Keep) -> None:
    """Play every scene and keep a picture of each."""
    started.do("set", latencyS=0.5)
    chinese = opened(browser, started, PHONE)
    options(chinese)
    rest(chinese)
    keep(chinese, "tour-options.png")
    mine(chinese)
    rest(chinese)
    keep(chinese, "tour-mine.png")
    scenes: tuple[tuple[str, str, Callable[[Page], None]], ...] = (
        ("tour-edit.png", "ja", edit),
        ("tour-settings.png", "en", settings),
        ("tour-group.png", "zh-TW", group),
    )
    for name, locale, play in scenes:
        page = opened(browser, started, PHONE, locale)
        play(page)
        rest(page)
        keep(page, name)
    thai = opened(browser, started, PHONE, "th")
    refusal(thai, started)
    keep(thai, "tour-refusal.png")

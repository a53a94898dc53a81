"""How the page looks: what can be seen, read and found again."""

import pytest

from tests.chromium import in_a_browser
from tests.system.demo.page import as_person, expect, go_to, pictures, say

pytestmark = in_a_browser

# Texts with less than 4.5:1 between them and what is behind them (WCAG 2.2, 1.4.3); letters in avatars are decoration.
PALE = """() => {
  const numbers = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return colour.startsWith("color(") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = (top, below) => below.map((part, i) => top[i] * top[3] + part * (1 - top[3]));
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const behind = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const { backgroundColor, backgroundImage } = getComputedStyle(one);
      layers.unshift(numbers(backgroundImage.match(/rgba?\\([^)]*\\)/)?.[0] ?? backgroundColor));
    }
    return layers.reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const pale = [];
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || !element.checkVisibility()) continue;
    if (element.closest(".avatar, .hidden, :disabled")) continue;
    const ground = behind(element);
    const ink = over(numbers(getComputedStyle(element).color), ground);
    const [darker, lighter] = [light(ink), light(ground)].sort();
    const ratio = (lighter + 0.05) / (darker + 0.05);
    if (ratio < 4.5) pale.push(`${ratio.toFixed(2)} ${node.textContent.slice(0, 30)}`);
  }
  return pale;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read(page, scheme):
    """Every text stands out from what is behind it, by day and by night, in the chat and on the bench."""
    page.emulate_media(color_scheme=scheme)
    say(page, "a lamp in a window")
    expect(pictures(page)).not_to_have_count(0)
    say(page, "settings")
    expect(page.locator(".card").last).to_be_visible()
    assert page.evaluate(PALE) == []
    page.locator(".chatlist button", has_text="sketchers").click()
    say(page, "@Easel help")
    expect(page.locator(".row.mine .mention").last).to_be_visible()
    as_person(page, "美玲")
    page.locator(".chatlist button", has_text="sketchers").click()
    expect(page.locator(".row.theirs .mention").last).to_be_visible()
    for folded in page.locator("details").all():
        folded.evaluate("details => { details.open = true; }")
    expect(page.locator(".calls")).to_be_visible()
    assert page.evaluate(PALE) == []


def test_cards_on_a_phone(browser, running):
    """Of cards side by side the next one peeks in, so that people swipe; pictures in a row are whole."""
    running.do("set", latencyS=0.3)
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, locale="en")
    page = context.new_page()
    go_to(page, running)
    before = pictures(page).count()
    say(page, "a peony x2")
    expect(pictures(page)).to_have_count(before + 2)
    say(page, "my pictures")
    expect(page.locator(".tile").nth(1)).to_be_attached()
    second, row = page.locator(".tile").nth(1).bounding_box(), page.locator(".cards").last.bounding_box()
    assert second["x"] + 20 < row["x"] + row["width"]
    say(page, "settings")
    card = page.locator(".card.flex").last
    expect(card.get_by_role("button", name="Same as my phone")).to_be_visible()
    assert card.evaluate(
        "card => card.scrollWidth <= card.clientWidth && card.getBoundingClientRect().right <= innerWidth"
    )
    assert page.locator(".tile").first.evaluate("tile => getComputedStyle(tile, '::before').content") == "none"
    context.close()


def test_the_page_shows_what_came_while_it_was_painted(browser, running):
    """On a busy machine the records may come before the first frame is painted: the page does not stay empty."""
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.add_init_script(
        "window.requestAnimationFrame = () => 0; const later = setTimeout;"
        "window.setTimeout = (act, ms = 0) => later(act, Math.max(ms, 1500));"
    )
    go_to(page, running)
    context.close()


def test_a_reload_keeps_the_order(page, running):
    """People and bad days stand where they stood, whatever has changed of them."""
    page.locator("summary", has_text="OpenAI").click()
    before = page.locator(".day > span:first-child").all_inner_texts()
    running.do("day", name="openai-refused", mode="always")
    expect(page.locator(".day.always")).to_have_count(1)
    page.reload()
    page.locator("summary", has_text="OpenAI").click()
    expect(page.locator(".day.always")).to_have_count(1)
    assert page.locator(".day > span:first-child").all_inner_texts() == before

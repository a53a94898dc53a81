"""The page behaves as LINE's app does, and costs no more for a long chat than for a short one."""

from tests.chromium import in_a_browser
from tests.system.demo.demo_process import person_id
from tests.system.demo.page import as_person, expect, go_to, mine, pictures, say, theirs

pytestmark = in_a_browser

COUNT_FORMATS = """() => {
  window.formats = { made: 0, used: 0 };
  const Format = Intl.DateTimeFormat;
  const format = Object.getOwnPropertyDescriptor(Format.prototype, "format").get;
  Intl.DateTimeFormat = function (...given) { window.formats.made += 1; return new Format(...given); };
  Intl.DateTimeFormat.prototype = Format.prototype;
  Object.defineProperty(Format.prototype, "format", {
    get() {
      const write = format.call(this);
      return (...given) => { window.formats.used += 1; return write(...given); };
    },
  });
  for (const name of ["toLocaleDateString", "toLocaleTimeString", "toLocaleString"]) {
    const write = Date.prototype[name];
    Date.prototype[name] = function (...given) { window.formats.made += 1; return write.apply(this, given); };
  }
}"""


def in_the_group(page) -> dict[str, str]:
    """Open the group, and return who writes there."""
    page.locator(".chatlist button", has_text="sketchers").click()
    return dict(
        part.split("=") for part in page.url.split("#")[1].split("&") if part.split("=")[0] in {"person", "chat"}
    )


def test_a_row_costs_the_same_in_a_long_chat(browser, running):
    """Dates and clocks are made once, and one more message writes the rows before it no second time."""
    page = browser.new_page(locale="en")
    page.add_init_script(f"({COUNT_FORMATS})()")
    go_to(page, running)
    who = in_the_group(page)
    for number in range(60):
        running.do("text", **who, text=f"tea at {number}")
    expect(mine(page, "tea at 59")).to_be_visible()
    before = page.evaluate("formats.used")
    running.do("text", **who, text="enough of it")
    expect(mine(page, "enough of it")).to_be_visible()
    assert page.evaluate("formats.made") < 10
    assert page.evaluate("formats.used") - before < 30
    page.close()


def test_the_end_of_a_chat(page, running):
    """Who has scrolled up is told of what comes and led to it; who writes sees what they wrote."""
    who = in_the_group(page)
    for number in range(30):
        running.do("text", **who, text=f"line {number}")
    expect(mine(page, "line 29")).to_be_in_viewport()
    page.locator(".messages").hover()
    page.mouse.wheel(0, -600)
    expect(page.locator(".toend")).to_be_visible()
    expect(mine(page, "line 29")).not_to_be_in_viewport()
    running.do("text", person=person_id("さくら"), chat=who["chat"], text="from somebody else")
    page.get_by_role("button", name="New messages: 1").click()
    expect(theirs(page).last).to_be_in_viewport()
    expect(page.locator(".toend")).to_have_count(0)
    page.mouse.wheel(0, -600)
    expect(page.locator(".toend")).to_be_visible()
    say(page, "here I am")
    expect(mine(page, "here I am")).to_be_in_viewport()


def test_a_picture_keeps_its_place(page):
    """The room for a picture is there before its bytes, so that nothing moves when they come."""
    before = pictures(page).count()
    say(page, "a wide bay, 3:2")
    expect(pictures(page)).to_have_count(before + 1)
    width, height = (int(pictures(page).last.get_attribute(name)) for name in ("width", "height"))
    assert width / height == 1.5
    expect(pictures(page).last).to_be_in_viewport()


def test_another_language_is_the_same_person(page):
    """The phone of whoever was shown first stays in hand when its language changes."""
    page.locator(".language select").select_option("ja")
    expect(page.locator(".chathead small")).to_have_text("Alex")
    page.reload()
    expect(page.locator(".chathead small")).to_have_text("Alex")
    page.locator(".language select").select_option("en")
    expect(page.get_by_role("button", name="Menu ▾")).to_be_visible()


def test_seven_tabs(page, running):
    """A browser opens six connections to one host: the tabs share one for what comes."""
    tabs = [page.context.new_page() for _ in range(6)]
    for tab in tabs:
        go_to(tab, running)
    say(tabs[-1], "help")
    expect(mine(page, "help")).to_be_visible()
    for tab in tabs:
        tab.close()
    say(page, "thanks")


def test_back_and_drafts(page):
    """Back leads to the chat before and out of a picture; what was begun and what was read stays over a reload."""
    field = page.locator(".composer textarea")
    field.fill("a half of a")
    page.locator(".chatlist button", has_text="sketchers").click()
    expect(field).to_have_value("")
    page.go_back()
    expect(page.locator(".chathead h2")).to_have_text("Easel")
    expect(field).to_have_value("a half of a")
    unread = page.locator(".chatlist .unread").count()
    page.reload()
    expect(field).to_have_value("a half of a")
    assert page.locator(".chatlist .unread").count() == unread
    say(page, "a whole pear")
    pictures(page).last.click()
    expect(page.locator("dialog.viewer img")).to_be_visible()
    page.go_back()
    expect(page.locator("dialog.viewer")).to_have_count(0)
    expect(mine(page, "a whole pear")).to_be_visible()


def test_by_keyboard(page):
    """The field has the focus at first; arrows choose in a group of choices, Tab stops there once, Escape closes."""
    expect(page.locator(".composer textarea")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("group", name="Menu", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Stickers").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sticker: love")).to_have_count(0)
    as_person(page, "Alex")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".chathead small")).to_have_text("さくら")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".chathead small")).to_have_text("Alex")
    stops = "groups => groups.map(one => one.querySelectorAll('[role=radio][tabindex=\"0\"]').length)"
    assert set(page.locator("[role=radiogroup]").evaluate_all(stops)) == {1}


def test_the_first_ten_seconds(browser, running):
    """One line says what this is, the field waits, and the first picture is a tap away, as for people in LINE."""
    running.do("set", latencyS=0.3)
    page = browser.new_page(locale="ja")
    go_to(page, running)
    expect(page.locator(".intro")).to_contain_text("a LINE bot that draws")
    expect(page.locator(".composer textarea")).to_be_focused()
    page.get_by_role("group", name="Quick replies").get_by_role("button", name="カワウソを描いて").click()
    expect(mine(page, "ギターを弾くカワウソ")).to_be_visible()
    expect(pictures(page)).to_have_count(1)
    page.get_by_role("button", name="Got it").click()
    page.reload()
    expect(page.locator(".composer textarea")).to_be_focused()
    expect(page.locator(".intro")).to_have_count(0)
    page.close()


def test_the_clock_of_line(page):
    """An hour has no nought before it."""
    script = 'import("/demo/page/html.js").then(html => html.clock(new Date(2026, 10, 22, 6, 4) / 1000))'
    assert page.evaluate(script).split() == ["6:04", "AM"]

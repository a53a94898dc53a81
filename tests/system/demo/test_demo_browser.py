"""The page in a real browser, as somebody sees it who tries Easel for the first time."""

import re

from tests.chromium import in_a_browser
from tests.system.demo.demo_process import demo
from tests.system.demo.other_bot import other_bot
from tests.system.demo.page import (
    PATIENCE_MS,
    as_person,
    expect,
    files,
    go_to,
    mine,
    open_menu,
    pictures,
    restart,
    say,
    tap_until_shown,
    theirs,
)

pytestmark = in_a_browser


def open_line_days(page) -> None:
    page.locator("summary", has_text="LINE").click()


def test_chat(page):
    """A wish is read, the animation runs, the picture shows, opens in full and stays after a reload.

    The timeline tells which step of reading took it for a wish.
    """
    as_person(page, "Alex")
    before = pictures(page).count()
    say(page, "a red fox in the snow")
    expect(mine(page, "a red fox in the snow").get_by_text("Read")).to_be_visible()
    expect(page.locator(".dots")).to_be_visible()
    expect(pictures(page)).to_have_count(before + 1)
    expect(page.locator(".dots")).to_have_count(0)
    expect(page.locator(".trace.open .reading .decided")).to_have_text("Classifier")
    pictures(page).last.click()
    full = page.locator("dialog.viewer img")
    expect(full).to_be_visible()
    expect(full).to_have_js_property("naturalWidth", 1024)
    page.keyboard.press("Escape")
    expect(full).to_have_count(0)
    page.reload()
    expect(pictures(page)).to_have_count(before + 1)
    expect(page.locator(".chathead small")).to_have_text("Alex")


def test_promise_and_tap(page, running):
    """A slow picture is promised before the token dies; a tap on the button brings it."""
    restart(page, running, REPLY_DEADLINE_S="3")
    running.do("set", latencyS=4)
    before = pictures(page).count()
    say(page, "a lighthouse that takes its time")
    expect(page.locator(".card button").last).to_be_visible()
    tap_until_shown(page, before + 1)
    restart(page, running, REPLY_DEADLINE_S="45")


def test_photo_and_sticker(page):
    """A photo and a sticker show in the chat, and each is answered in words."""
    heard = theirs(page).count()
    page.locator("input[type=file]").set_input_files(files("teal"))
    expect(page.locator(".row.mine .picture img")).to_be_visible()
    expect(theirs(page)).to_have_count(heard + 1)
    page.get_by_role("button", name="Stickers").click()
    page.get_by_role("button", name="Sticker: party").click()
    expect(page.locator(".row.mine svg.sticker").last).to_be_visible()
    expect(theirs(page)).to_have_count(heard + 2)


def test_quote(page):
    """A message is quoted by its menu; the quote shows above the text and leads back."""
    as_person(page, "Alex")
    say(page, "a paper boat on a lake")
    open_menu(page, mine(page, "a paper boat on a lake"), "Reply")
    expect(page.locator(".quoting")).to_contain_text("a paper boat on a lake")
    say(page, "the same at night")
    expect(mine(page, "the same at night").locator(".quoted")).to_contain_text("a paper boat on a lake")
    expect(page.locator(".quoting")).to_have_count(0)


def test_group_mention(page):
    """In a group nothing happens until the bot is mentioned; the answer quotes the request."""
    page.locator(".chatlist button", has_text="sketchers").click()
    before = pictures(page).count()
    say(page, "who wants tea?")
    field = page.locator(".composer textarea")
    field.press_sequentially("@ea")
    expect(page.get_by_role("option", name="@Easel")).to_be_visible()
    page.keyboard.press("Enter")
    field.press_sequentially("a teapot in the rain")
    page.keyboard.press("Enter")
    expect(page.locator(".row.mine .mention").last).to_have_text("@Easel")
    expect(pictures(page)).to_have_count(before + 1)
    expect(page.locator(".row.theirs .quoted").last).to_contain_text("a teapot in the rain")
    as_person(page, "さくら")
    page.locator(".chatlist button", has_text="sketchers").click()
    expect(page.locator(".row.theirs", has_text="who wants tea?")).to_be_visible()


def test_quick_reply(browser, tmp_path):
    """With another bot: quick replies stand under the last message, are tapped, and vanish with the next one."""
    with other_bot() as (url, settings), demo(tmp_path, "--port", "0", "--bot", url) as other:
        settings.update(other.settings)
        page = browser.new_page(locale="en")
        page.set_default_timeout(PATIENCE_MS)
        page.goto(other.url)
        page.get_by_role("button", name="Add as a friend").click()
        say(page, "tea or coffee")
        page.get_by_role("group", name="Quick replies").get_by_role("button", name="No").click()
        expect(theirs(page).last).to_contain_text("You said No")
        say(page, "walks")
        expect(page.locator(".card")).to_have_count(2)
        expect(page.locator(".quick")).to_have_count(0)
        page.locator(".card button", has_text="Take it").first.click()
        expect(theirs(page).last).to_contain_text("You said I take it")
        page.close()


def test_unsend(page):
    """A message that was taken back is gone for everybody, on the page and for the bot."""
    as_person(page, "นก")
    say(page, "a secret garden")
    open_menu(page, mine(page, "a secret garden"), "Unsend")
    expect(page.locator(".notice", has_text="unsent a message")).to_be_visible()
    expect(page.locator(".row.mine", has_text="a secret garden")).to_have_count(0)


def test_kill_and_restart(page, running):
    """A bot that is killed while it draws answers after its next start, exactly once."""
    as_person(page, "さくら")
    running.do("set", latencyS=60)  # it is killed meanwhile
    before = pictures(page).count()
    say(page, "a phoenix")
    expect(page.locator(".trace.open .lane.model .span.open")).to_be_visible()
    page.get_by_role("button", name="Kill -9").click()
    expect(page.locator(".state.killed")).to_be_visible()
    say(page, "and nobody hears this")
    expect(page.locator(".trace", has_text="and nobody hears this").get_by_text("not delivered")).to_be_visible()
    expect(mine(page, "and nobody hears this").locator(".read")).to_have_count(0)
    running.do("set", latencyS=0.3)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".state.ready")).to_be_visible()
    expect(pictures(page)).to_have_count(before + 1)
    expect(page.locator(".trace .mark.bot_killed")).not_to_have_count(0)


def test_bad_day(page):
    """A bad day that is chosen on the bench strikes, is counted, and shows on the timeline."""
    as_person(page, "Alex")
    page.locator("summary", has_text="OpenAI").click()
    day = page.get_by_role("radiogroup", name="OpenAI refuses the prompt")
    day.get_by_role("radio", name="Next").click()
    say(page, "a refused red fox")
    expect(page.locator(".day", has_text="OpenAI refuses the prompt")).to_contain_text("struck 1")
    expect(page.locator(".trace.open .lane.model .span.bad").last).to_be_visible()
    expect(day.get_by_role("radio", name="Off")).to_be_checked()


def test_again(page, running):
    """An event that comes again while it is worked on, and five times at once, still makes one picture."""
    as_person(page, "Alex")
    open_line_days(page)
    running.do("set", latencyS=12)
    before = pictures(page).count()
    say(page, "a heron at dawn")
    expect(page.locator(".trace.open .lane.model .span.open")).to_be_visible()
    page.get_by_role("button", name="Redeliver the last event").click()
    page.get_by_role("button", name="Send it five times").click()
    expect(page.locator(".trace.open .lane.webhook .span")).to_have_count(7)
    expect(pictures(page)).to_have_count(before + 1)
    page.get_by_role("button", name="Send it five times").click()
    expect(page.locator(".trace.open .lane.webhook .span")).to_have_count(12)
    running.do("set", latencyS=0.3)
    say(page, "a stork at noon")
    expect(mine(page, "a stork at noon").locator("xpath=following-sibling::li").locator(".picture img")).to_be_visible()
    expect(pictures(page)).to_have_count(before + 2)


def test_newest_first(page):
    """Events that were held back come newest first, and each is answered."""
    as_person(page, "さくら")
    open_line_days(page)
    before = pictures(page).count()
    page.get_by_role("button", name="Hold events back").click()
    say(page, "a fox in the first snow")
    say(page, "a fox in the second snow")
    expect(page.locator(".trace", has_text="on its way")).to_have_count(2)
    page.get_by_role("button", name="Deliver 2 held events, newest first").click()
    expect(pictures(page)).to_have_count(before + 2)
    expect(page.locator(".trace", has_text="on its way")).to_have_count(0)


def test_short_token(page, running):
    """A picture whose reply token died on the way is not lost: it comes with the next message."""
    as_person(page, "Alex")
    open_line_days(page)
    running.do("set", latencyS=4)
    page.get_by_label("Reply tokens live").fill("3")
    say(page, "a comet")
    expect(page.locator(".trace.open .lane.reply .span.bad")).to_be_visible()
    page.get_by_role("button", name="Make it a fine day").click()
    running.do("set", latencyS=0.3)
    say(page, "a meteor")
    expect(theirs(page).locator(".quoted", has_text="a comet")).to_be_visible()
    expect(page.locator(".trace", has_text="a comet").locator(".is-answered")).to_be_visible()


def test_block_and_follow_again(page):
    """Who blocks the bot cannot write to it; who comes back is welcomed back."""
    as_person(page, "Alex")
    page.get_by_label("More", exact=True).click()
    page.get_by_role("menuitem", name="Block").click()
    expect(page.locator(".gate")).to_contain_text("You blocked Easel")
    expect(page.locator(".composer")).to_have_count(0)
    page.get_by_role("button", name="Unblock").click()
    expect(theirs(page).last).to_contain_text("Welcome back")
    expect(page.locator(".composer")).to_be_visible()


def test_add_person(page):
    """A new person has a phone at once, becomes a friend, gets a picture, and is in the group."""
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.type("Robin")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name=re.compile("Robin"))).to_be_checked()
    page.get_by_role("button", name="Add as a friend").click()
    expect(theirs(page)).to_have_count(1)
    say(page, "a robin on a branch")
    expect(pictures(page)).to_have_count(1)
    page.locator(".chatlist button", has_text="sketchers").click()
    expect(page.locator(".chathead small")).to_have_text("6 people")


def test_long_press(browser, running):
    """On a phone a long press on a picture opens its menu, not the picture, even if the finger slips a little."""
    running.do("set", latencyS=0.3)
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, locale="en")
    page = context.new_page()
    go_to(page, running)
    before = pictures(page).count()
    say(page, "a kite over the sea")
    expect(pictures(page)).to_have_count(before + 1)
    box = pictures(page).last.bounding_box()
    finger = context.new_cdp_session(page)
    at = {"x": box["x"] + 90, "y": box["y"] + 60}
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at | {"x": at["x"] + 4}]})
    expect(page.get_by_role("menu")).to_be_visible()
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.get_by_role("menuitem", name="Reply").tap()
    expect(page.locator(".quoting")).to_contain_text("Picture")
    pictures(page).last.tap()
    expect(page.locator("dialog.viewer img")).to_be_visible()
    context.close()


def test_quota_gone(page, running):
    """Where late pictures are pushed and the month's messages are used up, a button takes the push's place."""
    restart(page, running, LATE_DELIVERY="push", REPLY_DEADLINE_S="3")
    as_person(page, "นก")
    open_line_days(page)
    page.get_by_label("The month's messages are used up").check()
    running.do("set", latencyS=4)
    before = pictures(page).count()
    say(page, "a lantern festival")
    expect(page.locator(".card button").last).to_be_visible()
    tap_until_shown(page, before + 1)
    expect(page.locator(".push")).to_have_count(0)
    expect(page.locator(".sums")).to_contain_text("200/200")


def test_the_dashboard_is_a_click_away(page):
    """The bench leads to the bot's dashboard, which opens with the token that stands beside the link."""
    say(page, "a kite in the wind")
    expect(pictures(page)).not_to_have_count(0)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Dashboard").click()
    dashboard = opened.value
    dashboard.get_by_label("Token").fill(page.locator(".dashboard code").inner_text())
    dashboard.get_by_role("button", name="Sign in").click()
    expect(dashboard.get_by_role("heading", name="Drawing")).to_be_visible()
    dashboard.get_by_role("link", name="Gallery").click()
    expect(dashboard.locator(".picture-grid img").first).to_be_visible()

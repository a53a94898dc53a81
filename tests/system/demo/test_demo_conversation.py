"""A conversation about pictures on the page: each thing that people can do, in a real browser."""

from tests.chromium import in_a_browser
from tests.system.demo.page import as_person, expect, files, mine, open_menu, pictures, say, theirs

pytestmark = in_a_browser


def quick(page, label: str):
    return page.get_by_role("group", name="Quick replies").get_by_role("button", name=label, exact=True)


def test_options_and_buttons(page):
    """Two pictures of one wish, in the shape that was asked for; the buttons draw it again in another."""
    as_person(page, "Alex")
    before = pictures(page).count()
    say(page, "a red fox in the snow, wide x2, please")
    expect(pictures(page)).to_have_count(before + 2)
    box = pictures(page).last.bounding_box()
    assert box["width"] > box["height"]
    quick(page, "Tall").click()
    expect(pictures(page)).to_have_count(before + 3)
    expect(quick(page, "Wide")).to_be_visible()


def test_edit_button_and_back(page):
    """Edit puts the caret into the field; the next words change the picture; Back brings the one before."""
    as_person(page, "Alex")
    before = pictures(page).count()
    say(page, "a lighthouse on a rock")
    expect(pictures(page)).to_have_count(before + 1)
    quick(page, "Edit").click()
    expect(theirs(page).last).to_contain_text("What shall I change?")
    expect(page.locator(".composer textarea")).to_be_focused()
    say(page, "at night, with a storm")
    expect(pictures(page)).to_have_count(before + 2)
    quick(page, "Back").click()
    expect(pictures(page)).to_have_count(before + 3)
    expect(page.locator(".card").last).to_contain_text("a lighthouse on a rock")


def test_album(page):
    """Several photos that are chosen at once come as an album and are asked about once."""
    as_person(page, "Alex")
    heard, before = theirs(page).count(), pictures(page).count()
    page.locator("input[type=file]").set_input_files(files("teal", "crimson", "navy"))
    expect(theirs(page).last).to_contain_text("Got your 3 photos")
    expect(theirs(page)).to_have_count(heard + 1)
    expect(page.locator(".row.mine .album").last.locator("img")).to_have_count(3)
    quick(page, "Make it a cartoon").click()
    expect(pictures(page)).to_have_count(before + 1)


def test_words_before_the_photo(page):
    """Words that speak of a photo bring buttons that open the photos; the photo is drawn at once."""
    as_person(page, "Alex")
    before = pictures(page).count()
    say(page, "turn this photo into a woodcut")
    expect(quick(page, "Photos").locator(".icon")).to_be_visible()
    with page.expect_file_chooser() as chooser:
        quick(page, "Photos").click()
    chooser.value.set_files(files("olive"))
    expect(pictures(page)).to_have_count(before + 1)


def test_my_pictures_and_deleting(page):
    """The last pictures side by side; one is opened and deleted with a receipt, then all after a question."""
    page.get_by_role("button", name="Add", exact=True).click()
    page.keyboard.type("Kim")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add as a friend").click()
    expect(theirs(page)).to_have_count(1)
    for number, words in enumerate(("a blue boat", "a red boat", "a green boat"), start=1):
        say(page, words)
        expect(pictures(page)).to_have_count(number)
    say(page, "my pictures")
    expect(page.locator(".tile")).to_have_count(3)
    tile = page.locator(".tile img").nth(1)
    expect(tile).not_to_have_js_property("naturalWidth", 0)
    tile.click()
    expect(page.locator(".card").last).to_contain_text("a red boat")
    page.locator(".card").last.get_by_role("button", name="Delete").click()
    expect(theirs(page).last).to_contain_text("Deleted 1 picture")
    say(page, "delete all")
    expect(page.locator(".card.confirm")).to_contain_text("all pictures (2), words and photos")
    page.locator(".card.confirm").get_by_role("button", name="Delete all").click()
    expect(theirs(page).last).to_contain_text("pictures (2) with their files, words and photos")


def test_settings(page):
    """One card of values; a tap is confirmed in one message and holds for the next wish."""
    as_person(page, "Alex")
    before = pictures(page).count()
    say(page, "settings")
    card = page.locator(".card.flex").last
    expect(card.get_by_role("button", name="✓ 1:1")).to_be_visible()
    card.get_by_role("button", name="9:16").click()
    expect(theirs(page).last).to_contain_text("Saved!")
    say(page, "a giraffe in a lift")
    expect(pictures(page)).to_have_count(before + 1)
    box = pictures(page).last.bounding_box()
    assert box["height"] > box["width"]


def test_rich_menu(page):
    """The menu under the chat is open as in LINE, tapped like a button, and Draw puts the caret into the field."""
    as_person(page, "Alex")
    menu = page.get_by_role("group", name="Menu", exact=True)
    menu.get_by_role("button", name="Usage").click()
    expect(theirs(page).last).to_contain_text("Pictures today")
    menu.get_by_role("button", name="Draw").click()
    expect(page.locator(".composer textarea")).to_be_focused()
    expect(menu).to_have_count(0)


def test_refusal(page, running):
    """A refusal says why, and fills the field with one's own words, ready to be changed."""
    as_person(page, "Alex")
    before = pictures(page).count()
    running.do("day", name="openai-refused", mode="once")
    say(page, "a gory battle 3:2")
    quick(page, "Edit my words").click()
    expect(page.locator(".composer textarea")).to_have_value("a gory battle 3:2")
    page.locator(".composer textarea").fill("a snowball battle 3:2")
    page.keyboard.press("Enter")
    expect(pictures(page)).to_have_count(before + 1)


def test_cancel(page, running):
    """What is being drawn is stopped, with a receipt, and does not come."""
    as_person(page, "Alex")
    running.do("set", latencyS=8)
    before = pictures(page).count()
    say(page, "a slow snail")
    expect(page.locator(".trace.open .lane.model .span.open")).to_be_visible()
    say(page, "cancel")
    expect(theirs(page).last).to_contain_text("Cancelled")
    running.do("set", latencyS=0.3)
    say(page, "a quick hare")
    expect(pictures(page)).to_have_count(before + 1)


def test_sticker_is_offered(page):
    """What a sticker means can be drawn, by a tap."""
    as_person(page, "Alex")
    before = pictures(page).count()
    page.get_by_role("button", name="Stickers").click()
    page.get_by_role("button", name="Sticker: love").click()
    expect(page.locator(".card").last).to_contain_text("love")
    page.locator(".card").last.get_by_role("button", name="Draw it").click()
    expect(pictures(page)).to_have_count(before + 1)


def test_edited_message_in_a_group(page):
    """A message that is changed in a group is drawn anew only after a tap."""
    as_person(page, "Alex")
    page.locator(".chatlist button", has_text="sketchers").click()
    before = pictures(page).count()
    say(page, "draw a copper kettle")
    expect(pictures(page)).to_have_count(before + 1)
    open_menu(page, mine(page, "a copper kettle"), "Edit")
    expect(page.locator(".composer textarea")).to_have_value("draw a copper kettle")
    page.locator(".composer textarea").fill("draw a silver kettle 16:9")
    page.keyboard.press("Enter")
    expect(mine(page, "a silver kettle")).to_contain_text("Edited")
    offer = page.locator(".card", has_text="You changed your message")
    offer.last.get_by_role("button", name="Draw it").click()
    expect(pictures(page)).to_have_count(before + 2)


def test_edit_button_in_a_group(page):
    """The field begins with the word that calls Easel, so that one only has to go on writing."""
    as_person(page, "Alex")
    page.locator(".chatlist button", has_text="sketchers").click()
    before = pictures(page).count()
    say(page, "draw a tin soldier")
    expect(pictures(page)).to_have_count(before + 1)
    quick(page, "Edit").click()
    expect(page.locator(".composer textarea")).to_have_value("draw ")
    expect(theirs(page).last).to_contain_text("Reply to this message")
    page.keyboard.type("give him a drum")
    page.keyboard.press("Enter")
    expect(pictures(page)).to_have_count(before + 2)

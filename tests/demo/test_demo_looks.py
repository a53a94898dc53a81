"""How the page looks: what can be seen, read and found again."""

from tests.demo.page import go_to, in_a_browser

pytestmark = in_a_browser


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

"""One demo and one browser for each module of stories."""

import pytest

from tests.chromium import CHROMIUM, FLAGS
from tests.system.demo.demo_process import demo


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One demo for all stories."""
    with demo(tmp_path_factory.mktemp("demo"), "--port", "0") as started:
        yield started


@pytest.fixture(scope="module")
def browser():
    from tests.system.demo.page import playwright  # noqa: PLC0415 - only where there is a browser

    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(running, browser):
    """The page on a fine day with a quick model; it must not complain in the console."""
    from tests.system.demo.page import PATIENCE_MS, go_to  # noqa: PLC0415 - only where there is a browser

    running.do("fine")
    running.do("set", latencyS=0.3)
    running.do("bot", what="start")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en")
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(f"{error} {error.stack}"))
    opened.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    go_to(opened, running)
    yield opened
    context.close()
    assert not [one for one in problems if "ERR_CONNECTION" not in one]

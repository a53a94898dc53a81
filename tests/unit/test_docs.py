"""The page of settings, .env.example and the code name the same settings; every page can be found."""

import re
from pathlib import Path

import pytest

from app.settings import Settings

ROOT = Path(__file__).parents[2]
VARIABLES = sorted(name.upper() for name in Settings.model_fields)
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")

PAGES = sorted({ROOT / "README.md", ROOT / "deploy/README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("sandbox/*.md")})


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_setting_is_documented(variable):
    """A setting has a row on its page and a line in .env.example."""
    assert f"`{variable}`" in SETTINGS
    assert re.search(rf"^(# )?{variable}=", EXAMPLE, flags=re.MULTILINE)


def test_nothing_is_documented_that_is_not_there():
    """.env.example names no variable that Easel does not read."""
    assert set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", EXAMPLE, flags=re.MULTILINE)) == set(VARIABLES)


@pytest.mark.parametrize("variable", VARIABLES)
def test_defaults_are_told_as_they_are(variable):
    """Where .env.example shows a default, it is the real one."""
    shown = re.search(rf"^# {variable}=(.+)$", EXAMPLE, flags=re.MULTILINE)
    default = Settings.model_fields[variable.lower()].default
    if shown is None or default is None:
        return
    told = ",".join(default) if isinstance(default, tuple) else str(default)
    assert shown[1] == (told.lower() if isinstance(default, bool) else told)


def links_of(page):
    """Find where a page leads to on this disk."""
    return {
        (page.parent / link).resolve()
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    """No link of a page leads to nothing."""
    assert not [link for link in links_of(page) if not link.exists()]


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_name_files_that_are_there(page):
    """Whoever is sent to a file or folder finds it; `xx` stands for a file to come."""
    named = re.findall(
        r"`((?:app|bench|deploy|proof|sandbox|tests|training)/[\w./-]+)`", page.read_text(encoding="utf-8")
    )
    assert not [path for path in named if "/xx." not in path and not (ROOT / path).exists()]


def test_every_page_is_found():
    """Who begins at the README comes to each page, by the index of pages at the latest."""
    found, new = set(), {ROOT / "README.md"}
    while new:
        found |= new
        new = {link for page in new for link in links_of(page) if link.suffix == ".md"} - found
    assert {*ROOT.glob("docs/**/*.md"), ROOT / "deploy/README.md"} <= found


def test_compose_is_told_its_files():
    """There is no compose file at the root, so a command without -f would find none."""
    pages = [README, *(page.read_text(encoding="utf-8") for page in ROOT.glob("d*/**/*.md"))]
    assert not [found for page in pages for found in re.findall(r"docker compose\s+(?!-f |--env-file )\S+", page)]

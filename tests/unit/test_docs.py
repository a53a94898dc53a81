"""What the pages say is what the code does, and every page can be found."""

import ast
import io
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from rich.console import Console
from typer.main import get_command

from app.cli import cli
from app.ops.price_list import markdown
from app.settings import MODELS, Settings

ROOT = Path(__file__).parents[2]
VARIABLES = sorted(name.upper() for name in Settings.model_fields)
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")

PAGES = sorted(
    {*ROOT.glob("README*.md"), ROOT / "deploy/README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("sandbox/*.md")}
)


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


def told_in(page: Path, pattern: str) -> set[str]:
    """Find commands in the code of a page, in blocks and within sentences."""
    code = re.findall(r"```\w*\n(.*?)```|`([^`\n]+)`", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = [line.partition("  #")[0] for block, span in code for line in (block or span).splitlines()]
    return {found for line in lines for found in re.findall(pattern, line)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_are_there(page):
    """Whatever a page has typed is a command of Easel, with options that it takes, or a target of make."""
    commands = vars(get_command(cli))["commands"]
    for told in told_in(page, r"(?:^(?:uvx line-)?|bin/|\beasel )easel ([a-z]+(?: [^`|]*)?)"):
        name, *words = told.removeprefix("easel ").split()
        assert name in commands, told
        known = {
            option for parameter in commands[name].params for option in (*parameter.opts, *parameter.secondary_opts)
        }
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known | {"--help"}, told
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert told_in(page, r"^(?:sudo )?make (?:--directory \S+ )?([a-z-]+)") <= targets


FAMILIES = "|".join(sorted({name.partition("_")[0] for name in VARIABLES}))
OTHERS = {"ADMIN_URL", "OTEL_EXPORTER_OTLP_HEADERS"}  # of an administrator of Postgres, of OpenTelemetry


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_settings_are_there(page):
    """A page names no setting that Easel does not read."""
    named = told_in(page, rf"\b(?:{FAMILIES})(?:_[A-Z0-9]+)+\b")
    assert {name.removesuffix("_FILE") for name in named - OTHERS} <= set(VARIABLES)


@pytest.mark.parametrize("language", ["zh-TW", "en", "ja", "th"])
def test_people_are_told_words_that_delete(language):
    """The text for one's profile names words that Easel takes as "delete everything", as they stand there."""
    told = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8").partition("## Text for your profile")[2]
    path = ROOT / "app" / "reading" / "vocabulary" / f"{language}.toml"
    known = tomllib.loads(path.read_text(encoding="utf-8"))["commands"]["delete_all"]
    assert {words for pair in re.findall(r'"([^"]+)"|「([^」]+)」', told) for words in pair if words} & set(known)


def facts_of(readme: str) -> dict[str, list[str]]:
    """Find what must be the same in every language: all but the words, the comments and the language switch."""
    body = readme.partition("\n")[2]
    blocks = re.findall(r"```console\n(.*?)```", body, flags=re.DOTALL)
    prose = re.sub(r"```.*?```", "", body, flags=re.DOTALL)
    rows = [line for line in prose.splitlines() if line.startswith("|")]
    return {
        "commands": [line.partition("  #")[0].rstrip() for block in blocks for line in block.splitlines()],
        "links": re.findall(r"\]\(([^)]+)\)", prose),
        "code": sorted(re.findall(r"`([^`]+)`", prose)),
        "rows": [str((row.count("|"), sorted(re.findall(r"`([^`]+)`|\b(\d+)\b", row)))) for row in rows],
        "amounts": sorted(re.findall(r"\d+(?:\.\d+)*", re.sub(r"\]\([^)]+\)", "]", prose))),
        "headings": re.findall(r"^#+ ", body, flags=re.MULTILINE),
    }


@pytest.mark.parametrize("language", ["zh-TW", "ja"])
@pytest.mark.parametrize("kind", ["commands", "links", "code", "rows", "amounts", "headings"])
def test_readmes_agree(language, kind):
    """Whatever language one reads: the same commands, links, settings, tables and figures, in the same order."""
    translated = (ROOT / f"README.{language}.md").read_text(encoding="utf-8")
    assert facts_of(translated)[kind] == facts_of(README)[kind]


def test_readmes_lead_to_each_other():
    """The first line of each leads to the other two."""
    for readme in ROOT.glob("README*.md"):
        switch = readme.read_text(encoding="utf-8").partition("\n")[0]
        assert set(re.findall(r"\((README[^)]*)\)", switch)) == {one.name for one in ROOT.glob("README*.md")} - {
            readme.name
        }


def test_no_command_names_compose_files():
    """`.env` does, once: a command with fewer of them would put an Easel on another database in the place of ours."""
    told = {page: re.findall(r"docker compose (?:--env-file|--file|-f)\b.*", page.read_text("utf-8")) for page in PAGES}
    assert not {page: found for page, found in told.items() if found}


def test_prices_are_told_as_they_are():
    """The table on the page of prices is what `easel prices --markdown` prints."""
    printed = io.StringIO()
    Console(file=printed, width=120).print(markdown(MODELS))
    page = (ROOT / "docs" / "prices.md").read_text(encoding="utf-8")
    shown = page.partition("<!-- easel prices --markdown -->")[2].partition("<!-- end -->")[0]
    assert shown.split("\n")[2:-2] == [line.rstrip() for line in printed.getvalue().split("\n") if line.strip()]


def events_in(tree: ast.AST) -> Iterator[str]:
    """Find what is logged as a warning or worse: log.warning(...), level(...) and counted refusals."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    named = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in calls:
        if re.fullmatch(
            r"log\.(warning|error|exception|critical)|level|say|self\._refusals\.note", ast.unparse(call.func)
        ):
            event = call.args[0]
            event = named.get(event.id, event) if isinstance(event, ast.Name) else event
            yield from (str(part.value) for part in ast.walk(event) if isinstance(part, ast.Constant))


def test_every_event_of_trouble_has_its_row():
    """Whoever finds a warning or an error in the log finds what to do, and no row is of an event that is gone."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "app").rglob("*.py")]
    logged = {event for source in sources for event in events_in(ast.parse(source))}
    logged |= set(re.findall(r'"event": "(\w+)"', "".join(sources)))
    assert len(logged) > 70
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8").partition("## By log event")[2]
    rows = re.findall(r"^\| (`.+?`) \|", page, flags=re.MULTILINE)
    assert sorted(event for row in rows for event in re.findall(r"`(\w+)`", row)) == sorted(logged)


def test_every_alert_leads_to_its_heading():
    """The link of an alert opens the runbook at its own heading, which says what to type."""
    alerts = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    assert [rule["alert"] for rule in rules] == re.findall(r"^## (\w+)$", runbook, flags=re.MULTILINE)
    for rule in rules:
        assert rule["annotations"]["runbook_url"].endswith(f"/docs/runbook.md#{rule['alert'].lower()}")


def anchors_of(page: Path) -> set[str]:
    """Return what the headings of a page are called in links, as GitHub does it."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_into_pages_find_their_headings(page):
    """A link to a part of a page arrives there."""
    links = re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", page.read_text(encoding="utf-8"))
    wrong = [(path, part) for path, part in links if part not in anchors_of((page.parent / path) if path else page)]
    assert not wrong


def test_the_certificate_comes_before_the_file_that_names_it():
    """No nginx reads a file whose certificate is not there: on a fresh machine any other order ends in an error."""
    page = (ROOT / "docs" / "deploy" / "reverse-proxies.md").read_text(encoding="utf-8")
    steps = [page.index(step) for step in ("certbot certonly", "/etc/nginx/conf.d/easel.conf", "sudo nginx -t")]
    assert steps == sorted(steps)


def test_a_channel_secret_is_issued_before_it_is_set():
    """LINE makes it and ends the old one with that, so webhooks are refused for a while and have to come again."""
    section = (ROOT / "docs" / "upgrade.md").read_text(encoding="utf-8").partition("## Secrets")[2]
    steps = [
        section.index(step) for step in ("*Webhook redelivery*", "*Issue*", "LINE_CHANNEL_SECRET_PREVIOUS", "restart.")
    ]
    assert steps == sorted(steps)


def test_the_runbook_asks_no_port_that_compose_does_not_publish():
    """With TLS or Postgres no port of Easel's is published: a refused connection would say nothing of Easel."""
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", runbook, flags=re.DOTALL)
    typed = [line.partition("  #")[0] for block in blocks for line in block.splitlines()]
    assert [line for line in typed if "docker compose exec easel" in line]
    assert not [line for line in typed if "127.0.0.1" in line and " exec " not in line]

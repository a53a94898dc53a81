"""Asks for the values of each vendor, tries them at once, and saves them. Needs a terminal."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import typer

from app.ops.doctor.check_line import check_line
from app.ops.doctor.check_openai import check_openai
from app.ops.doctor.examine import check_r2
from app.ops.doctor.finding import Finding, Section, any_failed, failed
from app.ops.doctor.report import text
from app.ops.init import env_file
from app.ops.init.questions import GROUPS, PLACEHOLDERS, Group, SettingQuestion
from app.settings import Settings, SettingsError, load

_CHECKS: Final[Mapping[str, Callable[[Settings], Awaitable[Sequence[Finding]]]]] = {
    "LINE": check_line,
    "OpenAI": lambda settings: check_openai(settings, draws=False),
    "R2": check_r2,
}


def missing(path: Path) -> list[str]:
    """Return a line for each value that is set neither in the environment nor in the file, with where to find it."""
    values = env_file.read(path) | os.environ
    lines = []
    for group in GROUPS:
        if left := [one for one in group.questions if not values.get(one.name)]:
            lines += [f"{group.title}:", *_numbered(group.steps), *(f"  - {one.name}: {one.where}" for one in left)]
    return lines


def interview(path: Path, *, width_chars: int) -> None:
    """Ask for every value, vendor by vendor; the values of one vendor are saved before the next is asked about."""
    values = env_file.read(path)
    for group in GROUPS:
        typer.secho(f"\n{group.title}", bold=True)
        if not all((values | os.environ).get(one.name) for one in group.questions):
            typer.echo("\n".join(["  If you have none of it yet:", *_numbered(group.steps), "  Then:"]))
        values |= _settle(group, values, width_chars=width_chars)
        env_file.write(path, {one.name: values[one.name] for one in group.questions if one.name in values})
    typer.echo(f"\nWritten to {path}, which only you may read.")


def _numbered(steps: Sequence[str]) -> list[str]:
    return [f"  {number}. {step}" for number, step in enumerate(steps, start=1)]


def _settle(group: Group, values: Mapping[str, str], *, width_chars: int) -> dict[str, str]:
    """Ask until the vendor accepts the values, or the operator prefers to go on with them as they are."""
    said = dict(values)
    while True:
        said |= {one.name: _ask(one, said.get(one.name, "")) for one in group.questions if one.name not in os.environ}
        found = _check_values(group, said)
        typer.echo(text([Section(title=group.title, findings=found)], width_chars=width_chars))
        if not any_failed(found) or not typer.confirm("Correct it now?", default=True):
            return {one.name: said[one.name] for one in group.questions if one.name in said}


def _ask(question: SettingQuestion, known: str) -> str:
    typer.echo(f"  {question.where}")
    if question.is_secret and known:
        said = typer.prompt(f"  {question.name} (Enter keeps it)", default=known, show_default=False, hide_input=True)
    else:
        said = typer.prompt(f"  {question.name}", default=known or None, hide_input=question.is_secret)
    return str(said).strip()


def _check_values(group: Group, said: Mapping[str, str]) -> list[Finding]:
    values = PLACEHOLDERS | {name: value for name, value in said.items() if value}
    own = {one.name for one in group.questions}
    environment = {name.lower(): value for name, value in values.items() if name not in os.environ}
    known = {name: value for name, value in environment.items() if name in Settings.model_fields}
    try:
        settings = load(**known)
    except SettingsError as error:
        wrong = [one for one in error.problems if one.split()[0] in own] or list(error.problems)
        return [_problem(one) for one in wrong]
    found = asyncio.run(_check(group, settings))
    return [one for one in found if one.check in group.checks]


async def _check(group: Group, settings: Settings) -> Sequence[Finding]:
    return await _CHECKS[group.title](settings)


def _problem(problem: str) -> Finding:
    name, _, rest = problem.partition(" ")
    return failed(name.removesuffix(":"), rest, cure="Copy it again")

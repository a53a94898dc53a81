"""Creates the rich menus that have changed, and shows everybody the one in the default language.

LINE shows everybody one default menu, unless another was linked to a person by a call of its own. So the default is
that of DEFAULT_LANGUAGE; the service finds the others by their names and links people who write to that of their
language.
"""

from collections.abc import Sequence
from typing import Final

from app.errors import BadRequest
from app.line.console import LineConsole
from app.line.rich_menus import language_of
from app.ops.setup.menu_layout import Menu, menu
from app.ops.setup.step import SetupStep, StepOutcome
from app.words.chat_settings import LANGUAGES

_NAME: Final = "rich menu"
_KIND: Final = "image/png"


async def set_rich_menu(console: LineConsole, *, default_language: str) -> Sequence[SetupStep]:
    """Create what is missing, show the default, then delete our older ones. Menus that are not ours stay."""
    listed = await console.rich_menus()
    ours = {one.id for one in listed if language_of(one.name)}
    ids = {one.name: one.id for one in listed}
    wanted = {language: menu(language) for language in LANGUAGES}
    missing = [one for one in wanted.values() if one.name not in ids]
    for one in missing:
        ids[one.name] = await _make(console, one)
    shown = await _show(console, wanted[default_language], ids, ours)
    old = ours - {ids[one.name] for one in wanted.values()}
    for menu_id in old:
        await console.delete_rich_menu(menu_id)
    return [_made(missing, len(old)), shown]


async def _make(console: LineConsole, one: Menu) -> str:
    menu_id = await console.create_rich_menu(one.body)
    try:
        await console.upload_rich_menu_image(menu_id, one.picture, content_type=_KIND)
    except BaseException:
        # Without its image, the next run would take it for finished.
        await console.delete_rich_menu(menu_id)
        raise
    return menu_id


async def _show(console: LineConsole, default: Menu, ids: dict[str, str], ours: set[str]) -> SetupStep:
    name, before = f"{_NAME} shown", await console.default_rich_menu()
    told = f"{default.name}, to everybody"
    if before == ids[default.name]:
        return SetupStep(name=name, outcome=StepOutcome.ALREADY, told=told)
    try:
        await console.set_default_rich_menu(ids[default.name])
    except BadRequest:  # it has no picture: an earlier run was killed between the two calls
        await console.delete_rich_menu(ids[default.name])
        ids[default.name] = await _make(console, default)
        await console.set_default_rich_menu(ids[default.name])
    if before is not None and before not in ours:
        told = f"{told}, in place of {before}, which is not Easel's and is kept"
    return SetupStep(name=name, outcome=StepOutcome.DONE, told=told)


def _made(missing: Sequence[Menu], old: int) -> SetupStep:
    gone = f"; {old} older deleted" if old else ""
    if not missing:
        outcome = StepOutcome.DONE if old else StepOutcome.ALREADY
        return SetupStep(name=_NAME, outcome=outcome, told=f"{', '.join(LANGUAGES)} are there{gone}")
    languages = ", ".join(one.language for one in missing)
    return SetupStep(name=_NAME, outcome=StepOutcome.DONE, told=f"{languages} made{gone}")

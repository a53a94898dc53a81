"""Builds what the steps need and runs them one after the other."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Final

from app.errors import EaselError
from app.line.console import LineConsole
from app.ops.doctor import cures
from app.ops.doctor.attempts import Vendor, cure_of, said
from app.ops.doctor.check_bucket import open_bucket
from app.ops.doctor.check_line import open_console
from app.ops.doctor.finding import NOT_FORESEEN, FindingVerdict, not_foreseen
from app.ops.doctor.line_account import RESPONSE_SETTINGS
from app.ops.doctor.line_channel import check_channel
from app.ops.setup.bucket_rule import set_retention
from app.ops.setup.rich_menu import set_rich_menu
from app.ops.setup.step import SetupStep, StepOutcome, any_failed
from app.ops.setup.webhook_address import set_webhook
from app.settings import Settings

LINE_S: Final = 10.0

_CONSOLE: Final = "LINE Developers console > your channel > Messaging API"
_BY_HAND: Final = (
    ("redelivery", "so that an event that missed us comes again", f"{_CONSOLE} > Webhook redelivery: on"),
    ("auto-reply", "or people get two answers", f"{RESPONSE_SETTINGS}: Auto-response messages off"),
    ("greeting", "Easel greets in the person's language", f"{RESPONSE_SETTINGS}: Greeting message off"),
    ("groups", "for drawing in groups", f"{_CONSOLE} > Allow bot to join group chats: on"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupWishes:
    """What is to be set up. `url` None: keep the webhook's current URL."""

    url: str | None
    rich_menu: bool
    retention: bool


async def set_up(settings: Settings, wanted: SetupWishes) -> Sequence[SetupStep]:
    """Run every step. A failed one does not stop the others, except those at LINE if the token or channel is wrong."""
    console = open_console(settings, timeout_s=LINE_S)
    try:
        steps = await _at_line(console, settings, wanted)
    finally:
        await console.aclose()
    if wanted.retention:
        steps += await _at_r2(settings)
    return [*steps, *_by_hand()]


async def _at_line(console: LineConsole, settings: Settings, wanted: SetupWishes) -> list[SetupStep]:
    line = cures.line(settings.line_api_base_url)
    steps = await _tried("bot", _bot(console), line)
    if any_failed(steps):
        return steps
    steps += await _tried("one channel", _one_channel(settings), line)
    if any_failed(steps):  # menus and URL would go to a channel that is not the service's
        return steps
    steps += await _tried("webhook", set_webhook(console, wanted.url), line)
    if wanted.rich_menu:
        menus = set_rich_menu(console, default_language=settings.default_language)
        steps += await _tried("rich menu", menus, line)
    return steps


async def _at_r2(settings: Settings) -> list[SetupStep]:
    bucket = open_bucket(settings)
    try:
        setting = set_retention(bucket, days=settings.picture_retention_days)
        return await _tried("retention", setting, cures.r2(settings.bucket_endpoint_url))
    finally:
        await bucket.aclose()


async def _bot(console: LineConsole) -> Sequence[SetupStep]:
    bot = await console.bot_info()
    return [SetupStep(name="bot", outcome=StepOutcome.OK, told=f"{bot.name}, {bot.basic_id}")]


async def _one_channel(settings: Settings) -> Sequence[SetupStep]:
    found = await check_channel(
        base_url=settings.line_api_base_url,
        access_token=settings.line_channel_access_token.get_secret_value(),
        channel_secret=settings.line_channel_secret.get_secret_value(),
    )
    outcomes = {FindingVerdict.FAILED: StepOutcome.FAILED, FindingVerdict.WARNING: StepOutcome.BY_HAND}
    return [
        SetupStep(name=one.check, outcome=outcomes.get(one.verdict, StepOutcome.OK), told=one.evidence, cure=one.cure)
        for one in found
    ]


async def _tried(name: str, work: Awaitable[Sequence[SetupStep]], vendor: Vendor) -> list[SetupStep]:
    try:
        return list(await work)
    except EaselError as error:
        return [SetupStep(name=name, outcome=StepOutcome.FAILED, told=said(error), cure=cure_of(error, vendor))]
    except Exception as error:  # noqa: BLE001 - what was set before must still be reported
        return [SetupStep(name=name, outcome=StepOutcome.FAILED, told=not_foreseen(error), cure=NOT_FORESEEN)]


def _by_hand() -> list[SetupStep]:
    return [SetupStep(name=name, outcome=StepOutcome.BY_HAND, told=why, cure=where) for name, why, where in _BY_HAND]

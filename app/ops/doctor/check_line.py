"""The checks of LINE, and the client that they share."""

import asyncio
from collections.abc import Sequence
from typing import Final

from app.line.console import LineConsole
from app.ops.doctor import cures
from app.ops.doctor.attempts import Attempts
from app.ops.doctor.finding import Finding, any_failed, skipped
from app.ops.doctor.keys import channel_secret, is_channel_secret
from app.ops.doctor.line_account import check_bot, check_quota
from app.ops.doctor.line_channel import check_channel
from app.ops.doctor.line_webhook import check_webhook
from app.settings import Settings

CALL_S: Final = 5.0


async def check_line(settings: Settings) -> Sequence[Finding]:
    """Try the access token, then everything that needs it, concurrently."""
    console = open_console(settings)
    try:
        return await _check(settings, console)
    finally:
        await console.aclose()


def open_console(settings: Settings, *, timeout_s: float = CALL_S) -> LineConsole:
    """Create a client; close it after use."""
    return LineConsole(
        channel_access_token=settings.line_channel_access_token.get_secret_value(),
        base_url=settings.line_api_base_url,
        data_base_url=settings.line_data_api_base_url,
        timeout_s=timeout_s,
    )


async def _check(settings: Settings, console: LineConsole) -> Sequence[Finding]:
    token, secret = settings.line_channel_access_token, settings.line_channel_secret
    attempts = Attempts(cures.line(settings.line_api_base_url))
    shape = channel_secret(secret.get_secret_value(), token.get_secret_value())
    if is_channel_secret(token.get_secret_value()):  # LINE would only say that it is not a token
        return [shape, skipped("access token", "it looks like a channel secret")]
    bot = await attempts.make("access token", check_bot(console))
    if any_failed(bot):
        return [shape, *bot]
    channel = check_channel(
        base_url=settings.line_api_base_url,
        access_token=token.get_secret_value(),
        channel_secret=secret.get_secret_value(),
    )
    others = await asyncio.gather(
        attempts.make("one channel", channel),
        attempts.make("quota", check_quota(console, pushes=settings.late_delivery == "push")),
        attempts.make("webhook", check_webhook(console)),
    )
    return [shape, *bot, *(finding for findings in others for finding in findings)]

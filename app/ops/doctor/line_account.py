"""The account at LINE: the access token, the bot's profile, who answers people, what is left of the month."""

from typing import Final

from app.line.client import BotInfo
from app.line.console import LineConsole
from app.ops.doctor.finding import Finding, ok, skipped, warning

RESPONSE_SETTINGS: Final = "LINE Official Account Manager > Settings > Response settings"
FEW: Final = 0.1  # of the month's messages


async def check_bot(console: LineConsole) -> list[Finding]:
    """Try the access token, and report the bot's profile."""
    bot = await console.bot_info()
    cure = f"{RESPONSE_SETTINGS}: Auto-response and Greeting message off"
    return [
        ok("access token", f"it is {bot.name}'s, {bot.basic_id}"),
        _chat_mode(bot),
        skipped("auto-reply", "LINE's API does not tell", cure=cure),
    ]


async def check_quota(console: LineConsole, *, pushes: bool) -> list[Finding]:
    """Report the month's paid messages. `pushes`: late pictures are pushed, which uses them up."""
    quota = await console.push_quota()
    if quota.limit is None or quota.remaining is None:
        return [ok("quota", f"{quota.used} paid messages used this month, no limit")]
    seen = f"{quota.used} of {quota.limit} paid messages used this month, {quota.remaining} left"
    if not pushes:
        return [ok("quota", f"{seen}; Easel answers with free replies")]
    if quota.remaining <= quota.limit * FEW:
        cure = "Book a larger plan, or set LATE_DELIVERY=button; used up, late pictures wait for a tap"
        return [warning("quota", seen, cure=cure)]
    return [ok("quota", seen)]


def _chat_mode(bot: BotInfo) -> Finding:
    if bot.chat_mode != "chat":
        return ok("chat mode", "bot: nobody answers by hand beside Easel")
    cure = f"If nobody answers by hand, switch Chat off: {RESPONSE_SETTINGS}"
    return warning("chat mode", "chat: people may answer by hand, and messages stay unread until they do", cure=cure)

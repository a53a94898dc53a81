"""Kills, stops and starts the bot for the page, with other settings or with an empty database."""

import asyncio
from collections.abc import Callable

from line_sandbox.page.chat_page import ChatPage
from line_sandbox.page.state import NotAllowed, Value
from line_sandbox.page.tasks import Tasks

from app.demo.bot import Bot
from app.demo.bot_database import BotDatabase

# Settings that the page may change, and the values that they may take.
CHOICES = {
    "LATE_DELIVERY": frozenset({"button", "push"}),
    "REPLY_DEADLINE_S": frozenset({"3", "8", "20", "45"}),
    "IMAGE_FORMAT": frozenset({"jpeg", "png", "webp"}),
}
DEFAULTS = {"LATE_DELIVERY": "button", "REPLY_DEADLINE_S": "45", "IMAGE_FORMAT": "jpeg"}


class Operator:
    """Controls the bot that the page talks to, once it has been given one."""

    def __init__(self, page: ChatPage, *, tells_token: bool) -> None:
        """`tells_token`: whether the page gets the dashboard's token, so that all who see it may sign in there."""
        self.bot: Bot | None = None
        self.database: BotDatabase | None = None
        self.dashboard_token = ""
        self._tells_token = tells_token
        self._page = page
        self._marked = ""
        self._working = Tasks("operator")

    async def close(self) -> None:
        """Cancel what is being done; the bot itself is stopped by whoever started it."""
        await self._working.close()

    def show(self) -> None:
        """Show the bot on the page as it is now."""
        if (bot := self.bot) is None:
            return
        dashboard = {"url": bot.dashboard_url, "token": self.dashboard_token} if self._tells_token else None
        self._page.show_bot(
            state=bot.state,
            pid=bot.pid,
            starts=bot.starts,
            settings=DEFAULTS | bot.settings,
            dashboard=dashboard,
            lastWords=bot.last_words if bot.state == "died" else "",
        )

    def changed(self) -> None:
        """Handle a change of the process's state."""
        if self.bot is not None and self.bot.state != self._marked:
            self._marked = self.bot.state
            if self.bot.state in {"killed", "died", "stopping", "ready"}:
                self._page.traces.mark(f"bot_{self.bot.state}")
            if self.bot.state == "ready":
                self._page.line.webhook_url = self.bot.callback_url
        self.show()

    def forget_gone_models(self) -> None:
        """Have the bot ask all models again, now that they are back."""
        if self.bot is not None and self.database is not None:
            self._working.start(self._forget_gone_models(self.bot, self.database))

    def forget_language(self, person: str) -> None:
        """Have the bot ask again for the language of a person's phone."""
        if self.database is not None:
            self._working.start(self.database.forget_language(person))

    def start_over(self, *, clear: Callable[[], None], open_again: Callable[[], None]) -> None:
        """Restart the bot with an empty database: `clear` runs while it is stopped, `open_again` after its start."""
        if self.bot is None or self.database is None:
            raise NotAllowed("this bot is not ours to start over")
        self._working.start(self._start_over(self.bot, self.database, clear, open_again))

    def do(self, wish: Value) -> None:
        """Kill, stop or start the bot, or restart it with `settings`."""
        if (bot := self.bot) is None:
            raise NotAllowed("this bot is not ours to start and stop")
        match wish.get("what"):
            case "kill":
                self._working.start(bot.kill())
            case "stop":
                self._working.start(bot.stop())
            case "start":
                self._working.start(bot.start())
            case "restart":
                self._working.start(self._restart(bot, _checked(wish.get("settings"))))
            case _:
                raise NotAllowed("the bot can be killed, stopped, started and restarted")

    async def _forget_gone_models(self, bot: Bot, database: BotDatabase) -> None:
        # The process also keeps in memory what it learned lately, so it is restarted if it is running.
        runs = bot.pid is not None
        await bot.stop()
        await database.forget_gone_models()
        if runs:
            await bot.start()

    async def _start_over(
        self, bot: Bot, database: BotDatabase, clear: Callable[[], None], open_again: Callable[[], None]
    ) -> None:
        await bot.stop()
        await asyncio.to_thread(database.erase)
        bot.settings.clear()
        clear()
        await bot.start()
        open_again()

    async def _restart(self, bot: Bot, settings: dict[str, str]) -> None:
        await bot.stop()
        bot.settings |= settings
        await bot.start()


def _checked(settings: object) -> dict[str, str]:
    wanted = {str(name): str(value) for name, value in settings.items()} if isinstance(settings, dict) else {}
    if any(value not in CHOICES.get(name, ()) for name, value in wanted.items()):
        raise NotAllowed(f"the page can change {', '.join(CHOICES)} only")
    return wanted

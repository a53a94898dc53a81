"""The operator's hands on the bot: kill it, stop it, start it, with other settings."""

from line_sandbox.line import LineStandIn

from app.demo.bot import Bot
from app.demo.errors import NotAllowed
from app.demo.state import Board, Value
from app.demo.tasks import Tasks
from app.demo.traces import Traces

# Settings that the page may change, and what they may be.
CHOICES = {
    "LATE_DELIVERY": frozenset({"button", "push"}),
    "REPLY_DEADLINE_S": frozenset({"3", "8", "20", "45"}),
    "IMAGE_FORMAT": frozenset({"jpeg", "png", "webp"}),
}
DEFAULTS = {"LATE_DELIVERY": "button", "REPLY_DEADLINE_S": "45", "IMAGE_FORMAT": "jpeg"}


class Operator:
    """Has a bot of ours, or only the address of somebody else's."""

    def __init__(self, board: Board, traces: Traces, line: LineStandIn) -> None:
        """Keep the parts."""
        self.bot: Bot | None = None
        self.dashboard_token = ""
        self._board = board
        self._traces = traces
        self._line = line
        self._marked = ""
        self._working = Tasks("operator")

    async def close(self) -> None:
        """End what is being done; the bot itself is stopped by who started it."""
        await self._working.close()

    def show(self) -> None:
        """Put the bot on the board as it is now."""
        bot = self.bot
        value: Value = {"ours": bot is not None, "url": self._line.webhook_url, "name": self._line.bot_name}
        value["id"] = self._line.bot_user_id
        if bot is not None:
            value |= {"state": bot.state, "pid": bot.pid, "starts": bot.starts, "settings": DEFAULTS | bot.settings}
            value["dashboard"] = {"url": bot.dashboard_url, "token": self.dashboard_token}
            value["lastWords"] = bot.last_words if bot.state == "died" else ""
        self._board.put("bot", "bot", value)

    def changed(self) -> None:
        """The process has another state now."""
        if self.bot is not None and self.bot.state != self._marked:
            self._marked = self.bot.state
            if self.bot.state in {"killed", "died", "stopping", "ready"}:
                self._traces.mark(f"bot_{self.bot.state}")
            if self.bot.state == "ready":
                self._line.webhook_url = self.bot.callback_url
        self.show()

    def do(self, wish: Value) -> None:
        """Do one of kill, stop, start; or restart with `settings`."""
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

    async def _restart(self, bot: Bot, settings: dict[str, str]) -> None:
        await bot.stop()
        bot.settings |= settings
        await bot.start()


def _checked(settings: object) -> dict[str, str]:
    wanted = {str(name): str(value) for name, value in settings.items()} if isinstance(settings, dict) else {}
    if any(value not in CHOICES.get(name, ()) for name, value in wanted.items()):
        raise NotAllowed(f"the page can change {', '.join(CHOICES)} only")
    return wanted

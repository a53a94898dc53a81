"""The bench of bad days: what the page can make go wrong, and how it tells what is going wrong."""

from typing import TYPE_CHECKING

from line_sandbox.bad_days import BadDay, bad_days
from line_sandbox.page.stand_ins import StandIns
from line_sandbox.page.state import NotAllowed, PageState, Value
from line_sandbox.page.wire import Vendor

if TYPE_CHECKING:
    from line_sandbox.faults import Rule

LATENCY_S_MAX = 120.0
TOKEN_S_MIN, TOKEN_S_MAX = 3.0, 60.0
QUOTA = 200
REDELIVERIES, REDELIVERY_DELAY_S = 10, 2.0


class FaultSwitches:
    """Switches and sliders. `real`: vendors that are the real ones and cannot be made to fail."""

    def __init__(self, stage: StandIns, board: PageState, *, real: frozenset[Vendor] = frozenset()) -> None:
        self._stage = stage
        self._board = board
        self._real = real
        self._days = bad_days()
        self._rules: dict[str, Rule] = {}
        self._struck: set[str] = set()
        self._latency_s = stage.openai.latency_s

    def show(self) -> None:
        """Put the state of every switch on the board."""
        line = self._stage.line
        latency = self._stage.openai.latency_s
        settings: Value = {
            "latencyS": 0.0 if callable(latency) else latency,
            "tokenLifeS": line.token_life_s,
            "quotaGone": line.monthly_quota is not None and line.used_this_month >= line.monthly_quota,
            "used": line.used_this_month,
            "quota": line.monthly_quota,
            "redelivers": line.redeliveries > 0,
            "invoice": self._stage.openai.micro_dollars,
            "pictures": self._stage.r2.puts,
        }
        self._board.put("bench", "bench", settings)
        for name, day in self._days.items():
            rule = self._rules.get(name)
            mode = "off" if rule is None or rule.left == 0 else "always" if rule.left is None else "once"
            value: Value = {
                "vendor": day.vendor, "title": day.title, "mode": mode,
                "hits": rule.hits if rule else 0, "real": day.vendor in self._real,
            }  # fmt: skip
            self._board.put("day", name, value)

    def day(self, wish: Value) -> None:
        """Bring a bad day about: for the next call, for all calls, or end it."""
        day, mode = self._day(wish), wish.get("mode")
        if mode not in {"off", "once", "always"}:
            raise NotAllowed("a bad day is off, once or always")
        if day.vendor in self._real and mode != "off":
            raise NotAllowed("this vendor is the real one")
        stand_in = self._stage.vendors[day.vendor]
        if rule := self._rules.pop(day.name, None):
            stand_in.faults.remove(rule)
            if rule.hits:
                self._struck.add(day.name)
        if mode != "off":
            self._rules[day.name] = stand_in.faults.add(day.fault, match=day.match, times=1 if mode == "once" else None)
        self.show()

    def set(self, wish: Value) -> None:
        """Move sliders: any of latencyS, tokenLifeS, quotaGone, redelivers."""
        line = self._stage.line
        if "latencyS" in wish:
            self._stage.openai.latency_s = _between(wish["latencyS"], 0.0, LATENCY_S_MAX)
        if "tokenLifeS" in wish:
            line.token_life_s = _between(wish["tokenLifeS"], TOKEN_S_MIN, TOKEN_S_MAX)
        if "quotaGone" in wish:
            line.used_this_month = QUOTA if wish["quotaGone"] else 0
        if "redelivers" in wish:
            line.redeliveries, line.redelivery_delay_s = (REDELIVERIES if wish["redelivers"] else 0), REDELIVERY_DELAY_S
        self.show()

    def has_struck(self, name: str) -> bool:
        """Whether the bot has met this bad day since the last fine one."""
        rule = self._rules.get(name)
        return name in self._struck or (rule is not None and rule.hits > 0)

    def fine(self, _wish: Value) -> None:
        """Make it a fine day again."""
        self._struck.clear()
        for stand_in in self._stage.vendors.values():
            stand_in.faults.clear()
        self._rules.clear()
        self.set({"tokenLifeS": TOKEN_S_MAX, "quotaGone": False, "redelivers": False})

    def start_over(self) -> None:
        """As it was at the beginning: a fine day, nothing spent, nothing stored, nobody in the chats."""
        stage = self._stage
        stage.openai.latency_s = self._latency_s
        stage.openai.invoice.clear()
        stage.r2.objects.clear()
        stage.r2.puts = 0
        for chat in list(stage.line.chats):
            stage.line.stop_loading(chat)
        for kept in (stage.line.chats, stage.line.contents, stage.line.people, stage.line.groups):
            kept.clear()
        self.fine({})

    def _day(self, wish: Value) -> BadDay:
        if (day := self._days.get(str(wish.get("name")))) is None:
            raise NotAllowed("there is no such bad day")
        return day


def _between(value: object, least: float, most: float) -> float:
    if not isinstance(value, int | float) or not least <= value <= most:
        raise NotAllowed(f"a number between {least:g} and {most:g}")
    return float(value)

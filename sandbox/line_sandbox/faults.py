"""Bad days on demand, common to all stand-ins: what goes wrong, on which requests, how many times."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from line_sandbox.front import Call

Match = str | Callable[["Call"], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole HTTP answer."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to fail. Made by the class methods; a fault that only waits lets the next one, or the vendor, answer.

    Attributes:
        name: For people: "status 503", "drop".
        answer: Said in place of the vendor.
        acts: The vendor does its work, and charges, although the answer is spoilt.
        drops: The connection is closed without an answer.
        truncates: Half of the body is sent under a Content-Length for all of it.
        wait_s: Seconds to wait.
        hold: Wait until this is set.
        waits_after: Wait after the vendor acted and before it answers.
    """

    name: str
    answer: Answer | None = None
    acts: bool = False
    drops: bool = False
    truncates: bool = False
    wait_s: float = 0.0
    hold: asyncio.Event | None = None
    waits_after: bool = False

    @property
    def only_waits(self) -> bool:
        """Whether the vendor answers as usual in the end."""
        return self.answer is None and not self.drops and not self.truncates

    @classmethod
    def status(
        cls, code: int, body: object = b"", *, headers: Mapping[str, str] | None = None, retry_after: str | None = None
    ) -> "Fault":
        """Answer with this status without acting. A body that is not bytes or text is sent as JSON."""
        extra = dict(headers or {}) | ({"retry-after": retry_after} if retry_after is not None else {})
        return cls(name=f"status {code}", answer=_answer(code, body, extra))

    @classmethod
    def body(cls, body: object, *, content_type: str = "application/json", status: int = 200) -> "Fault":
        """Act, but answer with this body: an empty one, no JSON, no base64, a page of a proxy."""
        return cls(name="body", answer=_answer(status, body, {"content-type": content_type}), acts=True)

    @classmethod
    def drop(cls) -> "Fault":
        """Close the connection without acting and without an answer."""
        return cls(name="drop", drops=True)

    @classmethod
    def drop_after(cls) -> "Fault":
        """Act (send the message, paint and charge, store) and close the connection without an answer."""
        return cls(name="drop_after", drops=True, acts=True)

    @classmethod
    def truncate(cls) -> "Fault":
        """Act, send half of the body under a Content-Length for all of it, and close the connection."""
        return cls(name="truncate", truncates=True, acts=True)

    @classmethod
    def slow(cls, seconds: float, *, after: bool = False) -> "Fault":
        """Wait, then go on as usual; with `after`, act first and wait before the answer."""
        return cls(name=f"slow {seconds:g} s", wait_s=seconds, waits_after=after)

    @classmethod
    def held(cls, release: asyncio.Event, *, after: bool = False) -> "Fault":
        """Wait until `release` is set; with `after`, act first and wait before the answer."""
        return cls(name="held", hold=release, waits_after=after)

    async def wait(self) -> None:
        """Wait as long as this fault says."""
        if self.wait_s > 0:
            await asyncio.sleep(self.wait_s)
        if self.hold is not None:
            await self.hold.wait()


@dataclass(slots=True, kw_only=True, eq=False)
class Rule:
    """A fault with the requests it is for.

    Attributes:
        left: How many times it will still strike; None is without end.
        hits: How many times it struck.
    """

    kind: Fault
    match: Match
    left: int | None
    hits: int = 0

    def takes(self, call: "Call") -> bool:
        """Whether this rule strikes this request."""
        if self.left == 0:
            return False
        return self.match in call.path if isinstance(self.match, str) else self.match(call)


@dataclass(slots=True)
class Faults:
    """The rules of one stand-in, tried in the order in which they were added."""

    rules: list[Rule] = field(default_factory=list)

    def add(self, kind: Fault, *, match: Match = "", times: int | None = 1) -> Rule:
        """Let `kind` strike the next requests.

        Args:
            kind: What goes wrong.
            match: A part of the path, or a function that sees the call with its parsed body.
            times: How many requests; None is without end.

        Returns:
            The rule, which counts its hits and can be handed to `remove`.
        """
        rule = Rule(kind=kind, match=match, left=times)
        self.rules.append(rule)
        return rule

    def remove(self, rule: Rule) -> None:
        """End a rule. The second call does nothing."""
        self.rules = [other for other in self.rules if other is not rule]

    def clear(self) -> None:
        """End all bad days."""
        self.rules.clear()

    def strike(self, call: "Call") -> list[Fault]:
        """The faults of this request, each counted: those that only wait, then at most one that spoils the answer."""
        struck: list[Fault] = []
        for rule in self.rules:
            if rule.takes(call):
                rule.hits += 1
                rule.left = None if rule.left is None else rule.left - 1
                struck.append(rule.kind)
                if not rule.kind.only_waits:
                    break
        return struck


def _answer(status: int, body: object, headers: Mapping[str, str]) -> Answer:
    """An answer whose Content-Type is guessed from its body unless it is given."""
    if isinstance(body, bytes | str):
        raw = body.encode() if isinstance(body, str) else body
        guess = "text/html; charset=utf-8" if raw.lstrip()[:1] == b"<" else "application/octet-stream"
    else:
        raw, guess = orjson.dumps(body), "application/json"
    named = {"content-type": guess} | {name.lower(): value for name, value in headers.items()}
    return Answer(status=status, body=raw, headers=tuple(named.items()))

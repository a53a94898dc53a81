"""What is known of a run when it is over: what people did, what the vendors saw, what Easel wrote down. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MARGIN_S = 3.0  # before and after a trouble, in which what was under way may have been lost


@dataclass(slots=True, kw_only=True)
class Wish:
    """Somebody did something that wants an answer.

    Attributes:
        event_id: LINE's `webhookEventId`.
        prompt: What the model is to be asked; None for what is answered in words.
        count: How many pictures.
        draws: Whether a picture is wanted; otherwise words.
        tap: What the button carries; a second tap while the first is under way asks for nothing.
        quoted_url: Of the picture that the message quotes.
        is_photo: The words after it may take it before it is acknowledged; then their picture answers it.
        accepted: LINE got its 200.
        taken_back: The message was unsent.
        taken_back_for_sure: LINE got a 200 for that as well.
    """

    event_id: str
    chat: str
    person: str
    prompt: str | None = None
    count: int = 1
    draws: bool = True
    tap: str | None = None
    quoted_url: str | None = None
    is_photo: bool = False
    message_id: str = ""
    quote_token: str = ""
    accepted: bool = False
    taken_back: bool = False
    taken_back_for_sure: bool = False

    @property
    def name(self) -> str:
        """Name it for people."""
        return f"{self.prompt or 'a message'} ({self.event_id[-6:]})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture in a chat. `charge`: which order at the model made it; None: the bucket had no such file."""

    chat: str
    url: str
    charge: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence in a chat. `key`: of the sentences; `quote_token`: of the message that it quotes."""

    chat: str
    key: str | None
    quote_token: str | None = None


@dataclass(slots=True, kw_only=True)
class Sending:
    """One call of reply or push. `is_clean`: the answer certainly came back."""

    began_at: float
    ended_at: float | None = None
    token: str | None = None
    retry_key: str | None = None
    messages: Sequence[Mapping[str, Any]] = ()
    status: int | None = None
    is_clean: bool = False


@dataclass(slots=True, kw_only=True)
class Order:
    """One call of the Images API. `charge`: its id on the invoice; None: it cost nothing."""

    prompt: str
    began_at: float
    ended_at: float | None = None
    charge: str | None = None
    microusd: int = 0
    pictures: int = 0
    is_clean: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A time in which a process or its database was hurt."""

    name: str
    began_at: float
    ended_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The limits of the run; 0: none."""

    at_once: int = 0
    at_once_per_user: int = 0
    user_daily_pictures: int = 0
    chat_monthly_microusd: int = 0
    bot_monthly_microusd: int = 0


Row = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Books:
    """Easel's tables. `workflows`: state to how many; `unread`: events without a workflow, or whose words are kept."""

    requests: Mapping[str, Row] = field(default_factory=dict)
    pictures: Sequence[Row] = ()
    calls: Sequence[Row] = ()
    spent_microusd: int = 0
    kept: int = 0
    deletions: int = 0
    intents: int = 0
    unread: int = 0
    waiting_beside_tokens: int = 0
    workflows: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Evidence:
    """All of it.

    Attributes:
        objects: Key in the bucket to the charge that made it, where its file tells.
        repeats_asked: Taps on [Show picture], by request.
        cancelled_chats: Where somebody wanted nothing any more.
        deleted: Keys of pictures for whose deletion there was a receipt.
    """

    wishes: Sequence[Wish] = ()
    shown: Sequence[Shown] = ()
    said: Sequence[Said] = ()
    sendings: Sequence[Sending] = ()
    orders: Sequence[Order] = ()
    objects: Mapping[str, str | None] = field(default_factory=dict)
    repeats_asked: Mapping[str, int] = field(default_factory=dict)
    cancelled_chats: frozenset[str] = frozenset()
    deleted: frozenset[str] = frozenset()
    troubles: Sequence[Trouble] = ()
    caps: Caps = field(default_factory=Caps)
    pushes_allowed: bool = False
    pushes_paid: int = 0
    books: Books = field(default_factory=Books)
    logs: Sequence[str] = ()

    def owners(self) -> Mapping[str, str]:
        """Map each charge that brought a picture to the request it was booked for."""
        calls = self.books.calls
        return {str(row["vendor_request_id"]): str(row["request_id"]) for row in calls if row["outcome"] == "paid"}

    def was_hurt(self, one: Order | Sending, *, until: float | None = None) -> bool:
        """Whether something was hurt during a call, or from its begin until a moment, that may explain its loss."""
        ended_at = until or one.ended_at or one.began_at
        return any(
            trouble.began_at - MARGIN_S <= ended_at and one.began_at <= trouble.ended_at + MARGIN_S
            for trouble in self.troubles
        )

"""What can be done about an event: one act for each thing that Easel can do. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.line.contents import Media
from app.reading.commands import Command
from app.reading.meaning import Moment, Why
from app.reading.options import Options
from app.words.answers import Answer, Sentence

Source = Mapping[str, str]  # {"picture": our id} or {"photo": LINE's message id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Draw this. `photos` are the message ids that wait no more; `settled`: what was expected has come.

    `nth`: of the pictures that came together with its source, the one that is meant, as `nth_of` says it.
    """

    prompt: str
    options: Options
    sources: Sequence[Source] = ()
    photos: Sequence[str] = ()
    settled: bool = False
    nth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Say this. `prompt` is what a button under it would draw, with `options`."""

    answer: Answer
    prompt: str | None = None
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """Bring the answer of this request."""

    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Redraw:
    """Draw what that message said. `changes`: as a change of the picture that the offer spoke of."""

    request_id: str
    changes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reoffer:
    """Ask once more what that message of ours asked: the answer was a question."""

    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rephrase:
    """Somebody is about to say that request in other words: what it was about is not lost."""

    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Do something with a picture: again, wide, tall, square, fine, edit, back, see, menu, delete.

    `picture_id` None: the one that the chat speaks of. `request_id`: of a wish that is still being drawn, to be had
    again, in another shape or finer. `nth`: the one of those that came with it, as `nth_of` says it.
    """

    verb: str
    picture_id: str | None = None
    request_id: str | None = None
    nth: int = 0
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """A command that is not about one picture. `about`: the person whose message it quotes, where that is known."""

    command: Command
    about: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Set one of the chat's settings."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """A photo came, to be edited."""

    photo: Media


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """A photo was shown in a group. Nothing of it is kept but that it is one."""

    photo: Media


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForPhoto:
    """The words speak of a photo that is not there."""

    prompt: str
    options: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """A message was taken back."""

    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Come:
    """We are in the chat now, and greet it."""

    greeting: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveChat:
    """We are not welcome in this group, or were put out of it."""

    goodbye: Sentence | None = None


Act = (
    Draw
    | Say
    | Show
    | Redraw
    | Reoffer
    | Rephrase
    | Change
    | Do
    | Set
    | Fetch
    | Remember
    | AskForPhoto
    | Forget
    | Come
    | LeaveChat
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the rules leave open: a text, and the moment in which it was said. `bare`: without its options."""

    text: str
    moment: Moment
    bare: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do with an event. `addressed`: it was meant for us, so somebody is looking at the chat.

    Attributes:
        act: None: nothing; the event's reply token still serves.
        quote_token: Of the message, so that the answer can quote it.
        message_id: LINE's, of the message that asks for something.
        tap: The button's data, where a button was tapped.
        why: Which step decided, and what it took the message for.
        open: None: decided. Else who can tell what this means may decide anew; `act` is for when nobody can.
    """

    addressed: bool = False
    act: Act | None = None
    quote_token: str | None = None
    message_id: str | None = None
    tap: str | None = None
    why: Why | None = None
    open: Question | None = None


PASS = Plan()

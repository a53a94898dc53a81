"""What can be done about an event: one act for each thing that Easel can do. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.line.contents import Media
from app.reading.commands import Command
from app.reading.meaning import Moment, Why
from app.reading.options import Options
from app.reading.thanked import Behind
from app.words.answers import Answer, Sentence

Source = Mapping[str, str]  # {"picture": our id} or {"photo": LINE's message id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Draw this. `photos`: message ids of photos that wait no more; `settled`: the message that we expected has come.

    `nth`: which of the pictures that came together with its source is meant, as `nth_of` returns it. `of_oneself`: the
    writer is to be seen in it, so a photo is asked for unless the source was made from one. `words_of`: LINE's id of an
    earlier message that these words are also from.
    """

    prompt: str
    options: Options
    sources: Sequence[Source] = ()
    photos: Sequence[str] = ()
    settled: bool = False
    nth: int = 0
    of_oneself: bool = False
    words_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Say this. `prompt` is what a button under it would draw, with `options`."""

    answer: Answer
    prompt: str | None = None
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """Show the answer to this request."""

    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Redraw:
    """Draw what that request said. `changes`: as a change of the picture that the offer was about."""

    request_id: str
    changes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reoffer:
    """Ask again what that request asked: the answer was a question itself."""

    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rephrase:
    """Expect that request in other words, about the same sources."""

    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Do something with a picture: again, wide, tall, square, fine, edit, back, see, menu, delete.

    `picture_id` None: the current picture of the chat. `request_id`: of a wish that is still being drawn, and is wanted
    again, in another shape or finer. `nth`: which of those that came with it is meant, as `nth_of` returns it.
    """

    verb: str
    picture_id: str | None = None
    request_id: str | None = None
    nth: int = 0
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """Run a command that is not about one picture. `about`: the person whose message it quotes, if that is known."""

    command: Command
    about: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Set one of the chat's settings."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Fetch a photo that was sent to be edited."""

    photo: Media


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """Remember that a message in a group is a photo, and nothing else of it."""

    photo: Media


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForPhoto:
    """Ask for the photo that the words speak of, which is not there. `of_oneself`: the writer can be imagined, too."""

    prompt: str
    options: Options
    of_oneself: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Forget a message that was unsent."""

    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Come:
    """Note that we are in the chat now, and greet it."""

    greeting: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveChat:
    """Leave a group that is not allowed, or note that we were removed or blocked."""

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
    """What the rules leave open: a text and its moment.

    `bare`: the text without its options, "" if it has none. `behind`: the wish that follows thanks, or what follows
    praise and a "but".
    """

    text: str
    moment: Moment
    bare: str = ""
    behind: Behind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do with an event. `addressed`: it was meant for us, so somebody is looking at the chat.

    Attributes:
        act: None: do nothing; the event's reply token can still be used.
        quote_token: Of the message, so that the answer can quote it.
        message_id: LINE's, of the message that asks for something.
        tap: The button's data, where a button was tapped.
        why: Which step decided, and what it took the message for.
        open: The question for the next step, which may decide anew; `act` is for when no step can. None: decided.
    """

    addressed: bool = False
    act: Act | None = None
    quote_token: str | None = None
    message_id: str | None = None
    tap: str | None = None
    why: Why | None = None
    open: Question | None = None


PASS = Plan()

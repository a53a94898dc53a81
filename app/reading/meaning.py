"""What a message can mean, and how sure a step is of it. No I/O."""

from dataclasses import dataclass, field
from enum import StrEnum

from app.reading.options import Options


class Meaning(StrEnum):
    """What a message wants, divided by what a mistake about it costs."""

    DRAW = "draw"
    CHANGE = "change"  # of the last picture, of the one being drawn, of a photo
    COMMAND = "command"
    TALK = "talk"


class Talk(StrEnum):
    """What kind of talk it is; each kind has its own sentence as an answer."""

    HELLO = "hello"
    MORNING = "morning"
    NIGHT = "night"
    BYE = "bye"
    THANKS = "thanks"
    PRAISE = "praise"
    LAUGH = "laugh"
    OK = "ok"
    NO = "no"
    SORRY = "sorry"
    COMPLAINT = "complaint"  # about a picture: "again" and "change it" are offered
    PROGRESS = "progress"  # done yet? where is my picture?
    SLOW = "slow"  # why does it take so long?
    COST = "cost"  # is it free? how many are left?
    WHO = "who"  # who or what are you?
    CAN = "can"  # what can you do? how does it work?
    TEST = "test"  # test, are you there?
    QUESTION = "question"  # the weather, homework, the news: something no picture bot does
    PHOTO_QUESTION = "photo_question"  # what flower is this?
    CHAT = "chat"  # any other talk


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What surrounds a message, as far as it changes what its words mean.

    Attributes:
        in_group: Said in a group or room.
        is_called: In a group, Easel was clearly meant: by a mention, its typed name, a prefix, or a quote.
        is_drawing: A picture of this person waits or is being drawn.
        has_picture: There is a last picture, and it is recent enough to be spoken of.
        has_photo: A photo waits for words.
        quotes_picture: The message quotes a picture of Easel.
        asked: What Easel has just asked this person: offer, delete_all, edit, photo; "" if nothing.
    """

    in_group: bool = False
    is_called: bool = False
    is_drawing: bool = False
    has_picture: bool = False
    has_photo: bool = False
    quotes_picture: bool = False
    asked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a step takes a message for.

    Attributes:
        kind: A command's name (`app.reading.commands.Name`) or a `Talk`; "" for wishes and changes.
        confidence: The share of such verdicts that are right, 0 to 1, as measured and not as a model claims.
        options: Those that the step has read; the ones that the rules have read take precedence.
        paints: How likely a picture is wanted at all, new or changed, 0 to 1; 1 if it was not measured.
        of_behind: It is about what follows thanks, which are no part of the wish.
    """

    meaning: Meaning
    kind: str = ""
    confidence: float = 0.0
    options: Options = field(default_factory=Options)
    paints: float = 1.0
    of_behind: bool = False


class ReadingStep(StrEnum):
    """Which step decided what a message means, cheapest first."""

    RULES = "rules"
    MOMENT = "moment"
    GATE = "gate"
    READER = "reader"
    ASKED = "asked"  # no step was sure: the person is asked, or in a group nothing is said


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a message is taken for what it is. `meaning`: as in `Verdict`, then a dot and its kind if it has one."""

    step: ReadingStep
    meaning: str
    confidence: float = 1.0

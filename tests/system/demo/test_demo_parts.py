import pytest
from line_sandbox.front import Call

from app.demo import wire
from app.demo.demo_errors import CannotStart
from app.demo.parts import LINE, OPENAI, R2, environment_of, read_parts
from app.demo.stand_ins import Addresses
from app.demo.state import PageState

AT = Addresses(line="http://127.0.0.1:1", openai="http://127.0.0.1:2", r2="http://127.0.0.1:3")


def settings(*names):
    return dict.fromkeys(names, "real")


@pytest.mark.parametrize(
    ("names", "real"),
    [
        ((), (False, False, False)),
        (OPENAI, (False, True, False)),
        (R2, (False, False, True)),
        ((*LINE, *R2), (True, False, True)),
        ((*LINE, *OPENAI, *R2), (True, True, True)),
    ],
)
def test_parts(names, real):
    """A vendor is real when all its settings are there."""
    parts = read_parts(settings(*names))
    assert (parts.line, parts.openai, parts.r2) == real


@pytest.mark.parametrize("names", [LINE[:1], R2[:3], LINE])
def test_half_real(names):
    """Half of a vendor, or the real LINE without a bucket it can reach, cannot work."""
    with pytest.raises(CannotStart, match="--stand-ins"):
        read_parts(settings(*names))


def test_environment():
    """Stand-ins take the place of what is not real; the rest of the bot's settings stays."""
    inherited = {"OPENAI_API_KEY": "sk-real", "OPENAI_BASE_URL": "https://eu.example/v1", "IMAGE_SIZE": "auto"}
    inherited |= {"LINE_API_BASE_URL": "https://api.line.me", "ALLOWED_IDS": "U" + "0" * 32}
    made = environment_of(read_parts(inherited), AT, inherited, database="sqlite:///x.db")
    assert made["OPENAI_BASE_URL"] == "https://eu.example/v1"
    assert made["LINE_API_BASE_URL"] == AT.line
    assert made["R2_PUBLIC_BASE_URL"] == f"{AT.r2}/public"
    assert (made["IMAGE_SIZE"], made["DATABASE_URL"]) == ("auto", "sqlite:///x.db")
    assert "ALLOWED_IDS" not in made


def test_board():
    """Records come in the order of their last change, each once, and only what is new."""
    board = PageState()
    board.put("a", "1", {"x": 1})
    board.put("a", "2", {"x": 2})
    at = board.number
    board.put("a", "1", {"x": 1})
    assert board.number == at
    board.put("a", "1", {"x": 3})
    board.put("a", "2", None)
    assert [(one.id, one.value) for one in board.since(at)] == [("1", {"x": 3}), ("2", None)]
    assert [one.id for one in board.since(0)] == ["1", "2"]


def test_wire_has_no_secrets():
    """A call is shown without tokens and with long texts cut."""
    body = {"replyToken": "0123456789abcdef", "messages": [{"type": "text", "text": "x" * 900}] * 20}
    call = Call(number=1, method="POST", path="/x", query="", headers={}, body=body, started_at=0.0)
    shown = wire.shown("line", call, traces=[], micro_dollars=None)
    assert shown["body"]["replyToken"] == "0123…"
    assert len(shown["body"]["messages"]) == wire.ITEMS_MAX + 1
    assert len(shown["body"]["messages"][0]["text"]) < 200

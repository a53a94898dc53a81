"""The judge of `make chaos`: a day on which everything held, and days on which one thing did not."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.words.chat_settings import LANGUAGES
from app.words.sentences import sentences_for
from proof.evidence import Books, Caps, Evidence, Order, Said, Sending, Shown, Trouble, Wish
from proof.promises import broken_promises
from proof.script import script
from proof.witness import sentence_of

ALICE, BOB = "U" + "a" * 32, "U" + "b" * 32
KEYS = {"object_key": "i/1.jpg", "preview_key": "i/1p.jpg"}


def request(**fields: object) -> dict[str, object]:
    same = {"draws": True, "words": None, "prompt": "a cat", "sources": None, "user_id": ALICE}
    return same | {"state": "ready", "answer": "sent", "counted": 1, "counted_on": "2026-11-25"} | fields


def call(**fields: object) -> dict[str, object]:
    same = {"request_id": "E1", "outcome": "paid", "vendor_request_id": "req_1", "microusd": 100}
    return same | {"is_estimate": False} | fields


def picture(url: str = "https://b/i/1.jpg") -> dict[str, str]:
    return {"type": "image", "originalContentUrl": url}


def good_day() -> Evidence:
    """Alice got her cat, after the model's answer was lost once; Bob heard that something broke, asked twice by us."""
    shown = Shown(chat=ALICE, url="https://b/i/1.jpg", charge="req_1")
    return Evidence(
        wishes=[
            Wish(event_id="E1", chat=ALICE, person=ALICE, prompt="a cat", quote_token="q1", accepted=True),
            Wish(event_id="E2", chat=BOB, person=BOB, prompt="a dog", quote_token="q2", accepted=True),
        ],
        shown=[shown],
        said=[Said(chat=ALICE, key="drawing"), Said(chat=BOB, key="broke")],
        sendings=[
            Sending(began_at=30, ended_at=31, token="t1", messages=[picture()], status=200, is_clean=True),
            Sending(began_at=40, ended_at=41, token="t2", messages=[{"type": "text"}], status=500, is_clean=True),
            Sending(began_at=42, ended_at=43, token="t2", messages=[{"type": "text"}], status=200, is_clean=True),
        ],
        orders=[
            Order(prompt="a cat", began_at=1, ended_at=2, charge="req_0", microusd=90, pictures=1),
            Order(prompt="a cat", began_at=3, ended_at=4, charge="req_1", microusd=100, pictures=1, is_clean=True),
            Order(prompt="a dog", began_at=3, ended_at=4, is_clean=True),
        ],
        objects={"i/1.jpg": "req_1", "i/1p.jpg": None},
        caps=Caps(at_once=2, at_once_per_user=1, user_daily_pictures=1, chat_monthly_microusd=200),
        books=Books(
            requests={"E1": request(), "E2": request(state="failed", words="broke", user_id=BOB)},
            pictures=[{"request_id": "E1", **KEYS}],
            calls=[call(), call(outcome="unknown", vendor_request_id=None, microusd=120, is_estimate=True)],
            spent_microusd=220,
            workflows={"SUCCESS": 4},
        ),
    )


def with_books(**fields: object) -> Callable[[Evidence], Evidence]:
    return lambda day: replace(day, books=replace(day.books, **fields))


def with_requests(**changed: dict[str, object] | None) -> Callable[[Evidence], Evidence]:
    def change(day: Evidence) -> Evidence:
        rows = {name: row for name, row in (dict(day.books.requests) | changed).items() if row}
        return replace(day, books=replace(day.books, requests=rows))

    return change


def with_wish(number: int, **fields: object) -> Callable[[Evidence], Evidence]:
    def change(day: Evidence) -> Evidence:
        wishes = list(day.wishes)
        wishes[number] = replace(wishes[number], **fields)
        return replace(day, wishes=wishes)

    return change


def more(name: str, *items: object) -> Callable[[Evidence], Evidence]:
    return lambda day: replace(day, **{name: [*getattr(day, name), *items]})


def again(**fields: object) -> Sending:
    return Sending(began_at=50, ended_at=51, **{"status": 200, "is_clean": True} | fields)


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (with_requests(E1=None), "accepted, and Easel knows nothing of it"),
        (lambda day: replace(day, shown=[]), "ready, but 0 of 1 pictures were shown"),
        (with_wish(0, count=2), "ready, but 1 of 2 pictures were shown"),
        (lambda day: more("shown", day.shown[0])(day), "a picture was shown 2 times"),
        (more("said", Said(chat=ALICE, key="broke", quote_token="q1")), "answered by a picture and by a sentence"),
        (more("said", Said(chat=BOB, key="broke", quote_token="q2")), "1 sentences 'broke' answer nothing"),
        (more("said", Said(chat=BOB, key="broke")), "1 sentences 'broke' answer nothing"),
        (lambda day: replace(day, said=[Said(chat=BOB, key="drawing")]), "and no sentence 'broke' says so"),
        (with_requests(E2=request(state="queued", answer="waiting")), "its answer is waiting"),
        (lambda day: replace(day, shown=[replace(day.shown[0], chat=BOB)]), "its picture was shown in another chat"),
        (with_wish(0, prompt="a wolf"), "another wish's picture was shown"),
        (more("shown", Shown(chat=BOB, url="https://b/i/2.jpg", charge="req_9")), "that nobody asked for"),
        (more("shown", Shown(chat=BOB, url="https://b/i/2.jpg", charge=None)), "whose file is not in the bucket"),
    ],
)
def test_who_is_not_answered_exactly_once_is_named(spoil, complaint):
    """Nothing, too little, twice, something else, somewhere else."""
    assert any(complaint in said for said in broken_promises(spoil(good_day())))


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda day: with_books(calls=[*day.books.calls, call()])(day), "2 calls brought a picture"),
        (with_books(calls=[call(microusd=99)], spent_microusd=99), "99 in the ledger, 100 on the invoice"),
        (with_books(calls=[call()], spent_microusd=100), "90 micro-dollars were charged without a picture, 0 are"),
        (with_books(spent_microusd=219), "the ledger has 220 micro-dollars, the purses 219"),
        (
            lambda day: with_books(calls=[*day.books.calls, call(outcome="asked", microusd=0)])(day),
            "1 calls have no end",
        ),
        (
            more("orders", Order(prompt="a dog", began_at=6, charge="req_2", is_clean=True)),
            "although nothing was wrong",
        ),
        (more("orders", *[Order(prompt="a dog", began_at=6, charge=f"req_{n}") for n in "789"]), "3 times for nothing"),
        (more("orders", Order(prompt="a cat", began_at=6, charge="req_3", microusd=11)), "201 were charged in"),
        (lambda day: replace(day, caps=Caps(bot_monthly_microusd=189)), "the bot's cap is 189"),
        (lambda day: replace(day, caps=Caps(at_once=1)), "2 pictures were drawn at once"),
        (
            more("orders", Order(prompt="a cat", began_at=3.5, ended_at=5)),
            f"2 pictures of {ALICE[:6]} were drawn at once",
        ),
        (with_requests(E1=request(counted=2)), "got 2 pictures on 2026-11-25, 1 are allowed"),
    ],
)
def test_money_that_does_not_add_up_is_told(spoil, complaint):
    """Paid twice, booked wrongly, over a cap."""
    assert any(complaint in said for said in broken_promises(spoil(good_day())))


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (more("sendings", again(token="t1", messages=[picture()])), "a token was used again after a clear 200"),
        (more("sendings", again(token="t2", messages=[picture()])), "a token was used for two different answers"),
        (more("sendings", again(messages=[picture()])), "a push had no retry key"),
        (lambda day: replace(day, pushes_paid=1), "1 pushes were paid for, none is allowed"),
        (
            more(
                "sendings",
                again(token="t3", messages=[picture()], status=500),
                again(retry_key="k", messages=[picture()]),
            ),
            "a push followed a reply whose outcome was unknown",
        ),
    ],
)
def test_what_is_sent_against_the_rules_is_told(spoil, complaint):
    """Tokens that are used twice, pushes after an unknown reply."""
    assert any(complaint in said for said in broken_promises(spoil(good_day())))


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (with_wish(0, taken_back_for_sure=True), "taken back, and its words are still in the store"),
        (with_wish(0, taken_back_for_sure=True), "taken back, and its picture is still in the bucket"),
        (
            lambda day: replace(day, deleted=frozenset({"i/1.jpg"})),
            "deleted by their people and are still in the bucket",
        ),
        (
            lambda day: replace(day, objects=dict(day.objects) | {"i/2.jpg": None}),
            "1 objects are in the bucket without",
        ),
        (lambda day: replace(day, objects={}), "2 pictures have no object in the bucket"),
        (with_books(kept=1), "1 paid pictures never reached the bucket"),
        (with_books(deletions=2), "2 objects were to be deleted"),
        (with_books(intents=1), "1 deliveries have no outcome"),
        (with_books(unread=1), "1 events were not handled to their end"),
        (with_books(waiting_beside_tokens=1), "1 reply tokens died open while somebody waited"),
        (with_books(workflows={"SUCCESS": 1, "PENDING": 1}), "1 workflows did not end well"),
        (lambda day: replace(day, logs=["a traceback"]), "a traceback"),
        (lambda day: replace(day, wishes=[]), "nothing happened"),
    ],
)
def test_what_is_left_behind_is_told(spoil, complaint):
    """What was taken back and is still there, and what nobody will ever finish."""
    assert any(complaint in said for said in broken_promises(spoil(good_day())))


def test_a_day_on_which_everything_held_is_not_complained_of():
    """Neither is what a crash or a person explains: one answer again after a kill, a picture again on request."""
    assert broken_promises(good_day()) == []
    killed = replace(good_day(), troubles=[Trouble(name="kill", began_at=31, ended_at=32)])
    assert broken_promises(more("sendings", again(token="t1", messages=[picture()]))(killed)) == []
    asked = replace(good_day(), repeats_asked={"E1": 1})
    assert broken_promises(more("shown", asked.shown[0])(asked)) == []
    assert broken_promises(with_wish(1, accepted=False)(with_requests(E2=None)(replace(good_day(), said=[])))) == []


def test_what_a_button_draws_goes_with_the_message_that_wished_it():
    """Bob's wish was drawn once more by a button, then he took the wish back; in Alice's chat nobody did."""
    tap = Wish(event_id="E3", chat=BOB, person=BOB, prompt="a dog", tap="again:P1", accepted=True)
    row = request(state="cancelled", answer="none", prompt=None, user_id=BOB)
    day = more("wishes", tap)(with_requests(E3=row)(good_day()))
    assert any("its answer is none" in said for said in broken_promises(day))
    assert broken_promises(with_wish(1, taken_back=True)(day)) == []
    assert broken_promises(with_wish(1, taken_back=True, chat=ALICE)(day)) != []


@pytest.mark.parametrize(
    ("clean", "group", "excused"), [(False, True, True), (True, True, False), (False, False, False)]
)
def test_a_quote_in_a_group_of_what_line_never_named_is_for_nobody(clean, group, excused):
    """Alone with Easel, whoever quotes it is answered all the same."""
    chat = "C" + "c" * 32 if group else ALICE
    quote = Wish(event_id="E3", chat=chat, person=ALICE, prompt="a fox", quoted_url="https://b/i/2.jpg", accepted=True)
    showed = again(token="t3", messages=[picture("https://b/i/2.jpg")], is_clean=clean)
    day = more("sendings", showed)(more("wishes", quote)(good_day()))
    assert any("knows nothing" in said for said in broken_promises(day)) is not excused


def test_a_seed_is_a_day():
    """The same seed gives the same happenings with the same choices; another seed another day."""
    weights = {"wish": 5, "kill": 1}

    def day(seed: int) -> list[tuple[float, str, float]]:
        happenings = script(seed, seconds=60, every_s=0.5, weights=weights)
        return [(one.at_s, one.what, one.chance.random()) for one in happenings]

    assert day(7) == day(7) != day(8)
    assert {what for _, what, _ in day(7)} == set(weights)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_known_in_every_language(language):
    """The judge reads the answers as people do."""
    words = sentences_for(language, default="en")
    day = words.say("limit_user_day", count=12, when="2026-11-26 00:00")
    assert [sentence_of(words.say(key)) for key in ("drawing", "broke", "late")] == ["drawing", "broke", "lead"]
    assert sentence_of(words.say("late") + "\n" + words.say("option_count", got=4)) == "lead"
    assert sentence_of(day) == "limit_user_day"
    assert sentence_of("I have never said that.") is None

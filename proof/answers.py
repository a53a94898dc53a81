"""Every accepted event is answered exactly once, and a picture stands where it belongs. No I/O."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from proof.evidence import Evidence, Shown, Wish

ANSWERED = frozenset({"sent", "unknown"})
PROMISES = frozenset({"drawing", "drawing_many", "drawing_push", "drawing_kept", "maybe_sent"})
OTHER_WORDS = {"mine": ("mine_alt", "mine_none")}
NO_ANSWERS = PROMISES | {"lead", "here", "gone"}


def answered_once(evidence: Evidence) -> Iterator[str]:
    """Hold every accepted wish against what its chat was shown and told. A promise is no answer."""
    shown, said = _pictures_by_request(evidence), _Sentences(evidence)
    for wish in evidence.wishes:
        row = evidence.books.requests.get(wish.event_id)
        pictures = Counter(one.url for one in shown.get(wish.event_id, ()))
        words = said.take(wish, str(row["words"]) if row and row["words"] else None)
        if wish.accepted and not _is_excused(wish, evidence):
            yield from _missing(wish, evidence, len(pictures), words)
        repeats = evidence.repeats_asked.get(wish.event_id, 0)
        if pictures and max(pictures.values()) > 1 + repeats:
            yield f"{wish.name}: a picture was shown {max(pictures.values())} times"
        if words > 1 + repeats:
            yield f"{wish.name}: {words} sentences answer it"
        if pictures and words:
            yield f"{wish.name}: answered by a picture and by a sentence"
    for (chat, key), count in said.left(evidence).items():
        yield f"{count} sentences {key!r} answer nothing in chat {chat[:6]}"


def _missing(wish: Wish, evidence: Evidence, pictures: int, words: int) -> Iterator[str]:
    row = evidence.books.requests.get(wish.event_id)
    if row is None:
        if not (wish.is_photo or _has_twin(wish, evidence) or _quotes_the_unknown(wish, evidence)):
            yield f"{wish.name}: accepted, and Easel knows nothing of it"
        return
    state, count = row["state"], wish.count if wish.draws else 0
    if row["answer"] not in ANSWERED:
        yield f"{wish.name}: {state}, but its answer is {row['answer']}"
    elif state == "ready" and row["draws"] and pictures != count:
        yield f"{wish.name}: ready, but {pictures} of {count} pictures were shown"
    elif not (state == "ready" and row["draws"]) and words == 0:
        yield f"{wish.name}: {state}, and no sentence {row['words']!r} says so"


def _is_excused(wish: Wish, evidence: Evidence) -> bool:
    """Whether nobody waits for an answer any more."""
    row = evidence.books.requests.get(wish.event_id)
    cancelled = row is not None and row["state"] == "cancelled" and wish.chat in evidence.cancelled_chats
    return wish.taken_back or cancelled or bool(wish.tap and _was_taken_back(wish, evidence))


def _was_taken_back(tap: Wish, evidence: Evidence) -> bool:
    """Whether the message whose wish a button draws once more was taken back: what the button draws goes with it."""
    same = (one for one in evidence.wishes if one.chat == tap.chat and one.prompt == tap.prompt)
    return any(one.taken_back for one in same)


def _has_twin(wish: Wish, evidence: Evidence) -> bool:
    """Whether the same button was tapped before and its picture was under way, so that this tap asks for nothing."""
    if not wish.tap:
        return False
    others = (one for one in evidence.wishes if one.tap == wish.tap and one.chat == wish.chat and one is not wish)
    return any(one.event_id in evidence.books.requests for one in others)


def _quotes_the_unknown(wish: Wish, evidence: Evidence) -> bool:
    """Whether it was said in a group, to a picture of which LINE never told us what its message is called.

    LINE tells that in its answer to the reply, and nowhere else: without it nothing shows that we are meant.
    https://developers.line.biz/en/reference/messaging-api/#send-reply-message-response (read 2026-11-27)
    """
    if not wish.quoted_url or wish.chat == wish.person:
        return False
    showed = [one for one in evidence.sendings if any(wish.quoted_url in message.values() for message in one.messages)]
    return not any(one.is_clean and one.status == 200 and not evidence.was_hurt(one) for one in showed)


class _Sentences:
    """The sentences that answer something, each taken once: by the message it quotes, else by chat and words."""

    def __init__(self, evidence: Evidence) -> None:
        self._quoting: Counter[str] = Counter()
        self._loose: Counter[tuple[str, str]] = Counter()
        known = {wish.quote_token for wish in evidence.wishes if wish.quote_token}
        for one in evidence.said:
            if one.key is None or one.key in NO_ANSWERS:
                continue
            if one.quote_token in known:
                self._quoting[one.quote_token] += 1
            else:
                self._loose[one.chat, one.key] += 1

    def take(self, wish: Wish, key: str | None) -> int:
        if quoting := self._quoting.pop(wish.quote_token, 0):
            return quoting
        for shown_as in (key, *OTHER_WORDS.get(key or "", ())):
            if shown_as and self._loose[wish.chat, shown_as]:
                self._loose[wish.chat, shown_as] -= 1
                return 1
        return 0

    def left(self, evidence: Evidence) -> Mapping[tuple[str, str], int]:
        """What answers nothing: not even a tap on [Show picture], which may bring words again that are in doubt."""
        for wish in evidence.wishes:
            row, repeats = evidence.books.requests.get(wish.event_id), evidence.repeats_asked.get(wish.event_id, 0)
            if row and row["words"] and repeats:
                place = (wish.chat, str(row["words"]))
                self._loose[place] = max(0, self._loose[place] - repeats)
        return {place: count for place, count in self._loose.items() if count}


def _pictures_by_request(evidence: Evidence) -> Mapping[str, Sequence[Shown]]:
    owner = evidence.owners()
    found: dict[str, list[Shown]] = defaultdict(list)
    for one in evidence.shown:
        if one.charge in owner:
            found[owner[one.charge]].append(one)
    return found


def shown_where_it_belongs(evidence: Evidence) -> Iterator[str]:
    """Hold every picture against the prompt that the model was given for it, and its chat."""
    owner, wishes = evidence.owners(), {wish.event_id: wish for wish in evidence.wishes}
    prompts = {order.charge: order.prompt for order in evidence.orders if order.charge}
    gone = {wish.chat for wish in evidence.wishes if wish.taken_back}
    for one in evidence.shown:
        if one.charge is None:
            if one.chat not in gone:
                yield f"a picture was shown whose file is not in the bucket: {one.url}"
            continue
        wish = wishes.get(owner.get(one.charge, ""))
        if wish is None:
            yield f"a picture was shown that nobody asked for: {one.url}"
        elif wish.chat != one.chat:
            yield f"{wish.name}: its picture was shown in another chat"
        elif wish.prompt and prompts.get(one.charge) != wish.prompt:
            yield f"{wish.name}: another wish's picture was shown"

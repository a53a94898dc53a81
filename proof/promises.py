"""What must hold after a bad day, whatever happened in it. Looks at the evidence only; no I/O."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from proof.answers import answered_once, shown_where_it_belongs
from proof.evidence import Evidence, Sending
from proof.money import caps_held, ledger_is_the_invoice, paid_in_bounds

ENDED_WELL = frozenset({"SUCCESS"})


def broken_promises(evidence: Evidence) -> list[str]:
    """Say what did not hold; nothing: an empty list."""
    checks = (
        answered_once,
        shown_where_it_belongs,
        paid_in_bounds,
        ledger_is_the_invoice,
        caps_held,
        _sent_as_allowed,
        _taken_back_is_gone,
        _nothing_left,
    )
    found = [said for check in checks for said in check(evidence)]
    return [*evidence.logs, *found] if evidence.wishes else ["nothing happened"]


def _sent_as_allowed(evidence: Evidence) -> Iterator[str]:
    by_means: dict[str, list[Sending]] = defaultdict(list)
    for one in evidence.sendings:
        by_means[one.token or one.retry_key or "nothing"].append(one)
    if by_means.pop("nothing", None):
        yield "a push had no retry key"
    for sendings in by_means.values():
        yield from _asked_again_rightly(sendings, evidence)
    if evidence.pushes_paid and not evidence.pushes_allowed:
        yield f"{evidence.pushes_paid} pushes were paid for, none is allowed"
    in_doubt: set[str] = set()
    for one in evidence.sendings:
        pictures = {str(message["originalContentUrl"]) for message in one.messages if message["type"] == "image"}
        if one.retry_key and pictures & in_doubt:
            yield "a push followed a reply whose outcome was unknown"
        if one.token and not (one.is_clean and one.status in {200, 400, 429}):
            in_doubt |= pictures


def _asked_again_rightly(sendings: Sequence[Sending], evidence: Evidence) -> Iterator[str]:
    """Hold that a token or retry key carries the same words again, and only while its outcome is not known."""
    for one, following in itertools.pairwise(sendings):
        means = "token" if one.token else "retry key"
        if list(one.messages) != list(following.messages):
            yield f"a {means} was used for two different answers"
        was_known = one.is_clean and one.status in {200, 400, 409}
        if was_known and not evidence.was_hurt(one, until=following.began_at):
            yield f"a {means} was used again after a clear {one.status}"


def _taken_back_is_gone(evidence: Evidence) -> Iterator[str]:
    owner = evidence.owners()
    kept = {owner[charge] for charge in evidence.objects.values() if charge in owner}
    pictures = {row["request_id"] for row in evidence.books.pictures}
    for wish in evidence.wishes:
        if not wish.taken_back_for_sure:
            continue
        row = evidence.books.requests.get(wish.event_id)
        if row and (row["prompt"] or row["sources"]):
            yield f"{wish.name}: taken back, and its words are still in the store"
        if wish.event_id in pictures:
            yield f"{wish.name}: taken back, and its picture is still in the store"
        if wish.event_id in kept:
            yield f"{wish.name}: taken back, and its picture is still in the bucket"
    if left := evidence.deleted & set(evidence.objects):
        yield f"{len(left)} pictures were deleted by their people and are still in the bucket"


def _nothing_left(evidence: Evidence) -> Iterator[str]:
    books = evidence.books
    named = {str(row[key]) for row in books.pictures for key in ("object_key", "preview_key")}
    unended = {state: count for state, count in books.workflows.items() if state not in ENDED_WELL}
    undecided = Counter(str(row["answer"]) for row in books.requests.values())
    found = (
        (undecided["waiting"] + undecided["sending"] + undecided["due"], "requests are still to be answered"),
        (books.kept, "paid pictures never reached the bucket"),
        (books.deletions, "objects were to be deleted and are still named"),
        (len(set(evidence.objects) - named), "objects are in the bucket without a picture"),
        (len(named - set(evidence.objects)), "pictures have no object in the bucket"),
        (books.intents, "deliveries have no outcome"),
        (books.unread, "events were not handled to their end"),
        (books.waiting_beside_tokens, "reply tokens died open while somebody waited"),
        (sum(unended.values()), f"workflows did not end well: {unended}"),
    )
    yield from (f"{count} {what}" for count, what in found if count)

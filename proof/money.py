"""Paid calls stay within bounds, the ledger is the invoice, and caps hold at every moment. No I/O."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from proof.evidence import Evidence, Order, Wish

BLIND_MAX = 2  # calls of one wish that may be paid for nothing: the first, and one more after an unknown outcome


def paid_in_bounds(evidence: Evidence) -> Iterator[str]:
    """Hold that a kept picture is never paid for again, and that money is only lost where something went wrong."""
    paid = Counter(str(row["request_id"]) for row in evidence.books.calls if row["outcome"] == "paid")
    for request_id, count in paid.items():
        if count > 1:
            yield f"{request_id}: {count} calls brought a picture, though one was kept"
    owner = evidence.owners()
    wishes = Counter(wish.prompt for wish in evidence.wishes)
    blind = Counter(one.prompt for one in evidence.orders if one.charge and one.charge not in owner)
    for prompt, count in blind.items():
        if count > BLIND_MAX * wishes[prompt]:
            yield f"{prompt!r}: charged {count} times for nothing"
    for order in evidence.orders:
        if order.charge and order.charge not in owner and order.is_clean and not evidence.was_hurt(order):
            yield f"{order.prompt!r}: charged for nothing although nothing was wrong"


def ledger_is_the_invoice(evidence: Evidence) -> Iterator[str]:
    """Hold every booking against the invoice, and the sum of what was lost against the estimates for it."""
    booked = {str(row["vendor_request_id"]): row for row in evidence.books.calls if row["outcome"] == "paid"}
    charged = {order.charge: order for order in evidence.orders if order.charge}
    for charge, row in booked.items():
        if charge not in charged:
            yield f"{charge}: in the ledger, not on the invoice"
        elif not row["is_estimate"] and row["microusd"] != charged[charge].microusd:
            yield f"{charge}: {row['microusd']} in the ledger, {charged[charge].microusd} on the invoice"
    lost = sum(order.microusd for charge, order in charged.items() if charge not in booked)
    estimates = sum(row["microusd"] for row in evidence.books.calls if row["outcome"] in {"unknown", "bad"})
    if estimates < lost:
        yield f"{lost} micro-dollars were charged without a picture, {estimates} are booked for that"
    total = sum(row["microusd"] for row in evidence.books.calls)
    if total != evidence.books.spent_microusd:
        yield f"the ledger has {total} micro-dollars, the purses {evidence.books.spent_microusd}"
    if unsettled := sum(row["outcome"] == "asked" for row in evidence.books.calls):
        yield f"{unsettled} calls have no end"


def caps_held(evidence: Evidence) -> Iterator[str]:
    """Hold the limits against the invoice: what was charged only grows, so the end is its highest moment."""
    caps = evidence.caps
    by_prompt = {wish.prompt: wish.chat for wish in evidence.wishes if wish.prompt}
    spent: Counter[str] = Counter()
    for order in evidence.orders:
        spent[by_prompt.get(order.prompt, "")] += order.microusd
    if caps.bot_monthly_microusd and spent.total() > caps.bot_monthly_microusd:
        yield f"the bot's cap is {caps.bot_monthly_microusd} micro-dollars, {spent.total()} were charged"
    for chat, microusd in spent.items():
        if chat and caps.chat_monthly_microusd and microusd > caps.chat_monthly_microusd:
            yield f"a chat's cap is {caps.chat_monthly_microusd} micro-dollars, {microusd} were charged in {chat[:6]}"
    yield from _pictures_a_day(evidence)
    yield from _at_once(evidence)


def _pictures_a_day(evidence: Evidence) -> Iterator[str]:
    had: Counter[tuple[str, str]] = Counter()
    for row in evidence.books.requests.values():
        if row["draws"] and row["state"] == "ready":
            had[str(row["user_id"]), str(row["counted_on"])] += int(row["counted"])
    cap = evidence.caps.user_daily_pictures
    for (person, day), count in had.items():
        if cap and count > cap:
            yield f"{person[:6]} got {count} pictures on {day}, {cap} are allowed"


def _at_once(evidence: Evidence) -> Iterator[str]:
    person_of = _people_by_prompt(evidence.wishes)
    caps = evidence.caps
    if caps.at_once and (most := _most_at_once(evidence.orders)) > caps.at_once:
        yield f"{most} pictures were drawn at once, {caps.at_once} are allowed"
    orders: dict[str, list[Order]] = defaultdict(list)
    for order in evidence.orders:
        if order.prompt in person_of:
            orders[person_of[order.prompt]].append(order)
    for person, theirs in orders.items():
        if caps.at_once_per_user and (most := _most_at_once(theirs)) > caps.at_once_per_user:
            yield f"{most} pictures of {person[:6]} were drawn at once, {caps.at_once_per_user} are allowed"


def _people_by_prompt(wishes: Sequence[Wish]) -> Mapping[str, str]:
    """Map prompts to who asked, where only one person did."""
    found: dict[str, set[str]] = defaultdict(set)
    for wish in wishes:
        if wish.prompt:
            found[wish.prompt].add(wish.person)
    return {prompt: next(iter(people)) for prompt, people in found.items() if len(people) == 1}


def _most_at_once(orders: Sequence[Order]) -> int:
    """Count. An order ends when whoever gave it is gone, though the model goes on."""
    steps = [(order.began_at, 1) for order in orders] + [(order.ended_at or order.began_at, -1) for order in orders]
    most = now = 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most

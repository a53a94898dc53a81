"""`easel refund ID`: what a request cost no longer counts against its person and chat."""

from collections.abc import Mapping
from typing import Any

from app.ops.desk.history import unknown
from app.ops.desk.open_store import NotPossible, opened
from app.ops.desk.spelling import shown_id, when
from app.prices.dollars import usd
from app.settings import Settings
from app.store.money.refunds import Refund, Refunds
from app.store.requests import UNFINISHED


async def refund(settings: Settings, request_id: str) -> Refund:
    """Give back what a request cost its person and chat.

    Raises:
        NotPossible: There is nothing to give back, or what it costs is not known yet.
    """
    async with opened(settings.database_url) as database:
        given = await Refunds(database).refund(request_id)
    if given is None:
        raise unknown(request_id)
    if given.state in UNFINISHED:
        raise NotPossible(f"{request_id} is not finished ({given.state}): what it costs is not known yet")
    if given.refunded_at is None:
        raise NotPossible(f"{request_id} counts for nobody: there is nothing to give back")
    return given


def as_data(request_id: str, given: Refund) -> Mapping[str, Any]:
    """Return it ready for JSON, with whole ids."""
    budgets = [
        {"holder": holder, "period": period, "microusd": microusd}
        for (holder, period), microusd in given.budgets.items()
    ]
    return {
        "request": request_id,
        "refunded_at": given.refunded_at,
        "again": given.again,
        "pictures": given.pictures,
        "counted_on": given.counted_on,
        "purses": budgets,
    }


def text(request_id: str, given: Refund, settings: Settings, *, full: bool) -> str:
    """Format it for people."""
    if given.again:
        return (
            f"{request_id} was refunded already, {when(given.refunded_at, settings.zone)}: nothing more to give back."
        )
    lines = [f"{request_id} does not count any more. Given back:"]
    if given.pictures:
        lines.append(f"  {given.pictures} of the person's pictures of {given.counted_on}")
    for (holder, period), microusd in given.budgets.items():
        lines.append(f"  USD {usd(microusd)} to {_purse(holder, full=full)}, {period}")
    return "\n".join([*lines, "The bot's own day and month keep what was spent."])


def _purse(holder: str, *, full: bool) -> str:
    kind, _, rest = holder.partition(":")
    ids = [shown_id(one, full=full) for one in rest.split(":")]
    return f"the share of {ids[-1]} in {ids[0]}" if kind == "member" else f"the chat {ids[0]}"

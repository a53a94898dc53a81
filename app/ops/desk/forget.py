"""`easel forget ID`: deletes everything of a person, group or room from the store and from the bucket."""

from dataclasses import asdict, dataclass
from typing import Any

from app.errors import EaselError
from app.flows.upkeep.cleanup import sweep
from app.ops.desk.open_store import opened
from app.ops.desk.spelling import shown_id
from app.r2 import Bucket
from app.settings import Settings
from app.store.data_inventory import DataInventory, belongings_of
from app.store.database import Database
from app.store.deletions import Deletions
from app.store.forgetting import Forgetting


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was deleted. `swept`: objects deleted from the bucket just now; `unswept`: why the rest waits, else None."""

    id: str
    gone: DataInventory
    swept: int
    unswept: str | None


async def look(settings: Settings, line_id: str) -> DataInventory:
    """Count what would be deleted."""
    async with opened(settings.database_url) as database:
        return await belongings_of(database, line_id)


async def forget(settings: Settings, line_id: str) -> Receipt:
    """Delete it all. If the bucket cannot be reached, the running service or a second run deletes the objects later."""
    async with opened(settings.database_url) as database:
        gone = await belongings_of(database, line_id)
        forgetting = Forgetting(database)
        await (forgetting.person(line_id) if line_id.startswith("U") else forgetting.chat(line_id))
        await forgetting.counts(line_id)
        swept, unswept = await _swept(settings, database)
    return Receipt(id=line_id, gone=gone, swept=swept, unswept=unswept)


def question(line_id: str, there: DataInventory) -> str:
    """Return the question that is asked before it is done."""
    return f"Forget {there.pictures} pictures and {there.records} records of {line_id}? It cannot be undone."


def as_data(receipt: Receipt) -> dict[str, Any]:
    """Return it ready for JSON, with the whole id."""
    return {**asdict(receipt), "records": receipt.gone.records}


def text(receipt: Receipt, *, full: bool) -> str:
    """Format the receipt for people."""
    gone, name = receipt.gone, shown_id(receipt.id, full=full)
    lines = [f"Forgotten of {name}:" if gone.any else f"There is nothing of {name}."]
    if gone.any:
        lines += [
            f"  pictures  {gone.pictures}",
            f"  records   {gone.records} ({_kinds(gone)})",
        ]
    if gone.calls:
        lines.append(f"  The ledger keeps its calls without a name: {gone.calls}.")
    if gone.is_blocked:
        lines.append("  An admin's block of this id stays.")
    if receipt.swept:
        lines.append(f"  Objects deleted from the bucket: {receipt.swept}.")
    return "\n".join(lines)


def _kinds(gone: DataInventory) -> str:
    counts = {
        "requests": gone.requests,
        "photos": gone.photos,
        "messages": gone.messages,
        "settings": gone.chats,
        "counts": gone.budgets,
    }
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count) or "none"


async def _swept(settings: Settings, database: Database) -> tuple[int, str | None]:
    bucket = Bucket(
        endpoint_url=settings.bucket_endpoint_url,
        access_key_id=settings.r2_access_key_id.get_secret_value(),
        secret_access_key=settings.r2_secret_access_key.get_secret_value(),
        bucket=settings.r2_bucket,
        public_base_url=settings.r2_public_base_url,
    )
    try:
        return await sweep(Deletions(database), bucket), None
    except EaselError as error:
        return 0, (
            f"the bucket did not delete the pictures yet ({error}): the running service goes on trying, and so does "
            "this command when it is run again"
        )
    finally:
        await bucket.aclose()

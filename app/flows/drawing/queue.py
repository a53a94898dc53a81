"""The bounded queue of pictures: which workflow id a wish is drawn under, and whose turn it uses up."""

import hashlib
import re

from app.engine import Engine, EngineClient

DRAW = "draw"
_GENERATION = re.compile(r"~([1-9]\d*)$")


def workflow_id(request_id: str, *, generation: int = 1) -> str:
    """Name the workflow of a request. One that has ended never runs again, so a wish begun again needs a new name."""
    return f"{DRAW}-{request_id}" if generation == 1 else f"{DRAW}-{request_id}~{generation}"


def generation_of(known: str) -> int:
    """Return how many times this workflow's wish has been begun, this one included."""
    found = _GENERATION.search(known)
    return int(found[1]) if found else 1


def request_of(known: str) -> str:
    """Return the request that this workflow draws."""
    return _GENERATION.sub("", known.removeprefix(f"{DRAW}-"))


def turn_of(user_or_chat_id: str) -> str:
    """Return whose turn a wish uses up, as a hash: the engine's tables are not ours to clear of people's ids."""
    return hashlib.sha256(user_or_chat_id.encode()).hexdigest()[:16]


async def enqueue(engine: Engine | EngineClient, request_id: str, *, turn: str, generation: int = 1) -> None:
    """Have a wish drawn in its turn. Does nothing if the engine knows it already."""
    name = workflow_id(request_id, generation=generation)
    await engine.enqueue(DRAW, name, argument=request_id, user=turn)

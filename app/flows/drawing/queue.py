"""The bounded queue of pictures: by which id a wish is drawn, and whose turn it uses up."""

import hashlib
import re

from app.engine import Engine, Outside

DRAW = "draw"
_GENERATION = re.compile(r"~([1-9]\d*)$")


def workflow_id(request_id: str, *, generation: int = 1) -> str:
    """Name the workflow of a request. One that has ended is not run again: what is begun again has a new name."""
    return f"{DRAW}-{request_id}" if generation == 1 else f"{DRAW}-{request_id}~{generation}"


def generation_of(known: str) -> int:
    """Return how often the wish of this workflow was begun."""
    found = _GENERATION.search(known)
    return int(found[1]) if found else 1


def request_of(known: str) -> str:
    """Return the request that this workflow draws."""
    return _GENERATION.sub("", known.removeprefix(f"{DRAW}-"))


def turn_of(user_or_chat_id: str) -> str:
    """Return whose turn a wish uses up. No id of a person: the engine's tables are not ours to clean."""
    return hashlib.sha256(user_or_chat_id.encode()).hexdigest()[:16]


async def enqueue(engine: Engine | Outside, request_id: str, *, turn: str, generation: int = 1) -> None:
    """Have a wish drawn in its turn. When the engine knows it already nothing happens."""
    name = workflow_id(request_id, generation=generation)
    await engine.enqueue(DRAW, name, argument=request_id, user=turn)

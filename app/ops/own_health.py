"""`easel health`: asks the Easel on this machine how it is. Loads little, since container engines ask often."""

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

TIMEOUT_S: Final = 2.0
ANSWER_BYTES_MAX: Final = 64 * 1024  # ours is a few hundred


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHealth:
    """What it said, in lines for people. `is_well`: it is alive, or ready where that was asked."""

    is_well: bool
    told: tuple[str, ...]


def ask_alive(port: int) -> OwnHealth:
    """Ask whether the process answers."""
    try:
        return OwnHealth(is_well=True, told=(_asked(port, "/healthz").decode(errors="replace"),))
    except (OSError, http.client.HTTPException) as error:
        return _not_alive(error)


def ask_ready(port: int) -> OwnHealth:
    """Ask whether it takes webhooks; if it does not, which part does not work. Warnings are told either way."""
    try:
        answer = json.loads(_asked(port, "/readyz"))
    except (OSError, http.client.HTTPException) as error:
        return _not_alive(error)
    except (ValueError, RecursionError):
        answer = None
    match answer:
        case {"ready": True}:
            return OwnHealth(is_well=True, told=("ready", *_told("warning", answer.get("warnings"))))
        case {"ready": False, "problems": dict(problems)}:
            told = (*_told("not ready", problems), *_told("warning", answer.get("warnings")))
            return OwnHealth(is_well=False, told=told)
    return OwnHealth(is_well=False, told=(f"not ready: something else than Easel answers on port {port}",))


def _not_alive(error: Exception) -> OwnHealth:
    return OwnHealth(is_well=False, told=(f"not alive: {error}",))


def _told(kind: str, parts: object) -> list[str]:
    return [f"{kind}: {part}: {what}" for part, what in parts.items()] if isinstance(parts, dict) else []


def _asked(port: int, path: str) -> bytes:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy would ask itself
    try:
        with direct.open(f"http://127.0.0.1:{port}{path}", timeout=TIMEOUT_S) as answer:
            return bytes(answer.read(ANSWER_BYTES_MAX))
    except urllib.error.HTTPError as error:
        if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
            raise
        with error:
            return error.read(ANSWER_BYTES_MAX)

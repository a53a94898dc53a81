"""Asks a running Easel on this machine whether it is ready."""

import json
from typing import Final

import httpx

from app.ops.doctor.bounded_answer import get
from app.ops.doctor.finding import Finding, failed, ok, skipped

TIMEOUT_S: Final = 3.0
ANSWER_BYTES_MAX: Final = 64 * 1024  # ours is a few hundred


async def check_service(port: int) -> Finding:
    """Ask `/readyz`. No answer is not a failure: the service may run elsewhere, or not be started yet."""
    check = "service"
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as http:
            answer = json.loads((await get(http, f"http://127.0.0.1:{port}/readyz", bytes_max=ANSWER_BYTES_MAX)).body)
    except (httpx.HTTPError, ValueError, RecursionError):
        return skipped(check, f"no Easel answers on port {port} of this machine")
    match answer:
        case {"ready": True}:
            return ok(check, f"the Easel on port {port} is ready")
        case {"ready": False, "problems": dict(problems)}:
            seen = "; ".join(f"{part}: {problem}" for part, problem in problems.items())
            return failed(check, f"the Easel on port {port} is not ready: {seen}", cure="Look at its log")
    return skipped(check, f"something else than Easel answers on port {port} of this machine")

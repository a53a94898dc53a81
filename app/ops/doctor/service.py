"""Asks a running Easel on this machine whether it is ready."""

from typing import Final

import httpx

from app.ops.doctor.finding import Finding, failed, ok, skipped

TIMEOUT_S: Final = 3.0


async def look_at_service(port: int) -> Finding:
    """Ask `/readyz`. No answer is not a failure: the service may run elsewhere, or not be started yet."""
    check = "service"
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as http:
            answer = (await http.get(f"http://127.0.0.1:{port}/readyz")).json()
    except (httpx.HTTPError, ValueError):
        return skipped(check, f"no Easel answers on port {port} of this machine")
    match answer:
        case {"ready": True}:
            return ok(check, f"the Easel on port {port} is ready")
        case {"ready": False, "problems": dict(problems)}:
            seen = "; ".join(f"{part}: {problem}" for part, problem in problems.items())
            return failed(check, f"the Easel on port {port} is not ready: {seen}", cure="Look at its log")
    return skipped(check, f"something else than Easel answers on port {port} of this machine")

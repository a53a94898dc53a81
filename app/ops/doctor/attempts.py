"""Runs the checks of one vendor under a shared deadline, and explains what they raise."""

import asyncio
import os
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field

from app.errors import EaselError, NotPermitted, OutcomeUnknown, RateLimited, Unreachable, VendorFault
from app.ops.doctor.finding import NOT_FORESEEN, Finding, failed, not_foreseen

PROXIES = ("HTTPS_PROXY", "ALL_PROXY")
LIMIT_S = 15.0  # the whole run must end within 20 s, even if a vendor never answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """The vendor that checks are about.

    Attributes:
        name: Its name, for sentences.
        host: Its host name, for sentences.
        status_page: Where it announces outages.
        cures: What helps, keyed by the code, the cause or the class name of an error.
    """

    name: str
    host: str
    status_page: str
    cures: Mapping[str, str] = field(default_factory=dict)


class Attempts:
    """Runs the checks of one vendor under one shared time limit: the report cannot wait long for a dead vendor."""

    def __init__(self, vendor: Vendor, *, limit_s: float = LIMIT_S) -> None:
        """Start the time limit. Must be called inside the event loop."""
        self._vendor = vendor
        self._limit_s = limit_s
        self._end_at = asyncio.get_running_loop().time() + limit_s

    async def make(self, check: str, work: Awaitable[Sequence[Finding]]) -> Sequence[Finding]:
        """Await a check; one that raises, or is not done in time, has failed."""
        try:
            async with asyncio.timeout_at(self._end_at):
                return await work
        except TimeoutError:
            cure = f"Try again; if it stays so, look at {self._vendor.status_page}"
            return [failed(check, f"no answer of {self._vendor.name} within {self._limit_s:g} s", cure=cure)]
        except EaselError as error:
            return [failed(check, said(error), cure=cure_of(error, self._vendor))]
        except Exception as error:  # noqa: BLE001 - one check must not cost the whole report
            return [failed(check, not_foreseen(error), cure=NOT_FORESEEN)]


def cure_of(error: EaselError, vendor: Vendor) -> str:
    """Return what helps against an error of a vendor."""
    cause = error.cause if isinstance(error, NotPermitted) else ""
    known = (vendor.cures.get(name) for name in (error.code or "", cause, type(error).__name__))
    cure = next((cure for cure in known if cure), None) or _usual_cure(error, vendor)
    proxies = [name for name in PROXIES if os.environ.get(name) or os.environ.get(name.lower())]
    if isinstance(error, Unreachable) and proxies:
        return f"Everything goes through {' and '.join(proxies)} of the environment: is that proxy alive? Else: {cure}"
    return cure


def said(error: EaselError) -> str:
    """Return an error's message, with the id that the vendor's support asks for."""
    return f"{error} [request {error.vendor_request_id}]" if error.vendor_request_id else str(error)


def _usual_cure(error: EaselError, vendor: Vendor) -> str:
    match error:
        case Unreachable():
            return f"Find out why this machine does not reach {vendor.host}: DNS, firewall, proxy, its clock"
        case RateLimited():
            return "Wait a minute and try again"
        case OutcomeUnknown() | VendorFault():
            return f"Try again; if it stays so, look at {vendor.status_page}"
        case _:
            return f"Ask {vendor.name}'s support, with the request id"

"""The webhook: where LINE sends events, whether it is switched on, and the result of LINE's own test."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from app.line.console import LineConsole, WebhookEndpoint, WebhookTest
from app.ops.doctor.finding import Finding, failed, ok, warning

CALLBACK: Final = "/callback"
USE_WEBHOOK: Final = "LINE Developers console > your channel > Messaging API > Use webhook"

_CURES: Final[Mapping[str, str]] = {
    "COULD_NOT_CONNECT": (
        "Check from outside: the name resolves, port 443 is open, the certificate is valid with its whole chain and "
        "not self-signed, TLS 1.2 or later"
    ),
    "REQUEST_TIMEOUT": "Look at Easel's log and load: LINE waits 2 s; a proxy in front may hold requests back",
    "UNCLASSIFIED": "Try again in a minute; a new address takes up to one to be known at LINE",
}
_STATUS_CURES: Final[Mapping[int, str]] = {
    400: "Easel does not take LINE's signature: LINE_CHANNEL_SECRET of the running Easel is of another channel",
    401: "Something in front of Easel asks for a login: let POST /callback through",
    403: "Something in front of Easel forbids it (firewall, bot rule, country rule): let POST /callback through",
    404: "The address leads to something else: it must end with /callback, and the proxy must keep the path",
    405: "The address leads to something else: it must end with /callback, and the proxy must keep POST",
    413: "The proxy takes no bodies of this size: allow 1 MB",
    500: "Easel runs but is not ready: GET /readyz tells why",
}
_PROXY_CURE: Final = "The proxy is reached, Easel behind it is not: is it running, on the port that the proxy asks?"
_REDIRECT_CURE: Final = "LINE follows no redirects: set the address that it leads to"


async def check_webhook(console: LineConsole) -> list[Finding]:
    """Check what is set, and have LINE test it."""
    endpoint = await console.webhook_endpoint()
    if endpoint is None:
        return [failed("webhook", "no address is set", cure="easel setup --url https://your.domain/callback")]
    found = [check_address(endpoint.url), _use(endpoint)]
    return [*found, explain_test(await console.test_webhook())]


def check_address(url: str) -> Finding:
    """Check the form of a URL: https, or this machine for a stand-in, and the path that Easel answers."""
    check, parts = "webhook", urlsplit(url)
    cure = "easel setup --url https://your.domain/callback"
    if parts.scheme != "https" and not is_this_machine(url):
        return failed(check, f"{url} is not https", cure=cure)
    if parts.path != CALLBACK:
        return warning(
            check,
            f"{url} does not end with {CALLBACK}",
            cure=f"{cure}; where a proxy changes the path, set it in LINE's console",
        )
    return ok(check, url)


def explain_test(test: WebhookTest) -> Finding:
    """Turn the result of LINE's own test into a finding."""
    check = "webhook test"
    if test.success:
        return ok(check, f"LINE sent an event and was answered {test.status}")
    seen = f"LINE says {test.reason or 'nothing'}"
    if test.detail and test.detail != str(test.status):
        seen = f"{seen}: {test.detail}"
    if test.reason == "ERROR_STATUS_CODE":
        return failed(check, f"{seen} (status {test.status})", cure=_status_cure(test.status))
    return failed(check, seen, cure=_CURES.get(test.reason, _CURES["UNCLASSIFIED"]))


def is_this_machine(url: str) -> bool:
    """Whether a URL leads to this machine, as those of stand-ins do."""
    return re.match(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/|$)", url) is not None


def _use(endpoint: WebhookEndpoint) -> Finding:
    if endpoint.active:
        return ok("use webhook", "on")
    return failed("use webhook", "off: LINE sends nothing", cure=f"Switch it on: {USE_WEBHOOK}")


def _status_cure(status: int) -> str:
    if status in {502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 530}:  # the last ones are Cloudflare's own
        return _PROXY_CURE
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP's class of redirects
        return _REDIRECT_CURE
    return _STATUS_CURES.get(status, "Ask the address yourself with curl -X POST, and see who answers")

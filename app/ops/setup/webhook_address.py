"""Sets the webhook's URL, and has LINE itself test it."""

from collections.abc import Sequence
from typing import Final

from app.line.console import LineConsole, WebhookEndpoint
from app.ops.doctor.finding import Finding, FindingVerdict
from app.ops.doctor.line_webhook import USE_WEBHOOK, check_address, explain_test
from app.ops.setup.step import SetupStep, StepOutcome

_CHECK: Final = "webhook"


async def set_webhook(console: LineConsole, url: str | None) -> Sequence[SetupStep]:
    """Have events sent to `url`, or with None keep the URL that is set, and have LINE test it.

    A new URL is tested before it replaces another one, which may still work.
    """
    url = url.strip() if url else None
    endpoint = await console.webhook_endpoint()
    current = endpoint.url if endpoint else None
    wanted = url or current
    if wanted is None:
        cure = "easel setup --url https://your.domain/callback"
        return [SetupStep(name=_CHECK, outcome=StepOutcome.BY_HAND, told="no address is set", cure=cure)]
    address = check_address(wanted)
    if address.verdict is FindingVerdict.FAILED or (url and address.verdict is FindingVerdict.WARNING):
        return [_failed(address)]
    if current and wanted != current:
        tried = await _try(console, wanted)
        if tried.outcome is StepOutcome.FAILED:
            return [
                SetupStep(name=_CHECK, outcome=StepOutcome.ALREADY, told=f"{current} stays: {wanted} failed"),
                tried,
            ]
    if wanted == current:
        step = SetupStep(name=_CHECK, outcome=StepOutcome.ALREADY, told=wanted)
    else:
        await console.set_webhook_endpoint(wanted)
        step = SetupStep(name=_CHECK, outcome=StepOutcome.DONE, told=f"{wanted}, in place of {current or 'none'}")
        endpoint = await console.webhook_endpoint()
    return [step, _use(endpoint), await _try(console, wanted)]


def _use(endpoint: WebhookEndpoint | None) -> SetupStep:
    if endpoint and endpoint.active:
        return SetupStep(name="use webhook", outcome=StepOutcome.OK, told="on")
    told = "off: LINE sends nothing"
    return SetupStep(name="use webhook", outcome=StepOutcome.FAILED, told=told, cure=f"Switch it on: {USE_WEBHOOK}")


async def _try(console: LineConsole, url: str) -> SetupStep:
    # With the URL: LINE may take a minute to use one that was just set.
    found = explain_test(await console.test_webhook(url))
    if found.verdict is FindingVerdict.OK:
        return SetupStep(name=found.check, outcome=StepOutcome.OK, told=found.evidence)
    return _failed(found)


def _failed(found: Finding) -> SetupStep:
    return SetupStep(name=found.check, outcome=StepOutcome.FAILED, told=found.evidence, cure=found.cure)

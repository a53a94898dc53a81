"""OpenAI's error bodies. No I/O.

Seen in the field between 2025 and November 2026; OpenAI documents the envelope only:
https://platform.openai.com/docs/guides/error-codes/api-errors
"""

import orjson

from line_sandbox.faults import Fault
from line_sandbox.openai.models import Model
from line_sandbox.stand_in import Refusal

USER_ERROR = "image_generation_user_error"
REQUEST_ERROR = "invalid_request_error"


def envelope(
    code: str | None, message: str, *, type_: str = REQUEST_ERROR, param: str | None = None
) -> dict[str, object]:
    """The body of every error."""
    return {"error": {"message": message, "type": type_, "param": param, "code": code}}


def refusal(
    status: int, code: str | None, message: str, *, type_: str = REQUEST_ERROR, param: str | None = None
) -> Refusal:
    """A refusal with this body."""
    body = orjson.dumps(envelope(code, message, type_=type_, param=param))
    return Refusal(status, code or f"http_{status}", body, media_type="application/json")


def invalid_value(param: str, message: str, *, type_: str = REQUEST_ERROR) -> Refusal:
    """400: this parameter does not take this value."""
    return refusal(400, "invalid_value", message, param=param, type_=type_)


def not_one_of(param: str, value: object, supported: tuple[str, ...]) -> Refusal:
    """400: this parameter takes one of a few words."""
    words = [f"'{word}'" for word in supported]
    listed = " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])}, and {words[-1]}"  # noqa: PLR2004  # two words take no comma
    return invalid_value(param, f"Invalid value: '{value}'. Supported values are: {listed}.")


def model_gone(name: str, model: Model | None) -> Refusal:
    """What the images endpoint says about a model that it does not have, or has no longer."""
    match model.gone if model else "does_not_exist":
        case "model_not_found":
            message = f"The model `{name}` does not exist or you do not have access to it."
            return refusal(404, "model_not_found", message)
        case "deprecated":
            message = f"The model `{name}` has been deprecated, learn more here: https://platform.openai.com/docs/deprecations"
            return refusal(404, "model_not_found", message)
        case _:
            return refusal(400, None, f"The model '{name}' does not exist.", param="model")


def moderation_blocked(request_id: str, category: str, stage: str) -> Refusal:
    """400: the safety system said no."""
    message = (
        "Your request was rejected by the safety system. If you believe this is an error, contact us at "
        f"help.openai.com and include the request ID {request_id}. safety_violations=[{category}]."
    )
    error = {
        "message": message,
        "type": USER_ERROR,
        "param": None,
        "code": "moderation_blocked",
        "moderation_details": {"moderation_stage": stage, "categories": [category]},
    }
    return Refusal(400, "moderation_blocked", orjson.dumps({"error": error}), media_type="application/json")


def model_is_gone(model: str = "gpt-image-1") -> Fault:
    """400: this model, whichever was asked, does not exist."""
    return Fault.status(400, model_gone(model, None).body, headers={"content-type": "application/json"})


def refused(category: str = "violence", stage: str = "output") -> Fault:
    """400: the safety system said no, whatever the prompt."""
    body = moderation_blocked("b68e1d8f-31a3-4a04-aa41-bf442d857ccd", category, stage).body
    return Fault.status(400, body, headers={"content-type": "application/json"})


def rate_limited(*, retry_after_ms: int = 240) -> Fault:
    """429 that refills by itself."""
    message = (
        "Rate limit reached for gpt-image-2 (for limit gpt-image) in organization org-sandbox on input-images per min: "
        f"Limit 5, Used 5, Requested 1. Please try again in {retry_after_ms}ms."
    )
    headers = {"retry-after-ms": str(retry_after_ms), "x-ratelimit-remaining-input-images": "0"}
    retry_after = str(max(1, round(retry_after_ms / 1000)))
    body = envelope("rate_limit_exceeded", message, type_="input-images")
    return Fault.status(429, body, headers=headers, retry_after=retry_after)


def insufficient_quota() -> Fault:
    """429 that does not refill: the operator must pay."""
    message = "You exceeded your current quota, please check your plan and billing details."
    return Fault.status(429, envelope("insufficient_quota", message, type_="insufficient_quota"))


def billing_hard_limit() -> Fault:
    """The month's limit, which OpenAI answers with 400."""
    message = "Billing hard limit has been reached."
    return Fault.status(400, envelope("billing_hard_limit_reached", message, type_="billing_limit_user_error"))


def server_error() -> Fault:
    """500."""
    message = "The server had an error while processing your request. Sorry about that!"
    return Fault.status(500, envelope("server_error", message, type_="image_generation_server_error"))


def not_verified(model: str = "gpt-image-2") -> Fault:
    """403: the organisation is not verified."""
    message = (
        f"Your organization must be verified to use the model `{model}`. Please go to: "
        "https://platform.openai.com/settings/organization/general and click on Verify Organization. "
        "If you just verified, it can take up to 15 minutes for access to propagate."
    )
    return Fault.status(403, envelope(None, message))

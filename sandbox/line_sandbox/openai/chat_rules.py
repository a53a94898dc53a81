"""Which parameters Chat Completions takes, strict schemas among them, and what it says to the others. No I/O.

https://platform.openai.com/docs/api-reference/chat/create and
https://platform.openai.com/docs/guides/structured-outputs (read 2026-11-27).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from line_sandbox.openai.errors import refusal
from line_sandbox.openai.texts import TextModel, text_model_gone
from line_sandbox.stand_in import Refusal

PARAMETERS = frozenset({
    "model", "messages", "response_format", "reasoning_effort", "verbosity", "max_completion_tokens", "max_tokens",
    "temperature", "top_p", "seed", "n", "stream", "stop", "user", "safety_identifier", "prompt_cache_key", "store",
    "metadata", "service_tier", "tools", "tool_choice",
})  # fmt: skip
ENUM_VALUES_MAX = 1000
PROPERTIES_MAX = 5000
ROLES = ("developer", "system", "user", "assistant", "tool")
IDENTIFIER_MAX = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A request that obeys the rules.

    Attributes:
        rules: What the developer or system role says.
        message: What the user says last.
        choices: Of a strict schema, what each field may be; empty without one.
    """

    model: TextModel
    rules: str
    message: str
    choices: Mapping[str, tuple[str, ...]]
    tokens_max: int | None


def read_talk(fields: Mapping[str, Any], models: Mapping[str, TextModel]) -> Talk:
    """Check every parameter.

    Raises:
        Refusal: 400 or 404 with OpenAI's code.
    """
    model = _model(fields, models)
    for name in fields:
        if name not in PARAMETERS:
            raise refusal(400, "unknown_parameter", f"Unknown parameter: '{name}'.", param=name)
    messages = _messages(fields)
    _check_parameters(fields, model)
    said = {role: [one["content"] for one in messages if one["role"] == role] for role in ROLES}
    return Talk(
        model=model,
        rules="\n".join([*said["developer"], *said["system"]]),
        message=said["user"][-1] if said["user"] else "",
        choices=_choices(fields.get("response_format")),
        tokens_max=fields.get("max_completion_tokens"),
    )


def _model(fields: Mapping[str, Any], models: Mapping[str, TextModel]) -> TextModel:
    name = fields.get("model")
    if not isinstance(name, str) or not name:
        raise refusal(400, None, "you must provide a model parameter")
    model = models.get(name)
    if model is None or not model.live:
        raise text_model_gone(name)
    return model


def _messages(fields: Mapping[str, Any]) -> list[dict[str, str]]:
    messages = fields.get("messages")
    if not isinstance(messages, list):
        raise refusal(400, "missing_required_parameter", "Missing required parameter: 'messages'.", param="messages")
    if not messages:
        message = (
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead."
        )
        raise refusal(400, "empty_array", message, param="messages")
    for index, one in enumerate(messages):
        match one:
            case {"role": str(role), "content": str()} if role in ROLES:
                pass
            case _:
                raise refusal(400, "invalid_value", f"Invalid 'messages[{index}]'.", param=f"messages[{index}]")
    return messages


def _check_parameters(fields: Mapping[str, Any], model: TextModel) -> None:
    if "max_tokens" in fields and model.efforts:
        message = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        )
        raise refusal(400, "unsupported_parameter", message, param="max_tokens")
    if "temperature" in fields and model.efforts and fields["temperature"] != 1:
        message = (
            f"Unsupported value: 'temperature' does not support {fields['temperature']} with this model. "
            "Only the default (1) value is supported."
        )
        raise refusal(400, "unsupported_value", message, param="temperature")
    if "reasoning_effort" in fields and fields["reasoning_effort"] not in model.efforts:
        raise _effort_refused(str(fields["reasoning_effort"]), model)
    if "verbosity" in fields and not model.efforts:
        message = "Unsupported parameter: 'verbosity' is not supported with this model."
        raise refusal(400, "unsupported_parameter", message, param="verbosity")
    if len(str(fields.get("safety_identifier", ""))) > IDENTIFIER_MAX:
        message = f"Invalid 'safety_identifier': string too long. Expected at most {IDENTIFIER_MAX} characters."
        raise refusal(400, "string_above_max_length", message, param="safety_identifier")


def _effort_refused(effort: str, model: TextModel) -> Refusal:
    if not model.efforts:
        message = "Unsupported parameter: 'reasoning_effort' is not supported with this model."
        return refusal(400, "unsupported_parameter", message, param="reasoning_effort")
    listed = ", ".join(f"'{one}'" for one in model.efforts)
    message = (
        f"Unsupported value: 'reasoning_effort' does not support '{effort}' with this model. "
        f"Supported values are: {listed}."
    )
    return refusal(400, "unsupported_value", message, param="reasoning_effort")


def _choices(wanted: Any) -> Mapping[str, tuple[str, ...]]:  # noqa: ANN401  # whatever the client sent
    """Check a schema as strict mode does. Only flat ones with enums of strings are answered by script."""
    match wanted:
        case None | {"type": "text"}:
            return {}
        case {"type": "json_schema", "json_schema": {"name": str(), "strict": True, "schema": dict(schema)}}:
            return _strict(schema)
    message = "Invalid value for 'response_format': expected a json_schema with a name, a schema and strict."
    raise refusal(400, "invalid_value", message, param="response_format")


def _strict(schema: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    properties = schema.get("properties")
    if schema.get("type") != "object" or not isinstance(properties, dict):
        raise _bad_schema("schema must be of type 'object' with 'properties'.")
    if schema.get("additionalProperties") is not False:
        raise _bad_schema("'additionalProperties' is required to be supplied and to be false.")
    if sorted(schema.get("required", ())) != sorted(properties):
        raise _bad_schema("'required' is required to be supplied and to be an array including every key in properties.")
    enums = {name: tuple(one.get("enum", ())) for name, one in properties.items()}
    if sum(map(len, enums.values())) > ENUM_VALUES_MAX or len(properties) > PROPERTIES_MAX:
        raise _bad_schema("too many enum values or properties.")
    if any("default" in one or one.get("type") != "string" for one in properties.values()):
        raise _bad_schema("'default' is not permitted, and this stand-in answers strings only.")
    return enums


def _bad_schema(why: str) -> Refusal:
    message = f"Invalid schema for response_format 'reading': In context=(), {why}"
    return refusal(400, None, message, param="response_format")

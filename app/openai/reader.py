"""Asks a small text model one question about one message, and accepts only words of ours as an answer.

Uses Chat Completions, which other servers have, too: https://platform.openai.com/docs/api-reference/chat/create and
https://platform.openai.com/docs/guides/structured-outputs (read 2026-11-27). One attempt: a person is waiting.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx
import orjson

from app.errors import (
    BadAnswer,
    BadRequest,
    Cause,
    EaselError,
    NotPermitted,
    OutcomeUnknown,
    Unreachable,
    VendorFault,
)
from app.openai.completion import Completion, read_completion
from app.openai.faults import CAUSES, HttpAnswer, fault, has_error, missing_scopes
from app.openai.http_client import IDENTITY, no_cookies
from app.openai.images import CONNECT_TIMEOUT_S, HEADER_SAFE, IDLE_CONNECTION_S, NOTHING_SENT
from app.openai.json_body import is_json_object

READ_TIMEOUT_S: Final = 2.5
PROBE_TIMEOUT_S: Final = 10.0
CONNECTIONS_MAX: Final = 64
ANSWER_BYTES_MAX: Final = 64 * 1024  # a reading is about 1 kB
TOKENS_MAX: Final = 200
LESSONS_MAX: Final = 3  # how many refused fields may be learned; a server names one at a time
NOT_OFFERED: Final = "not_offered"  # the code of a lasting error: this server does not support the call
PATH: Final = "chat/completions"
SCHEMA_PARAM: Final = "response_format"
UNTAKEN: Final = {"unsupported_value", "unsupported_parameter", "unknown_parameter"}
OPENAI_HOST: Final = "api.openai.com"  # and eu.api.openai.com: https://platform.openai.com/docs/guides/your-data
NOT_STORED: Final[Mapping[str, Any]] = {"store": False}
# What makes OpenAI's models answer fast and store nothing; another server that refuses all of it is asked without.
OPENAIS_OWN: Final[Mapping[str, Any]] = {
    **NOT_STORED,
    "reasoning_effort": "none",  # the default is "medium": slow, and paid for
    "verbosity": "low",
    "max_completion_tokens": TOKENS_MAX,
    "prompt_cache_key": "easel-reader-v1",
}
OF_THE_ASKER: Final = "safety_identifier"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextQuestion:
    """What is asked about a message.

    Attributes:
        rules: What the model is told to do. Contains nothing that a person wrote.
        message: The message to read, as one JSON object.
        choices: What it may answer, field by field, in this order.
        asker: A hash that stands for the person.
    """

    rules: str
    message: str
    choices: Mapping[str, Sequence[str]]
    asker: str


class OpenAIReader:
    """A client of Chat Completions at one address, with one key. Safe for concurrent calls in one event loop.

    Args:
        api_key: Sent as a bearer token.
        base_url: "https://api.openai.com/v1", or that of a compatible server.
    """

    def __init__(self, *, api_key: str, base_url: str) -> None:
        if not HEADER_SAFE.fullmatch(api_key):
            raise NotPermitted("The API key is empty or has characters that no key has", cause=Cause.KEY)
        self._untaken: dict[str, set[str]] = {}
        self._plain: set[str] = set()
        self._is_openai = _is_openai(base_url)
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={
                "Authorization": f"Bearer {api_key}",
                "Accept-Encoding": IDENTITY,
                "Content-Type": "application/json",
            },
            cookies=no_cookies(),
            timeout=CONNECT_TIMEOUT_S,
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX, keepalive_expiry=IDLE_CONNECTION_S),
        )

    async def read(self, question: TextQuestion, *, model: str, within_s: float = READ_TIMEOUT_S) -> Completion:
        """Ask one model. A field it refuses is left out from then on, and it is asked again at once: a 400 is free.

        OpenAI itself is never asked without `store: false`.

        Raises:
            Again: Nothing was read: `RateLimited`, `Unreachable` or `VendorFault`.
            OutcomeUnknown: No whole answer in time: it may have been charged.
            BadAnswer: Charged, but not readable.
            ModelGone: The next model may exist.
            NotPermitted: `cause` RIGHT: this key may draw, but not do this. KEY or BILLING: it cannot draw, either.
            BadRequest: With the code "not_offered" if this server does not support the call.
        """
        deadline = asyncio.get_running_loop().time() + within_s
        for _ in range(LESSONS_MAX):
            body = self._body(question, model)
            try:
                return await self._read(body, question, deadline)
            except BadRequest as error:
                plain = self._plain_body(question, model)
                if (name := _field(error)) in body.keys() - plain.keys():
                    self._untaken.setdefault(model, set()).add(name)
                elif body != plain and self._may_know_fewer(error):
                    return await self._read_plain(plain, question, deadline)
                else:
                    raise
        return await self._read(self._body(question, model), question, deadline)

    async def may_read(self, *, model: str) -> None:
        """Find out for free whether this key may ask: a call without messages is always refused, but differently.

        Raises:
            EaselError: As `read` does.
        """
        deadline = asyncio.get_running_loop().time() + PROBE_TIMEOUT_S
        answer = await self._post({"model": model, "messages": []}, deadline)
        if answer.is_success and not has_error(answer.body):
            return
        error = _fault(answer, model)
        if not isinstance(error, BadRequest) or error.code == NOT_OFFERED:
            raise error

    async def aclose(self) -> None:
        """Close every connection. Calls under way fail."""
        await self._http.aclose()

    async def _read_plain(self, body: Mapping[str, Any], question: TextQuestion, deadline: float) -> Completion:
        """Ask with what all servers know. Only an answer shows that the rest was refused, and not this message."""
        completion = await self._read(body, question, deadline)
        self._plain.add(body["model"])
        return completion

    async def _read(self, body: Mapping[str, Any], question: TextQuestion, deadline: float) -> Completion:
        model = body["model"]
        answer = await self._post(body, deadline)
        if not answer.is_success or has_error(answer.body):
            raise _fault(answer, model)
        return read_completion(answer, model=model, choices=question.choices)

    def _body(self, question: TextQuestion, model: str) -> dict[str, Any]:
        plain = self._plain_body(question, model)
        if model in self._plain:
            return plain
        own = {**OPENAIS_OWN, OF_THE_ASKER: question.asker}
        taken = {name: value for name, value in own.items() if name not in self._untaken.get(model, ())}
        return plain | taken | {"messages": _messages(question, rules_role="developer")}

    def _plain_body(self, question: TextQuestion, model: str) -> dict[str, Any]:
        """Return what every server knows; for OpenAI itself, also that nothing is stored."""
        kept = NOT_STORED if self._is_openai else {}
        messages = _messages(question, rules_role="system")
        return {"model": model, "messages": messages, SCHEMA_PARAM: _schema(question.choices), **kept}

    def _may_know_fewer(self, error: BadRequest) -> bool:
        """Whether fields may be what was refused, and not this message."""
        # OpenAI names what it does not take: from it, an error without a code says nothing of fields.
        has_no_code = (error.code or "").startswith("http_")
        return error.code in UNTAKEN or (has_no_code and not self._is_openai)

    async def _post(self, body: Mapping[str, Any], deadline: float) -> HttpAnswer:
        try:
            async with (
                asyncio.timeout_at(deadline),
                self._http.stream("POST", PATH, content=orjson.dumps(body)) as response,
            ):
                read = b""
                async for chunk in response.aiter_raw():
                    read += chunk
                    if len(read) > ANSWER_BYTES_MAX:
                        raise BadAnswer(f"The answer is larger than {ANSWER_BYTES_MAX} bytes", code="answer_too_large")
                return HttpAnswer(status=response.status_code, headers=response.headers, body=read)
        except NOTHING_SENT as exc:
            raise Unreachable(f"No connection to OpenAI: {type(exc).__name__}", code="no_connection") from exc
        except (TimeoutError, httpx.TimeoutException) as exc:
            raise OutcomeUnknown("No answer of OpenAI in time", code="timeout") from exc
        except httpx.HTTPError as exc:
            raise OutcomeUnknown(f"No answer of OpenAI: {type(exc).__name__}", code="connection_lost") from exc


def _is_openai(base_url: str) -> bool:
    host = httpx.URL(base_url).host
    return host == OPENAI_HOST or host.endswith(f".{OPENAI_HOST}")


def _field(error: BadRequest) -> str:
    """Return the field that is not taken; "" if the error is about something else, or names none."""
    return (error.param or "").partition(".")[0] if error.code in UNTAKEN else ""


def _messages(question: TextQuestion, *, rules_role: str) -> list[dict[str, str]]:
    return [{"role": rules_role, "content": question.rules}, {"role": "user", "content": question.message}]


def _schema(choices: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Write the choices as a strict schema of what all servers support: enums of strings, all required."""
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": list(choices),
        "properties": {name: {"type": "string", "enum": list(words)} for name, words in choices.items()},
    }
    return {"type": "json_schema", "json_schema": {"name": "reading", "strict": True, "schema": schema}}


def _fault(answer: HttpAnswer, model: str) -> EaselError:
    """Return the error to raise; a lasting limit of this key or server must not be taken for a dead key."""
    error = fault(answer, model=model, now_at=time.time())
    named: dict[str, Any] = {"code": error.code, "vendor_request_id": error.vendor_request_id}
    if answer.status in {401, 403} and isinstance(error, NotPermitted) and not _is_of_the_key(error):
        # A restricted key: 401 with `code: null` and "Missing scopes: ...".
        scopes = missing_scopes(answer.body)
        lacks = f"it lacks {scopes}" if scopes else "this key may not ask a text model"
        return NotPermitted(f"{error}: {lacks}", **named, cause=Cause.RIGHT)
    is_missing = isinstance(error, BadRequest) and answer.status in {404, 405}
    if is_missing or (answer.status == 400 and SCHEMA_PARAM.encode() in answer.body):  # noqa: PLR2004 - HTTP's own
        return BadRequest(f"{error}: not offered there", **(named | {"code": NOT_OFFERED}))
    if isinstance(error, BadRequest) and not is_json_object(answer.body):
        return VendorFault(str(error), **named)  # the page of a proxy or gateway, from which nothing is learned
    return error


def _is_of_the_key(error: NotPermitted) -> bool:
    return CAUSES.get(error.code or "") in {Cause.KEY, Cause.BILLING}

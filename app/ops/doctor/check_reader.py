"""OpenAI: the text models that read messages. Never more than a warning: without them Easel asks people instead."""

import asyncio
from typing import Final

from app.errors import BadRequest, Cause, EaselError, ModelGone, NotPermitted, OutcomeUnknown
from app.flows.conversation.ask_reader import trial_question
from app.openai import NOT_OFFERED, Completion, OpenAIReader
from app.ops.doctor.finding import Finding, ok, skipped, warning
from app.prices import text_cost
from app.prices.dollars import usd
from app.settings import Settings

ASK_S: Final = 10.0
_MEANWHILE: Final = "meanwhile people are asked what they mean, which is free"


async def check_reader(settings: Settings, *, reads: bool) -> Finding:
    """Check for free whether the key may read messages; with `reads`, have one read, for about $0.0002."""
    if not settings.reader_models:
        return skipped("reader", "READER_MODELS is empty: what nobody is sure of is asked of people")
    reader = OpenAIReader(api_key=settings.openai_api_key.get_secret_value(), base_url=settings.openai_base_url)
    try:
        async with asyncio.timeout(ASK_S):
            return await _check(reader, settings, reads=reads)
    except TimeoutError:
        return _found(OutcomeUnknown(f"no answer about the reader within {ASK_S:g} s", code="timeout"))
    finally:
        await reader.aclose()


async def _check(reader: OpenAIReader, settings: Settings, *, reads: bool) -> Finding:
    gone = []
    for model in settings.reader_models:
        try:
            if reads:
                return _read(await reader.read(trial_question(), model=model))
            await reader.may_read(model=model)
        except ModelGone:
            gone.append(model)
        except EaselError as error:
            return _found(error)
        else:
            return ok("reader", f"{model} may be asked{_but(gone)}; easel doctor --draw has it read a message")
    cure = f"Set READER_MODELS to models that live, or to nothing; {_MEANWHILE}"
    return warning("reader", f"none of READER_MODELS is there for this key: {', '.join(gone)}", cure=cure)


def _read(answer: Completion) -> Finding:
    if answer.words is None:
        cure = f"Try another model in READER_MODELS; {_MEANWHILE}"
        return warning("reader", f"{answer.model} answered, but not with words of ours ({answer.ended})", cure=cure)
    if answer.usage is None:
        return ok("reader", f"{answer.model} reads; the server does not count tokens")
    used = answer.usage
    microusd = text_cost(
        answer.model, text_in=used.text_in, text_out=used.text_out, cached=used.cached, written=used.written
    )
    return ok("reader", f"{answer.model} reads: {used.text_in} tokens in, about ${usd(microusd, digits=5)}")


def _but(gone: list[str]) -> str:
    return f" ({', '.join(gone)}: not there for this key)" if gone else ""


def _found(error: EaselError) -> Finding:
    match error:
        case NotPermitted(cause=Cause.RIGHT):
            cure = f"Let the key write Chat completions at https://platform.openai.com/api-keys; {_MEANWHILE}"
        case BadRequest(code=code) if code == NOT_OFFERED:
            cure = f"This server cannot read: set READER_MODELS= to nothing; {_MEANWHILE}"
        case NotPermitted():
            cure = "The key, or its account, is the matter: see the other lines"
        case _:
            cure = f"Try again; {_MEANWHILE}"
    return warning("reader", str(error), cure=cure)

"""Chat Completions: reads by script, keeps the contract, and charges."""

import asyncio
import json
import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from line_sandbox.openai.chat_rules import Talk
from line_sandbox.openai.texts import TextModel, known_texts

Reading = Mapping[str, str]
Reads = Mapping[str, Reading] | Callable[[str], Reading | None]

TOKENS_AROUND = 12
QUESTION = re.compile("[?\uff1f]|嗎|呢|ですか|ไหม")
ANSWER_TOKENS_OF_A_FIELD = 6


@dataclass(slots=True, kw_only=True)
class Chat:
    """How text models behave.

    Attributes:
        models: Text model ids to models.
        reads: What a message is read as: by words that it holds, or by a function of it. Fields that are left out
            are answered by the least that the schema allows; a message that is not here, too.
        latency_s: Seconds until the answer.
        refuses: Messages that hold one of these words are refused, in words of the model.
        cuts: Answers are cut off, as by `max_completion_tokens`.
        fences: Answers stand in a code fence, as some other servers write them.
        scope: The scope that this key lacks, "" where it may read.
        offered: Off, this server has no such path.
    """

    models: dict[str, TextModel] = field(default_factory=known_texts)
    reads: Reads = field(default_factory=dict)
    latency_s: float = 0.0
    refuses: tuple[str, ...] = ()
    cuts: bool = False
    fences: bool = False
    scope: str = ""
    offered: bool = True

    async def answer(self, talk: Talk, *, request_id: str) -> dict[str, Any]:
        """Answer one request, in the vendor's JSON."""
        await asyncio.sleep(self.latency_s)
        said, refusal = self._said(talk)
        is_cut = self.cuts and refusal is None
        message = {"role": "assistant", "content": said[: len(said) // 2] if is_cut else said, "refusal": refusal}
        return {
            "id": f"chatcmpl-{request_id}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": talk.model.id,
            "choices": [{"index": 0, "message": message, "finish_reason": "length" if is_cut else "stop"}],
            "usage": _usage(talk),
        }

    def _said(self, talk: Talk) -> tuple[str, str | None]:
        if any(word in talk.message for word in self.refuses):
            return "", "I'm sorry, but I can't help with that."
        if not talk.choices:
            return "Hello! How can I help you today?", None
        said = json.dumps(self._reading(talk))
        return (f"```json\n{said}\n```" if self.fences else said), None

    def _reading(self, talk: Talk) -> dict[str, str]:
        """What the script says, in the order of the schema; what it leaves out is the first word, or an unsure one."""
        if callable(self.reads):
            found = self.reads(talk.message) or {}
        else:
            found = next((one for words, one in self.reads.items() if words in talk.message), {})
        return {name: found.get(name) or _least(words) for name, words in talk.choices.items()}


def by_looks(message: str) -> Reading | None:
    """Read a message as nobody has scripted it: a question is talk; of all else this model is not sure."""
    return {"means": "talk.question", "confidence": "high"} if QUESTION.search(message) else None


def _least(words: tuple[str, ...]) -> str:
    return next((one for one in ("unsaid", "unclear", "low") if one in words), words[0])


def _usage(talk: Talk) -> dict[str, Any]:
    text_in = math.ceil(len((talk.rules + talk.message).encode()) / 4) + TOKENS_AROUND
    out = ANSWER_TOKENS_OF_A_FIELD * max(1, len(talk.choices))
    return {
        "prompt_tokens": text_in,
        "completion_tokens": out,
        "total_tokens": text_in + out,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }

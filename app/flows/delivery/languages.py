"""Which language a person reads: what the chat has set, else LINE's profile, cached for a day, else the default."""

import asyncio
import time

import structlog

from app.errors import EaselError
from app.line.client import LineClient
from app.store.people import People
from app.words.sentences import Words, sentences_for

log = structlog.get_logger()

CACHED_S = 86_400.0
PROFILE_TIMEOUT_S = 2.0  # a courtesy: no answer waits longer for it


class Languages:
    """Finds the words for a person."""

    def __init__(self, *, people: People, line: LineClient, default: str) -> None:
        self._people = people
        self._line = line
        self._default = default

    async def words_for(self, user_id: str | None, *, chat_id: str | None = None) -> Words:
        """Return the sentences in the language that the chat has set, else in this person's.

        Falls back on the default language if LINE does not answer.
        """
        speech = await self._people.speech(user_id, chat_id=chat_id, not_before=time.time() - CACHED_S)
        language = speech.chosen or speech.language
        if not speech.chosen and not speech.told and user_id:
            language = await self._language(user_id)
        return sentences_for(language, default=self._default)

    async def _language(self, user_id: str) -> str | None:
        try:
            async with asyncio.timeout(PROFILE_TIMEOUT_S):
                language = await self._line.language(user_id)
        except (EaselError, TimeoutError) as error:
            log.debug("language_not_read", error=type(error).__name__)
            return None
        await self._people.speaks(user_id, language)
        return language

"""The rich menu in a person's language, where `easel setup` has made one. A courtesy: its failure costs nothing."""

import time
from collections import OrderedDict
from collections.abc import Mapping

import structlog

from app.errors import EaselError
from app.flows.delivery.languages import Languages
from app.line.client import LineClient
from app.line.rich_menus import language_of

log = structlog.get_logger()

AGAIN_AFTER_S = 6 * 3600.0  # a person's language, or our menus, may have changed meanwhile
LISTED_FOR_S = 600.0
PEOPLE_MAX = 10_000


class Menus:
    """One for each process. People who have no menu of their own see that of the default language."""

    def __init__(self, *, line: LineClient, languages: Languages, default: str) -> None:
        """`default` is the language of the menu that everybody sees."""
        self._line = line
        self._languages = languages
        self._default = default
        self._seen_to: OrderedDict[str, float] = OrderedDict()
        self._menus: Mapping[str, str] = {}
        self._listed_at = float("-inf")

    def look_again(self, user_id: str) -> None:
        """Check a person's menu again the next time: they have chosen another language."""
        self._seen_to.pop(user_id, None)

    async def see_to(self, user_id: str) -> None:
        """Show a person the menu in their language, unless that was done lately. A menu that is not ours stays."""
        now = time.monotonic()
        if now - self._seen_to.get(user_id, float("-inf")) < AGAIN_AFTER_S:
            return
        self._seen_to[user_id] = now
        if len(self._seen_to) > PEOPLE_MAX:
            self._seen_to.popitem(last=False)
        try:
            await self._see_to(user_id)
        except EaselError as error:
            log.debug("menu_not_shown", code=error.code, vendor_request=error.vendor_request_id)

    async def _see_to(self, user_id: str) -> None:
        menus = await self._ours()
        if not menus:
            return
        words = await self._languages.words_for(user_id, chat_id=user_id)
        wanted = None if words.language == self._default else menus.get(words.language)
        has = await self._line.linked_rich_menu(user_id)
        if has != wanted and (has is None or has in menus.values()):
            await self._line.link_rich_menu(user_id, wanted)

    async def _ours(self) -> Mapping[str, str]:
        """Return the ids of our menus by language, at most `LISTED_FOR_S` old."""
        if time.monotonic() - self._listed_at > LISTED_FOR_S:
            named = ((language_of(menu.name), menu.id) for menu in await self._line.rich_menus())
            self._menus = {language: menu_id for language, menu_id in named if language}
            self._listed_at = time.monotonic()
        return self._menus

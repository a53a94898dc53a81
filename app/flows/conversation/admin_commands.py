"""What admins type: a command word, whom it is about, how many."""

from app.flows.conversation.admins import GIVEN_MAX, Admins
from app.flows.conversation.saying import saying
from app.line.ids import LINE_ID
from app.reading.commands import Command, Name
from app.store.receiving import NewRequest
from app.words.answers import Sentence

GIVEN = 10  # pictures, where an admin names no number


class AdminCommands:
    """Runs the commands of `ADMIN_USER_IDS`, and finds the words for their results."""

    def __init__(self, admins: Admins) -> None:
        self._admins = admins

    async def run(self, command: Command, *, about: str | None, alone: bool) -> NewRequest:
        """Run a command. Return what the admin is told: in a group nothing about money, and no ids anywhere.

        `about`: the person whose message the command quotes, so that it needs no id. `alone`: nobody else reads it.
        """
        match command.name:
            case Name.STATUS:
                return saying(await self._admins.status() if alone else Sentence("admin_alone"))
            case Name.PAUSE:
                await self._admins.pause()
                return saying(Sentence("admin_paused"))
            case Name.RESUME:
                await self._admins.resume()
                return saying(Sentence("admin_resumed"))
        holder, _, rest = command.argument.strip().partition(" ")
        if about and not LINE_ID.fullmatch(holder):
            holder, rest = about, command.argument
        return await self._decide(command.name, holder, rest.strip())

    async def _decide(self, name: Name, holder: str, rest: str) -> NewRequest:
        is_no_number = name is Name.GIVE and rest and not rest.isdecimal()  # "/give ID five" gives no ten
        if is_no_number or not LINE_ID.fullmatch(holder):
            return saying(Sentence("admin_unknown"))
        match name:
            case Name.GIVE:
                count = min(int(rest), GIVEN_MAX) if rest.isdecimal() else GIVEN
                return saying(Sentence("admin_given", {"count": await self._admins.give(holder, count=count)}))
            case Name.BLOCK:
                return saying(Sentence("admin_blocked" if await self._admins.block(holder) else "admin_unknown"))
        await self._admins.unblock(holder)
        return saying(Sentence("admin_unblocked"))

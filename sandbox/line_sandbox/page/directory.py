"""Who acts on the page, and where: checked as LINE's app would, before anything happens."""

from line_sandbox.line import LineStandIn
from line_sandbox.line.chats import ChatMessage, Person
from line_sandbox.page.state import NotAllowed, Value


class Directory:
    """Finds people, groups and messages by what the page names. What is not there is refused."""

    def __init__(self, line: LineStandIn) -> None:
        self._line = line

    def of(self, who: Value) -> tuple[str, str | None]:
        """Return the person's id and the group's, None in the chat with the bot."""
        person, chat = self.person(who), str(who.get("chat"))
        if chat == person.id:
            if not person.is_friend or person.has_blocked:
                raise NotAllowed(f"{person.name} is no friend of the bot")
            return person.id, None
        group = self.group(chat)
        if person.id not in self._line.groups[group].members:
            raise NotAllowed(f"{person.name} is not in this group")
        if not self._line.groups[group].has_bot:
            raise NotAllowed("the bot is not in this group")
        return person.id, group

    def person(self, who: Value) -> Person:
        """Return whose phone it is."""
        if (person := self._line.people.get(str(who.get("person")))) is None:
            raise NotAllowed("there is no such person")
        return person

    def group(self, chat: str) -> str:
        """Return the id of a group."""
        if chat not in self._line.groups:
            raise NotAllowed("there is no such chat")
        return chat

    def message(self, who: Value) -> ChatMessage:
        """Return the message that is meant, of this chat."""
        return self.find(who, str(who.get("message")))

    def find(self, who: Value, message_id: str) -> ChatMessage:
        """Return a message of this chat."""
        chat = str(who.get("chat"))
        message = self._line.chat(chat).find(message_id) if chat in self._line.chats else None
        if message is None:
            raise NotAllowed("there is no such message")
        return message

    def own(self, who: Value) -> ChatMessage:
        """Return a message that the person wrote and has not taken back."""
        message = self.message(who)
        if message.sender != self.person(who).id or message.unsent:
            raise NotAllowed("only your own messages can be changed or taken back")
        return message

    def mentioned(self, text: str, group: str | None) -> list[str]:
        """Return whom a text mentions by @name: the bot, everybody, people of the group."""
        if group is None:
            return []
        names = {self._line.bot_user_id: self._line.bot_name, "all": "All"}
        names |= {one: self._line.people[one].name for one in self._line.groups[group].members}
        return [one for one, name in names.items() if f"@{name}" in text]

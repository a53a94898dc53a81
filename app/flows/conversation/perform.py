"""Turns an act into what is written down for it: a picture to draw, or words to say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import structlog

from app.flows.conversation.ask_photo import PhotoRequests
from app.flows.conversation.changes import Changes
from app.flows.conversation.draw_request import drawn
from app.flows.conversation.event_facts import happened_at, new_photo
from app.flows.conversation.expecting import EXPECTED_FOR_S, asked_with
from app.flows.conversation.run_commands import Commands
from app.flows.conversation.saying import saying
from app.flows.conversation.showing import shown, where_it_is
from app.flows.drawing.fetch_photos import Sources
from app.flows.upkeep.menu_of_language import Menus
from app.line.contents import Media, Postback, Text
from app.line.events import Chat, ChatKind, Event
from app.reading.options import Options
from app.reading.plan import (
    Act,
    AskForPhoto,
    Change,
    Come,
    Do,
    Draw,
    Fetch,
    Forget,
    LeaveChat,
    Plan,
    Redraw,
    Remember,
    Reoffer,
    Rephrase,
    Say,
    Set,
    Show,
)
from app.reading.rules import NOT_DRAWING
from app.store.chat_pictures import Pictures
from app.store.chats import Chats, ChatState, Expected
from app.store.forgetting import Forgetting
from app.store.photos import Photos, PhotoState
from app.store.receiving import NewRequest
from app.store.requests import UNFINISHED, Request, Requests
from app.words.answers import (
    Answer,
    AskPhoto,
    ChangeLater,
    Offer,
    PhotosGot,
    Sentence,
    UnreadableError,
    key_of,
    of_row,
)
from app.words.chat_settings import may_be_set

log = structlog.get_logger()

_ASK_THEMSELVES = frozenset({"ask_edit", "ask_edit_group", key_of(AskPhoto)})
_BY_THE_WAY = ("talk_", "thanks", "progress_", "help", "usage", "mine", "about")


class Performer:
    """Performs acts. Each is safe to perform again, since a crash may come before it is written down.

    The exception is /give: after such a crash it gives twice, and tells the admin the total.
    """

    def __init__(  # noqa: PLR0913 - keyword-only parts, wired once
        self,
        *,
        requests: Requests,
        pictures: Pictures,
        chats: Chats,
        photos: Photos,
        forgetting: Forgetting,
        sources: Sources,
        changes: Changes,
        commands: Commands,
        menus: Menus,
        qualities: Sequence[str],
        swept: Callable[[], None],
    ) -> None:
        """`swept` is called when there is something to delete from the bucket. `qualities`: what people may set."""
        self._requests = requests
        self._pictures = pictures
        self._chats = chats
        self._photos = photos
        self._forgetting = forgetting
        self._sources = sources
        self._asking = PhotoRequests(chats=chats, pictures=pictures)
        self._changes = changes
        self._commands = commands
        self._menus = menus
        self._qualities = qualities
        self._swept = swept

    async def of(self, event: Event, chat: Chat, plan: Plan, state: ChatState) -> NewRequest | None:
        """Perform what was planned. Return what the chat is to get; None: nothing."""
        if state.left_at is not None and event.reply_token:
            # A reply token means that we are in the chat: its follow or join was lost, or overtook the leave.
            await self._chats.came(chat.id, chat.kind, at=happened_at(event))
        if plan.act is None:
            return None
        wanted = await self._perform(plan.act, event, chat, state)
        if wanted is None:
            return None
        wanted = await self._expecting(wanted, event, chat, state)
        tap = plan.tap if wanted.draws else None
        quote_token, message_id = wanted.quote_token or plan.quote_token, plan.message_id or wanted.message_id
        return replace(wanted, quote_token=quote_token, message_id=message_id, tap=tap)

    async def _expecting(self, wanted: NewRequest, event: Event, chat: Chat, state: ChatState) -> NewRequest:
        """Remember what this asks. If it asks nothing, any text or tap settles what we asked before.

        Words or a photo that we asked for are still expected after an answer that was only by the way.
        """
        if expected := asked_with(wanted, event):
            await self._chats.expect(chat.id, chat.kind, expected, for_s=EXPECTED_FOR_S)
            return wanted
        expected_before = state.expected
        if expected_before is None or not expected_before.is_of(event.user_id) or wanted.words in _ASK_THEMSELVES:
            return wanted
        is_kept = expected_before.what in {"words", "photo"} and _is_by_the_way(wanted.words)
        is_said = isinstance(event.content, Text | Postback)
        return replace(wanted, settled=wanted.settled or (is_said and not is_kept))

    async def hear(self, event: Event, chat: Chat, plan: Plan, state: ChatState) -> None:
        """Remember that a photo is coming, before it is fetched: words about it may be understood before it is here."""
        if isinstance(plan.act, Fetch):
            await self._photos.seen(new_photo(event, chat, plan.act.photo), waits=True)
            if state.expected and state.expected.what == "words":
                await self._chats.expect_nothing(chat.id, chat.kind, user_id=event.user_id)

    async def _perform(self, act: Act, event: Event, chat: Chat, state: ChatState) -> NewRequest | None:  # noqa: C901, PLR0911, PLR0912 - one case for each act
        match act:
            case Draw():
                return await self._drawn(act, event, chat, state)
            case Say(answer=answer) if answer == NOT_DRAWING:
                return await where_it_is(event, chat, requests=self._requests, pictures=self._pictures)
            case Say(answer=answer, prompt=prompt, options=options):
                return replace(saying(answer), prompt=prompt, options=options.to_json() or None)
            case Show(request_id=request_id):
                return await shown(event, chat, request_id, requests=self._requests, pictures=self._pictures)
            case Redraw(request_id=request_id, changes=changes):
                return await self._redrawn(chat, request_id, state, changes=changes)
            case Reoffer(request_id=request_id):
                return await self._asked_again(chat, request_id)
            case Rephrase(request_id=request_id):
                await self._rephrased(event, chat, request_id)
            case Change():
                return await self._changes.make(act, event, chat, state)
            case Do(command=command, about=about):
                return await self._commands.run(command, event, chat, about=about)
            case Set(name=name, value=value):
                return await self._set(chat, name, value)
            case Fetch(photo=photo):
                return await self._fetched(event, chat, photo)
            case Remember(photo=photo):
                seen = PhotoState.EXTERNAL if photo.is_external else PhotoState.SEEN
                await self._photos.seen(new_photo(event, chat, photo), state=seen)
            case AskForPhoto():
                return await self._asking.ask(act, event, chat, state.expected)
            case Forget(message_id=message_id):
                await self._forget(chat, message_id)
            case Come(greeting=greeting):
                await self._chats.came(chat.id, chat.kind, at=happened_at(event))
                return saying(greeting)
            case LeaveChat(goodbye=goodbye):
                await self._chats.left(chat.id, chat.kind, at=happened_at(event))
                await self._requests.cancel(chat.id, user_id=None, event_id=event.id)  # nobody is there to see it
                return saying(goodbye) if goodbye else None
        return None

    async def _drawn(self, draw: Draw, event: Event, chat: Chat, state: ChatState) -> NewRequest:
        if draw.of_oneself and (asked := await self._asking.unless_seen(draw, event, chat, state)):
            return asked
        draw = await self._of_several(draw, chat)
        return replace(drawn(draw, state, alone=chat.kind is ChatKind.USER), words_of=draw.words_of)

    async def _of_several(self, draw: Draw, chat: Chat) -> Draw:
        """Of several pictures that came together, take the one that is meant."""
        if not draw.nth or not draw.sources:
            return draw
        meant = await self._pictures.beside(draw.sources[0]["picture"], draw.nth, chat_id=chat.id)
        return replace(draw, sources=[{"picture": meant.id}]) if meant else draw

    async def _redrawn(self, chat: Chat, request_id: str, state: ChatState, *, changes: bool) -> NewRequest:
        said = await self._requests.get(request_id)
        if said is None or said.chat_id != chat.id or not said.prompt:
            return saying(Sentence("gone"))
        options, alone = Options.of_json(said.options or {}), chat.kind is ChatKind.USER
        if changes or said.words == key_of(ChangeLater):
            source = await self._offered(said, chat)
            if source is None:
                return saying(Sentence("nothing_before"))
            if "request" in source:
                later = saying(ChangeLater(request=source["request"]))
                return replace(later, prompt=said.prompt, options=said.options)
            draw = Draw(prompt=said.prompt, options=options, sources=[source])
            return drawn(draw, state, alone=alone, message_id=said.message_id)
        # A message that was edited is still about the same photos or pictures.
        first = await self._requests.of_message(said.message_id, chat_id=chat.id) if said.message_id else None
        sources = first.sources or () if first else ()
        draw = Draw(prompt=said.prompt, options=options, sources=sources)
        return drawn(draw, state, alone=alone, message_id=said.message_id)

    async def _asked_again(self, chat: Chat, request_id: str) -> NewRequest:
        said = await self._requests.get(request_id)
        answer = _answer_of(said) if said and said.chat_id == chat.id else None
        if said is None or answer is None:
            return saying(Sentence("gone"))
        return replace(saying(answer), prompt=said.prompt, options=said.options)

    async def _offered(self, said: Request, chat: Chat) -> Mapping[str, str] | None:
        """Find the picture that an offer was about, or its wish if that is still being drawn; None if it is gone."""
        match _answer_of(said):
            case Offer(picture=str(picture_id)):
                return {"picture": picture_id}
            case ChangeLater(request=request_id):
                wish = await self._requests.get(request_id)
                if wish is None or wish.chat_id != chat.id:
                    return None
                made = await self._pictures.of_request(wish.id)
                if made:
                    return {"picture": made[-1].id}
                return {"request": wish.id} if wish.state in UNFINISHED else None
        return None

    async def _rephrased(self, event: Event, chat: Chat, request_id: str) -> None:
        """Expect new words for a declined wish, about the same photos or pictures."""
        declined = await self._requests.get(request_id)
        if declined and declined.chat_id == chat.id and declined.sources:
            expected = Expected(what="words", sources=declined.sources, user_id=event.user_id)
            await self._chats.expect(chat.id, chat.kind, expected, for_s=EXPECTED_FOR_S)

    async def _set(self, chat: Chat, name: str, value: str) -> NewRequest:
        """Set one of the chat's settings; if the value is not allowed, show those that are."""
        is_beyond = name == "quality" and value not in self._qualities
        if value and (is_beyond or not may_be_set(name, value)):
            log.info("setting_not_known", name=name[:20])
            return await self._commands.settings(chat)
        await self._chats.set(chat.id, chat.kind, name, value)
        if name == "language":
            self._menus.look_again(chat.id)
        return await self._commands.settings(chat, saved=True)

    async def _fetched(self, event: Event, chat: Chat, photo: Media) -> NewRequest | None:
        """Once a photo or a whole album is here, ask what to do with it, or do what was asked before it came."""
        if photo.is_external:
            await self._photos.keep(new_photo(event, chat, photo), PhotoState.EXTERNAL)
            return saying(Sentence("photo_external"))
        album = await self._sources.fetch(new_photo(event, chat, photo))
        if not album:
            return None
        kept = [one.message_id for one in album if one.state is PhotoState.KEPT and one.waits]
        if not kept:
            told = next((one.state for one in album if one.state not in {PhotoState.KEPT, PhotoState.SEEN}), None)
            return saying(Sentence(f"photo_{told}")) if told else None
        state = await self._chats.get(chat.id)  # as it is now: much may have been said while the photo came
        expected, got = state.expected, saying(PhotosGot(count=len(kept)))
        if expected and expected.what == "photo" and expected.prompt:
            sources = [{"photo": message_id} for message_id in kept]
            options = Options.of_json(expected.options or {})
            draw = Draw(prompt=expected.prompt, options=options, sources=sources, photos=kept, settled=True)
            return replace(drawn(draw, state, alone=True), instead=got, words_of=expected.message_id)
        return got

    async def _forget(self, chat: Chat, message_id: str) -> None:
        count = await self._forgetting.message(message_id, chat_id=chat.id)
        count += await self._forgetting.made_from_photo(message_id, chat_id=chat.id)
        log.info("message_forgotten", pictures=count)
        self._swept()


def _answer_of(said: Request) -> Answer | None:
    """Read what we answered; None if this release does not know it."""
    try:
        return of_row(said.words or "", said.details)
    except UnreadableError:
        return None


def _is_by_the_way(words: str | None) -> bool:
    """Whether an answer is only by the way, so that we go on waiting for what we asked."""
    return words is not None and words.startswith(_BY_THE_WAY)

"""The durable workflows, and what runs beside them."""

from collections.abc import Mapping

from app.build.make_speaking import Speaking
from app.build.make_store import Store
from app.build.make_vendors import Vendors
from app.engine import Engine
from app.flows.conversation.admins import Admins
from app.flows.conversation.admission import Admission, AdmissionLimits
from app.flows.conversation.ask_reader import MessageReader
from app.flows.conversation.changes import Changes
from app.flows.conversation.chatter import Chatter
from app.flows.conversation.dispatcher import Dispatcher
from app.flows.conversation.event import EVENT, EventFlow, Stores
from app.flows.conversation.own_name import OwnName
from app.flows.conversation.perform import Performer
from app.flows.conversation.run_commands import Commands
from app.flows.conversation.understanding import AskReader, Understanding
from app.flows.delivery.waiting import Waiting
from app.flows.drawing.ask import Ask
from app.flows.drawing.availability import Availability
from app.flows.drawing.draw import DrawFlow
from app.flows.drawing.fetch_photos import Sources
from app.flows.drawing.queue import DRAW
from app.flows.drawing.renderers import Renderers
from app.flows.upkeep.address_watch import PublicAddress
from app.flows.upkeep.cleanup import Cleanup
from app.flows.upkeep.menu_of_language import Menus
from app.flows.upkeep.monitor import Monitor
from app.openai import best_allowed
from app.reading.decide import Rules
from app.reading.gate import Gate as ReadingGate
from app.settings import Settings
from app.words.chat_settings import qualities_up_to


class Flows:
    """Built once; `dispatcher` makes the workflows known to the engine."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        vendors: Vendors,
        speaking: Speaking,
    ) -> None:
        self._settings, self._store, self._vendors = settings, store, vendors
        self._observers, self._halt = speaking.observers, speaking.halt
        self.line_access, self.deliver = speaking.line_access, speaking.deliver
        self.renderers = Renderers()
        self._menus = Menus(line=vendors.line, languages=speaking.languages, default=settings.default_language)
        self._sources = self._photos_and_pictures()
        self.sweep = self._sweep()
        self.public_address = self._public_address()
        self.lookout = self._lookout()
        self.watch = Waiting(
            deliver=self.deliver,
            loading=speaking.loading,
            several_processes=settings.several_processes,
            pushes=settings.late_delivery == "push",
        )
        self.admins = self._admins()

    @property
    def problems(self) -> Mapping[str, str]:
        """What an operator should fix, although webhooks are still accepted."""
        return {**self.line_access.problems, **self.public_address.problems}

    def dispatcher(self, engine: Engine, stores: Stores, *, owner: str) -> Dispatcher:
        """Make the workflows known to the engine. Return what handles events; `owner` is this process."""
        draw, rules = self._draw(), self._rules()
        dispatcher = Dispatcher(
            settling=stores.settling,
            flow=self._event(engine, stores, rules),
            chatter=Chatter(settling=stores.settling, rules=rules, watch=self.watch, observers=self._observers),
            owner=owner,
        )
        engine.workflow(DRAW, draw.run, on_error=draw.give_up)
        engine.workflow(EVENT, dispatcher.read_again)
        return dispatcher

    def _photos_and_pictures(self) -> Sources:
        return Sources(
            photos=self._store.photos,
            pictures=self._store.pictures,
            line=self._vendors.line,
            bucket=self._vendors.bucket,
            renderers=self.renderers,
            metrics=self._observers.metrics,
        )

    def _sweep(self) -> Cleanup:
        return Cleanup(
            deletions=self._store.deletions,
            forgetting=self._store.forgetting,
            chats=self._store.chats,
            bucket=self._vendors.bucket,
            retention_days=self._settings.picture_retention_days,
        )

    def _public_address(self) -> PublicAddress:
        return PublicAddress(
            pictures=self._store.pictures,
            bucket=self._vendors.bucket,
            switches=self._store.switches,
            alarm=self._observers.alarm,
            halt=self._halt,
        )

    def _lookout(self) -> Monitor:
        return Monitor(
            ledger=self._store.ledger,
            models=self._store.models,
            images=self._vendors.images,
            alarm=self._observers.alarm,
            names=self._settings.image_models,
            token_life=self._vendors.token_life_s,
        )

    def _draw(self) -> DrawFlow:
        return DrawFlow(
            requests=self._store.requests,
            pending_uploads=self._store.pending_uploads,
            ask=self._ask(),
            sources=self._sources,
            bucket=self._vendors.bucket,
            watch=self.watch,
            observers=self._observers,
            renderers=self.renderers,
        )

    def _rules(self) -> Rules:
        return Rules(
            group_prefixes=self._settings.group_prefixes,
            allowed_ids=frozenset(self._settings.allowed_ids),
            blocked_ids=frozenset(self._settings.blocked_ids),
            admin_ids=frozenset(self._settings.admin_user_ids),
        )

    def _event(self, engine: Engine, stores: Stores, rules: Rules) -> EventFlow:
        return EventFlow(
            engine=engine,
            stores=stores,
            gate=self._gate(),
            wants=self._wants(),
            watch=self.watch,
            menus=self._menus,
            rules=rules,
            understanding=self._understanding(rules),
            line=self._vendors.line,
            observers=self._observers,
        )

    def _understanding(self, rules: Rules) -> Understanding:
        return Understanding(
            rules=rules,
            gate=ReadingGate.load(),
            reader=self._reader() if self._settings.reader_models else None,
            bot_name=OwnName(self._vendors.line).get,
        )

    def _admins(self) -> Admins:
        store, settings = self._store, self._settings
        return Admins(
            admin_ids=frozenset(settings.admin_user_ids),
            allowances=store.allowances,
            reports=store.reports,
            models=store.models,
            line=self._vendors.line,
            names=settings.image_models,
            zone=settings.zone,
        )

    def _ask(self) -> Ask:
        store, settings = self._store, self._settings
        return Ask(
            images=self._vendors.images,
            ledger=store.ledger,
            availability=Availability(models=store.models, images=self._vendors.images, names=settings.image_models),
            halt=self._halt,
            pending_uploads=store.pending_uploads,
            observers=self._observers,
            defaults=settings.picture_defaults,
            quality_max=settings.image_quality_max,
        )

    def _reader(self) -> AskReader:
        reader = MessageReader(
            client=self._vendors.reader,
            models=self._store.models,
            ledger=self._store.ledger,
            alarm=self._observers.alarm,
            metrics=self._observers.metrics,
            names=self._settings.reader_models,
        )
        return reader.read

    def _gate(self) -> Admission:
        room = AdmissionLimits(
            waiting_max=self._settings.pictures_waiting,
            waiting_per_user_max=self._settings.pictures_waiting_per_user,
            user_daily_pictures=self._settings.user_daily_pictures,
            zone=self._settings.zone,
        )
        return Admission(room=room)

    def _wants(self) -> Performer:
        store, settings = self._store, self._settings
        admin_ids = frozenset(settings.admin_user_ids)
        return Performer(
            requests=store.requests,
            pictures=store.pictures,
            chats=store.chats,
            photos=store.photos,
            forgetting=store.forgetting,
            sources=self._sources,
            menus=self._menus,
            qualities=qualities_up_to(best_allowed(settings.image_quality, settings.image_quality_max)),
            changes=Changes(
                requests=store.requests,
                pictures=store.pictures,
                chats=store.chats,
                forgetting=store.forgetting,
                admin_ids=admin_ids,
                swept=self.sweep.ring,
            ),
            commands=Commands(
                requests=store.requests,
                pictures=store.pictures,
                photos=store.photos,
                chats=store.chats,
                forgetting=store.forgetting,
                ledger=store.ledger,
                admins=self.admins,
                defaults={"size": settings.image_size, "quality": settings.image_quality, "count": "1"},
                swept=self.sweep.ring,
            ),
            swept=self.sweep.ring,
        )

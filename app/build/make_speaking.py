"""What delivers to chats: the token rule, the courier to LINE, and the observers."""

from collections.abc import Callable

from app.build.make_store import Store
from app.build.make_vendors import Vendors
from app.flows.delivery.courier import Courier
from app.flows.delivery.deliver import Deliver, TokenRule
from app.flows.delivery.languages import Languages
from app.flows.delivery.loading_animation import LoadingAnimation
from app.flows.delivery.replies import Replies
from app.flows.upkeep.admin_alerts import AdminAlerts
from app.flows.upkeep.drawing_halt import DrawingHalt
from app.flows.upkeep.line_access import LineAccess
from app.flows.upkeep.observers import Observers
from app.metrics import Metrics
from app.openai import best_allowed
from app.release import release
from app.settings import Settings
from app.traces import Traces
from app.words.chat_settings import qualities_up_to


class Speaking:
    """Built once; also by `easel resend`, which needs no more than this to push."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        vendors: Vendors,
        *,
        is_orphan: Callable[[str], bool],
        metrics: Metrics,
        traces: Traces,
    ) -> None:
        """`is_orphan` tells of a delivery's owner whether its unfinished deliveries are ours to finish."""
        self._settings, self._store, self._vendors = settings, store, vendors
        self.loading = LoadingAnimation(vendors.line)
        self.languages = Languages(people=store.people, line=vendors.line, default=settings.default_language)
        self.observers = Observers(alarm=self._alarm(), metrics=metrics, traces=traces)
        self.halt = DrawingHalt(store.switches)
        self.line_access = LineAccess(switches=store.switches, line=vendors.line, halt=self.halt)
        self.deliver = Deliver(
            deliveries=store.deliveries,
            courier=self._courier(),
            languages=self.languages,
            rule=TokenRule(deadline_s=settings.reply_deadline_s, late=settings.late_delivery),
            requests=store.requests,
            replies=self._replies(),
            is_orphan=is_orphan,
            metrics=metrics,
        )

    def _alarm(self) -> AdminAlerts:
        return AdminAlerts(
            alerts=self._store.alerts,
            languages=self.languages,
            line=self._vendors.line,
            admin_ids=self._settings.admin_user_ids,
            zone=self._settings.zone,
        )

    def _courier(self) -> Courier:
        return Courier(
            deliveries=self._store.deliveries,
            requests=self._store.requests,
            line=self._vendors.line,
            line_access=self.line_access,
            loading=self.loading,
            observers=self.observers,
        )

    def _replies(self) -> Replies:
        settings = self._settings
        return Replies(
            requests=self._store.requests,
            pictures=self._store.pictures,
            url_of=self._vendors.bucket.url,
            group_prefixes=settings.group_prefixes,
            zone=settings.zone,
            version=release(),
            qualities=qualities_up_to(best_allowed(settings.image_quality, settings.image_quality_max)),
        )

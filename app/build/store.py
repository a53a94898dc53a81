"""Every room of the store, built once."""

from decimal import Decimal

from app.settings import Settings
from app.store.alerts import Alerts
from app.store.allowances import Allowances
from app.store.chats import Chats
from app.store.database import Database
from app.store.deliveries import Deliveries
from app.store.doomed import Doomed
from app.store.forgetting import Forgetting
from app.store.kept import Kept
from app.store.ledger import Ledger
from app.store.models import Models
from app.store.people import People
from app.store.photos import Photos
from app.store.pictures import Pictures
from app.store.purses import Caps
from app.store.receiving import Receiving
from app.store.reports import Reports
from app.store.requests import Requests
from app.store.tallies import Tallies


class Store:
    """Every room of the store, over one database."""

    def __init__(self, database: Database, settings: Settings, *, owner: str) -> None:
        self.requests = Requests(database)
        self.receiving = Receiving(database)
        self.deliveries = Deliveries(
            database,
            owner=owner,
            tallies=Tallies(database, zone=settings.zone),
            late_after_s=settings.reply_deadline_s,
        )
        self.pictures = Pictures(database)
        self.photos = Photos(database)
        self.chats = Chats(database)
        self.people = People(database)
        self.forgetting = Forgetting(database)
        self.doomed = Doomed(database)
        self.models = Models(database)
        self.allowances = Allowances(database)
        self.alerts = Alerts(database)
        self.reports = Reports(database)
        self.ledger = Ledger(database, zone=settings.zone, caps=caps_of(settings))
        self.kept = Kept(database, notes_beside=self.ledger.notes_beside)


def caps_of(settings: Settings) -> Caps:
    """Return what may be spent."""
    return Caps(
        user_daily_pictures=settings.user_daily_pictures,
        bot_daily_microusd=_microusd(settings.daily_budget_usd),
        bot_monthly_microusd=_microusd(settings.monthly_budget_usd),
        chat_monthly_microusd=_microusd(settings.chat_monthly_budget_usd),
    )


def _microusd(usd: Decimal) -> int:
    return int(usd * 1_000_000)

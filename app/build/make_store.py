"""Builds every part of the store."""

from app.caps import caps_of
from app.reports.totals import Totals
from app.settings import Settings
from app.store.alerts import Alerts
from app.store.chat_pictures import Pictures
from app.store.chats import Chats
from app.store.database import Database
from app.store.deletions import Deletions
from app.store.deliveries import Deliveries
from app.store.forgetting import Forgetting
from app.store.models import Models
from app.store.money.allowances import Allowances
from app.store.money.ledger import Ledger
from app.store.pending_uploads import PendingUploads
from app.store.people import People
from app.store.photos import Photos
from app.store.receiving import Receiving
from app.store.requests import Requests
from app.store.switches import Switches


class Store:
    """Every part of the store, over one database."""

    def __init__(self, database: Database, settings: Settings, *, owner: str) -> None:
        self.requests = Requests(database)
        self.receiving = Receiving(database)
        self.deliveries = Deliveries(database, owner=owner, zone=settings.zone, late_after_s=settings.reply_deadline_s)
        self.pictures = Pictures(database)
        self.photos = Photos(database)
        self.chats = Chats(database)
        self.people = People(database)
        self.forgetting = Forgetting(database)
        self.deletions = Deletions(database)
        self.models = Models(database)
        self.allowances = Allowances(database)
        self.alerts = Alerts(database)
        self.switches = Switches(database)
        self.reports = Totals(database)
        self.ledger = Ledger(database, zone=settings.zone, caps=caps_of(settings))
        self.pending_uploads = PendingUploads(database, notes_beside=self.ledger.notes_beside)

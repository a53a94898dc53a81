"""The tables, as `migrations/versions` makes them step by step. Times are Unix seconds. No I/O."""

from sqlalchemy import JSON, BigInteger, Boolean, Float, Integer, LargeBinary, String, Text
from sqlalchemy.schema import Column, Index, MetaData, Table
from sqlalchemy.sql import false, text

metadata = MetaData()
OBJECT = JSON(none_as_null=True)  # None is NULL, not the word "null"
# Conditions of partial indexes: few rows meet them, and a full index would be written twice for each of the others.
# Queries must repeat these words.
UNSETTLED = text("NOT begun")
UNANSWERED = text("answer IN ('waiting', 'due', 'sending')")

inbox = Table(
    "inbox",
    metadata,
    Column("event_id", String(64), primary_key=True),
    Column("raw", Text, nullable=False),  # the event's own JSON
    Column("arrived_at", Float, nullable=False),
    Column("owner", String(80), nullable=False),  # the process that took it in
    # What it asks for is written, and its words are deleted; the column keeps its name from the first release.
    Column("begun", Boolean, key="settled", nullable=False, default=False),
    Column("rank", Integer, nullable=False, default=0, server_default="0"),  # 0: somebody may wait; 1: chatter
    Column("tries", Integer, nullable=False, default=0, server_default="0"),  # processes that ended while it was open
    Index("inbox_unsettled", "rank", "arrived_at", sqlite_where=UNSETTLED, postgresql_where=UNSETTLED),
)

requests = Table(
    "requests",
    metadata,
    Column("id", String(64), primary_key=True),  # webhookEventId
    Column("chat_id", String(40), nullable=False),
    Column("chat_kind", String(8), nullable=False),  # user, group, room
    Column("user_id", String(40)),
    Column("message_id", String(64)),  # LINE's id of the message that asked; it may be unsent
    Column("quote_token", Text),
    Column("prompt", Text),  # deleted with its pictures
    Column("draws", Boolean, nullable=False),  # False: no picture was asked for, `words` answer at once
    Column("options", OBJECT),  # of this wish: `reading.options.Options`
    Column("sources", OBJECT),  # what is edited: [{"picture": id}, {"photo": message id}]
    Column("tap", String(120)),  # the button that asked, so that two taps are one wish
    Column("words", String(32)),  # a key of the sentences: what to say in place of a picture
    Column("details", OBJECT),  # values in the words: counts, places
    Column("notes", OBJECT),  # what is sent with the picture: [[key, details], ...]
    Column("state", String(16), nullable=False),
    Column("answer", String(16), nullable=False),
    Column("delivery_id", String(36)),
    Column("model", String(64)),
    Column("vendor_request_id", String(128)),
    Column("created_at", Float, nullable=False),
    Column("drawing_at", Float),
    Column("kept_at", Float),
    Column("ready_at", Float),
    Column("promised_at", Float),
    Column("sent_at", Float),
    Column("sent_quote_token", Text),  # of the picture in the chat, to quote it later
    Column("counted_on", String(10)),  # the day on which its pictures count for the person; None: they do not
    Column("counted", Integer, nullable=False, default=0, server_default="0"),  # how many of them
    Column("understood", OBJECT),  # `reading.meaning.Why`: which step decided, for what, how sure
    Index("requests_of_chat", "chat_id", "answer"),
    Index("requests_of_message", "message_id"),
    Index("requests_undrawn", "state"),
    Index("requests_by_time", "created_at"),
    Index("requests_unanswered", "created_at", sqlite_where=UNANSWERED, postgresql_where=UNANSWERED),
)

pictures = Table(  # what is in the bucket; a picture that is deleted has no row
    "pictures",
    metadata,
    Column("id", String(22), primary_key=True),  # unguessable: buttons carry it
    Column("request_id", String(64), nullable=False),
    Column("chat_id", String(40), nullable=False),
    Column("user_id", String(40)),  # who asked for it
    Column("position", Integer, nullable=False),  # among the pictures of one wish, from 0
    Column("parent_id", String(22)),  # the version before
    Column("object_key", String(200), nullable=False),  # of the original; the preview has its own
    Column("preview_key", String(200), nullable=False),
    Column("size", String(16), nullable=False),  # real size, WIDTHxHEIGHT px
    Column("created_at", Float, nullable=False),
    Index("pictures_of_chat", "chat_id", "created_at"),
    Index("pictures_of_request", "request_id"),
    Index("pictures_of_parent", "parent_id"),
    Index("pictures_by_time", "created_at"),
)

pending_uploads = Table(  # the paid bytes, from the model's answer until the bucket has them
    "kept",
    metadata,
    Column("request_id", String(64), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("object_key", String(200)),  # named before the first upload
    Column("preview_key", String(200)),
)

deletions = Table(  # objects to be deleted from the bucket; their pictures are deleted already
    "doomed",
    metadata,
    Column("object_key", String(200), primary_key=True),
    Column("since", Float, nullable=False),
)

unsent = Table(  # messages that were unsent, perhaps before we read them
    "unsent",
    metadata,
    Column("message_id", String(64), primary_key=True),
    Column("at", Float, nullable=False),
)

photos = Table(  # photos that people send to be edited, fetched at once, since LINE deletes them
    "photos",
    metadata,
    Column("message_id", String(64), primary_key=True),
    Column("chat_id", String(40), nullable=False),
    Column("user_id", String(40)),
    Column("set_id", String(80)),  # an album; its photos come in any order
    Column("set_total", Integer, nullable=False),  # 0: not known
    Column("set_index", Integer, nullable=False, default=0, server_default="0"),  # in its album, from 1; 0: not known
    Column("state", String(16), nullable=False),  # seen, kept, gone, unreadable, too_large, too_many, external
    Column("data", LargeBinary),  # as it is sent to a model
    Column("content_type", String(32)),
    Column("waits", Boolean, nullable=False),  # for words that say what to do with it
    Column("created_at", Float, nullable=False),
    Column("decoder", String(36)),  # the process that is decoding it, or died of it
    Column("deaths", Integer, nullable=False, default=0, server_default="0"),  # of processes that were decoding it
    Index("photos_of_chat", "chat_id", "waits"),
    Index("photos_by_time", "created_at"),
)

photo_uses = Table(  # the requests made from a photo, or from words sent before it, to find them when it is unsent
    "photo_uses",
    metadata,
    Column("message_id", String(64), primary_key=True),
    Column("request_id", String(64), primary_key=True),
)

chats = Table(  # what a chat has set, and what we wait for in it
    "chats",
    metadata,
    Column("chat_id", String(40), primary_key=True),
    Column("chat_kind", String(8), nullable=False),
    Column("settings", OBJECT),  # size, quality, count, language
    Column("expects", String(8)),  # `chats.Expected.what`
    Column("expects_prompt", Text),
    Column("expects_options", OBJECT),
    Column("expects_sources", OBJECT),
    Column("expects_until", Float),
    Column("expects_user", String(40)),  # whose next words are meant; None: anybody's
    Column("current_picture", String(22)),  # the one that "again" and "back" refer to
    Column("left_at", Float),  # when we were blocked or removed: its data goes a day later
    Column("created_at", Float, nullable=False),
)

calls = Table(  # the ledger: every paid call to OpenAI, written before it is made
    "calls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request_id", String(64), nullable=False, index=True),
    Column("model", String(64), nullable=False),
    Column("began_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("outcome", String(16), nullable=False),  # asked, paid, failed, unknown, bad
    Column("vendor_request_id", String(128)),
    Column("chat_id", String(40), nullable=False, server_default=""),
    Column("user_id", String(40)),
    Column("kind", String(8), nullable=False, server_default="draw"),  # draw, edit, read
    Column("size", String(16), nullable=False, server_default=""),
    Column("quality", String(8), nullable=False, server_default=""),
    Column("count", Integer, nullable=False, server_default="1"),
    Column("text_in", Integer),  # tokens
    Column("image_in", Integer),
    Column("image_out", Integer),
    Column("text_out", Integer),
    Column("microusd", BigInteger, nullable=False, server_default="0"),  # an estimate until the answer is known
    Column("is_estimate", Boolean, nullable=False, server_default=false()),
    Column("day", String(10), nullable=False, server_default=""),  # YYYY-MM-DD in TIMEZONE
    Column("purses", OBJECT),  # where it is booked: [[holder, period], ...]
    Column("refunded_at", Float),  # from then on it counts for the bot alone
    Index("calls_by_day", "day"),
    Index("calls_by_time", "began_at"),
)

budgets = Table(  # what was spent or is reserved in a period; caps are checked against it
    "purses",
    metadata,
    Column("holder", String(120), primary_key=True),  # bot, chat:ID, user:ID, member:CHAT:USER
    Column("period", String(10), primary_key=True),  # a day YYYY-MM-DD or a month YYYY-MM
    Column("pictures", Integer, nullable=False, server_default="0"),
    Column("microusd", BigInteger, nullable=False, server_default="0"),
    Column("told", Integer),  # the least that people were told is left: pictures, or percent
)

allowances = Table(  # what an admin has decided for a person, group or room
    "allowances",
    metadata,
    Column("holder", String(40), primary_key=True),  # LINE's id
    Column("blocked", Boolean, nullable=False),
    Column("extra", Integer, nullable=False),  # more pictures on `extra_on`
    Column("extra_on", String(10), nullable=False),
)

# What holds for all processes: `paused` and those in `switches.py`; also sessions that were ended, see `sign_outs.py`.
switches = Table(
    "switches", metadata, Column("name", String(32), primary_key=True), Column("at", Float, nullable=False)
)

alerts = Table(  # what admins were told, once a day for each cause
    "alerts",
    metadata,
    Column("cause", String(120), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("at", Float, nullable=False),
)

tallies = Table(  # what is counted by day: pushes saved
    "tallies",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("count", BigInteger, nullable=False),
)

model_dates = Table(  # when models are shut down, as their maker says, read daily
    "model_dates",
    metadata,
    Column("model", String(64), primary_key=True),
    Column("shutdown_on", String(10)),  # YYYY-MM-DD; None: no date is known
    Column("read_at", Float, nullable=False),
)

tokens = Table(  # reply tokens with their age
    "tokens",
    metadata,
    Column("event_id", String(64), primary_key=True),
    Column("token", Text, nullable=False),
    Column("chat_id", String(40), nullable=False),
    Column("arrived_at", Float, nullable=False),
    Column("addressed", Boolean, nullable=False),  # the event was meant for us, so somebody looks at the chat
    Column("is_open", Boolean, nullable=False),
    Index("tokens_of_chat", "chat_id", "is_open"),
)

deliveries = Table(  # one call of reply or push, its intent written before it is made
    "deliveries",
    metadata,
    Column("id", String(36), primary_key=True),  # a UUID; LINE's retry key of a push
    Column("chat_id", String(40), nullable=False),
    Column("way", String(8), nullable=False),  # reply, promise, push
    Column("token", Text),
    Column("token_at", Float),
    Column("request_ids", OBJECT, nullable=False),
    Column("picture_ids", OBJECT, nullable=False),
    Column("messages", OBJECT, nullable=False),
    Column("owner", String(80), nullable=False),
    Column("outcome", String(16), nullable=False),  # intent, landed, unknown, failed
    Column("created_at", Float, nullable=False),
    Column("ended_at", Float),
    Index("deliveries_of_chat", "chat_id", "outcome"),
)

sent = Table(  # messages of ours, so that a quote of one is recognised
    "sent",
    metadata,
    Column("message_id", String(64), primary_key=True),
    Column("chat_id", String(40), nullable=False),
    Column("request_id", String(64)),
    Column("picture_id", String(22)),  # the one it shows
    Index("sent_of_request", "request_id"),
    Index("sent_of_picture", "picture_id"),
)

languages = Table(
    "languages",
    metadata,
    Column("user_id", String(40), primary_key=True),
    Column("language", String(35)),  # BCP 47; None: LINE does not tell
    Column("read_at", Float, nullable=False),
)

gone_models = Table(
    "gone_models",
    metadata,
    Column("model", String(64), primary_key=True),
    Column("until", Float, nullable=False),  # asked again after this
)

leases = Table(  # which processes live; only used when several share the database
    "leases",
    metadata,
    Column("executor_id", String(80), primary_key=True),
    Column("expires_at", Float, nullable=False),  # by the database's clock
)

heartbeats = Table(  # written again and again, to see whether the store takes writes
    "heartbeats",
    metadata,
    Column("owner", String(80), primary_key=True),
    Column("at", Float, nullable=False),
)

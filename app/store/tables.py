"""What survives a restart. Times are Unix seconds; ids are LINE's own where there is one.

`migrations/versions` makes the same tables step by step; a test compares the two. No I/O.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

inbox = Table(
    "inbox",
    metadata,
    Column("event_id", String(64), primary_key=True),
    Column("raw", Text, nullable=False),  # the event's own JSON
    Column("arrived_at", Float, nullable=False),
    Column("owner", String(80), nullable=False),  # the process that took it in
    Column("begun", Boolean, nullable=False, default=False),  # the engine has its workflow
    Index("inbox_not_begun", "begun", "arrived_at"),
)

requests = Table(
    "requests",
    metadata,
    Column("id", String(64), primary_key=True),  # webhookEventId
    Column("chat_id", String(40), nullable=False),
    Column("chat_kind", String(8), nullable=False),  # user, group, room
    Column("user_id", String(40)),
    Column("quote_token", Text),
    Column("prompt", Text),  # None: no picture was asked for, `words` answer at once
    Column("words", String(32)),  # a key of the sentences: what to say in place of a picture
    Column("state", String(16), nullable=False),
    Column("answer", String(16), nullable=False),
    Column("delivery_id", String(36)),
    Column("model", String(64)),
    Column("size", String(16)),  # real size, WIDTHxHEIGHT px
    Column("usage", JSON),
    Column("vendor_request_id", String(128)),
    Column("object_key", String(200)),  # of the original; the preview has its own
    Column("preview_key", String(200)),
    Column("created_at", Float, nullable=False),
    Column("promised_at", Float),
    Column("ready_at", Float),
    Column("sent_at", Float),
    Column("sent_quote_token", Text),  # of the picture in the chat, to point at it later
    Index("requests_of_chat", "chat_id", "answer"),
    Index("requests_undrawn", "state"),
)

kept = Table(  # the paid bytes, from the model's answer until the bucket has them
    "kept",
    metadata,
    Column("request_id", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

calls = Table(  # every paid call to the Images API, written before it is made
    "calls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request_id", String(64), nullable=False, index=True),
    Column("model", String(64), nullable=False),
    Column("began_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("outcome", String(16), nullable=False),
    Column("usage", JSON),
    Column("vendor_request_id", String(128)),
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
    Column("request_ids", JSON, nullable=False),
    Column("messages", JSON, nullable=False),
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

"""What keys in the database mean, in words for operators. No I/O."""

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "moderation": "Refused by moderation",
    "moderation_sexual": "Moderation: sexual",
    "moderation_violence": "Moderation: violence",
    "moderation_hate": "Moderation: hate",
    "moderation_harassment": "Moderation: harassment",
    "moderation_self_harm": "Moderation: self-harm",
    "moderation_minors": "Moderation: children",
    "moderation_public_figure": "Moderation: public figure",
    "moderation_copyright": "Moderation: copyright",
    "busy": "Model too busy",
    "broke": "Something broke",
    "too_late": "Took too long",
    "queue_full": "Queue full",
    "closed": "Key, billing or right refused",
    "photo_gone": "Photo taken back or expired",
    "photo_too_large": "Photo too large",
    "photo_unreadable": "Photo not readable",
    "photo_too_many": "Too many photos",
    "photo_external": "Photo of another app",
    "photo_late": "LINE did not hand the photo out",
    "picture_gone": "Picture gone",
    "limit_user_day": "Limit of a person's day",
    "limit_chat_month": "Budget of a chat's month",
    "limit_share": "Share of a group's month",
    "limit_bot_day": "Budget of the day",
    "limit_bot_month": "Budget of the month",
    "flood": "Too many waiting from one person",
    "paused": "Drawing was paused",
}
# Why wishes were declined before a model was asked; these are not failures.
DECLINED = frozenset({"queue_full", "limit_user_day", "flood", "paused"})
STATES: Mapping[str, str] = {
    "queued": "Waiting in the queue",
    "drawing": "Being drawn",
    "kept": "Paid, on its way to the bucket",
    "ready": "Ready",
    "refused": "Refused",
    "failed": "Failed",
    "cancelled": "Cancelled",
}
ANSWERS: Mapping[str, str] = {
    "waiting": "waits for the picture",
    "due": "waits for a way to the chat",
    "sending": "is being sent",
    "sent": "sent",
    "unknown": "sent, perhaps not arrived",
    "none": "nobody waits",
}
TROUBLES: Mapping[str, str] = {
    "model": "The newest wish got no picture.",
    "bucket": "The newest picture is paid and waits for the bucket.",
    "line": "LINE did not confirm the newest answer.",
}
STAGES: Mapping[str, str] = {
    "queue": "Wait in the queue",
    "model": "Model draws",
    "store": "Into the bucket",
    "answer": "Ready to answered",
    "all": "Asked to answered",
}
OUTCOMES: Mapping[str, str] = {
    "asked": "under way",
    "paid": "paid",
    "failed": "failed, not charged",
    "bad": "charged, answer of no use",
    "unknown": "perhaps charged",
}
DELIVERED: Mapping[str, str] = {
    "intent": "under way",
    "landed": "arrived",
    "failed": "not arrived",
    "unknown": "perhaps arrived",
}
WAYS: Mapping[str, str] = {"reply": "Reply, free", "promise": "Promise with a button, free", "push": "Push, paid"}
KINDS: Mapping[str, str] = {"user": "Person", "group": "Group", "room": "Room"}


def plain(key: str, words: Mapping[str, str] = REASONS) -> str:
    """Return the words for a key; a key without any is returned itself, with spaces and a capital."""
    return words.get(key) or key.replace("_", " ").capitalize()

"""Messages with buttons: under a picture, settings, my pictures, and what to do with a photo. No I/O."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.chat.sentences import Words
from app.chat.taps import setting, tap
from app.line.buttons import (
    camera_action,
    camera_roll_action,
    confirm,
    image_carousel,
    keyboard_action,
    message_action,
)
from app.line.messages import Action, Message, buttons, postback_action, text, with_quick_reply

SIZES = ("1:1", "3:2", "2:3", "16:9", "9:16")
QUALITIES = ("low", "medium", "high")
COUNTS = ("1", "2", "4")
LANGUAGES = {"zh-TW": "繁體中文", "en": "English", "ja": "日本語", "th": "ไทย"}


def after_picture(words: Words, picture_id: str, *, has_parent: bool, is_fine: bool, shape: str) -> list[Action]:
    """Make the quick replies under a picture."""
    shapes = [one for one in ("wide", "tall", "square") if one != shape]
    verbs = ["again", *([] if is_fine else ["fine"]), *shapes]
    actions = [_button(words, verb, picture_id) for verb in verbs]
    actions.append(keyboard_action(words.say("btn_edit"), data=tap("edit", picture_id)))
    if has_parent:
        actions.append(_button(words, "back", picture_id))
    return [*actions, postback_action(words.say("btn_settings"), data=tap("do", "settings"))]


def picture_card(words: Words, picture_id: str) -> Message:
    """Make the card that stays in the chat, also on computers, where quick replies do not show."""
    actions = [_button(words, verb, picture_id) for verb in ("again", "fine", "edit", "delete")]
    return buttons(words.say("card"), alt_text=words.say("card_alt"), actions=actions)


def settings_panel(words: Words, *, size: str, quality: str, count: str, language: str) -> list[Message]:
    """Show what is set, with buttons for every choice: three cards that stay, the shapes as quick replies."""
    default = words.say("settings_default")
    now = words.say(
        "settings_now",
        size=size or default,
        quality=words.say(f"quality_{quality}") if quality in QUALITIES else quality or default,
        count=count or default,
        language=LANGUAGES.get(language, default),
    )
    qualities = [(words.say(f"quality_{one}"), setting("quality", one)) for one in QUALITIES]
    counts = [(one, setting("count", one)) for one in COUNTS]
    languages = [(name, setting("language", one)) for one, name in LANGUAGES.items()]
    shapes = [(one, setting("size", one)) for one in SIZES]
    defaults = [
        (f"{words.say(f'settings_{name}')}: {default}", setting(name, "")) for name in ("size", "quality", "language")
    ]
    quick = [postback_action(label, data=data) for label, data in (*shapes, *defaults)]
    return [
        text(now),
        _choices(words, "settings_quality", qualities),
        _choices(words, "settings_count", counts),
        with_quick_reply(_choices(words, "settings_language", languages), quick),
    ]


def mine(words: Words, pictures: Sequence[tuple[str, str]]) -> list[Message]:
    """Show up to ten pictures, each an id and the address of its preview; a tap brings it with its buttons."""
    if not pictures:
        return [text(words.say("mine_none"))]
    columns = [
        (preview_url, postback_action(words.say("btn_see"), data=tap("see", picture_id)))
        for picture_id, preview_url in pictures
    ]
    return [image_carousel(words.say("mine_alt"), columns=columns)]


def confirm_delete_all(words: Words, count: int) -> Message:
    """Ask before everything goes."""
    said = words.say("confirm_delete_all", count=count)
    yes = postback_action(words.say("btn_yes"), data=tap("do", "delete_all_yes"))
    return confirm(said, alt_text=said, yes=yes, no=postback_action(words.say("btn_no"), data=tap("do", "keep")))


def help_messages(words: Words, *, is_group: bool, prefix: str, is_admin: bool) -> list[Message]:
    """Say what Easel can do."""
    parts = [
        words.say("help"),
        *([words.say("help_group", prefix=prefix)] if is_group else []),
        *([words.say("help_admin")] if is_admin else []),
    ]
    actions = [
        postback_action(words.say("btn_settings"), data=tap("do", "settings")),
        postback_action(words.say("btn_mine"), data=tap("do", "mine")),
    ]
    return [with_quick_reply(text("\n\n".join(parts)), actions)]


def photo_got(words: Words, count: int) -> Message:
    """Say that photos have come, and ask what to do with them."""
    said = words.say("photo_got") if count == 1 else words.say("photos_got", count=count)
    ideas = [message_action(words.say(idea), words.say(idea)) for idea in ("idea_one", "idea_two")]
    return with_quick_reply(text(said), [*ideas, postback_action(words.say("btn_new"), data=tap("do", "new"))])


def ask_photo(words: Words) -> Message:
    """Ask for the photo that the words spoke of."""
    actions = [camera_roll_action(words.say("btn_album")), camera_action(words.say("btn_camera"))]
    return with_quick_reply(text(words.say("ask_photo")), actions)


def ask_edit(words: Words) -> Message:
    """Ask what to change."""
    return text(words.say("ask_edit"))


def rephrase(words: Words, said: str, original: str) -> Message:
    """Say why there is no picture, with the person's own words ready to be changed."""
    action = keyboard_action(words.say("btn_rephrase"), data=tap("do", "rephrase"), fill_in=original)
    return with_quick_reply(text(said), [action])


def sticker_offer(words: Words, keywords: str, request_id: str) -> Message:
    """Offer to draw what a sticker means."""
    return _offer(words, words.say("sticker_offer", keywords=keywords), request_id)


def edited_offer(words: Words, request_id: str) -> Message:
    """Offer to draw a message that was changed."""
    return _offer(words, words.say("edited_offer"), request_id)


def usage(words: Words, details: Mapping[str, Any], zone: ZoneInfo) -> Message:
    """Say how much was used and how much is left."""
    lines = [words.say("usage_today", pictures=details.get("pictures", 0))]
    if most := details.get("pictures_max"):
        when = f"{datetime.fromtimestamp(float(details['pictures_until_at']), zone):%Y-%m-%d %H:%M}"
        lines = [words.say("usage_of", pictures=details["pictures"], most=most, when=when)]
    for key, name in (("usage_chat", "chat_month"), ("usage_share", "share")):
        if name in details:
            lines.append(words.say(key, percent=details[name]["left_percent"]))
    return text("\n".join(lines))


def _button(words: Words, verb: str, picture_id: str) -> Action:
    return postback_action(words.say(f"btn_{verb}"), data=tap(verb, picture_id))


def _choices(words: Words, key: str, choices: Sequence[tuple[str, str]]) -> Message:
    actions = [postback_action(label, data=data) for label, data in choices]
    return buttons(words.say(key), alt_text=words.say("settings_alt"), actions=actions)


def _offer(words: Words, said: str, request_id: str) -> Message:
    action = postback_action(words.say("btn_draw"), data=tap("draw", request_id))
    return buttons(said, alt_text=said, actions=[action])

"""Messages with buttons: promises, under a picture, settings, my pictures, what to do with a photo. No I/O."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from app.line.buttons import (
    camera_action,
    camera_roll_action,
    confirm,
    image_carousel,
    keyboard_action,
    message_action,
)
from app.line.flex import Choice, FlexQuestion, choice_card
from app.line.messages import buttons, postback_action, text, with_quick_reply
from app.line.sdk_models import Action, Message
from app.line.text_length import cut_to_graphemes
from app.words.answers import AdminStatus, ChatSettings, ConfirmDeleteAll, PersonalUsage
from app.words.chat_settings import COUNTS, LANGUAGES, QUALITIES, SHAPES, shape_of
from app.words.sentences import Words
from app.words.taps import agreed, setting, tap

WITH_A_WISH = {
    "greeting": "greeting",
    "greeting_group": "greeting",
    "welcome_back": "welcome_back",
    "blank": "greeting",
}  # sentences that end with an example of a wish, and the key of that example
WISH_GRAPHEMES_MAX = 90  # of the 160 of a card
OFFERED_GRAPHEMES_MAX = 60


def after_picture(
    words: Words, picture_id: str, *, has_parent: bool, is_fine: bool, shape: str, fill_in: str
) -> list[Action]:
    """Make the quick replies under a picture. `fill_in`: what a message to us begins with here."""
    shapes = [one for one in ("wide", "tall", "square") if one != shape]
    verbs = ["again", *([] if is_fine else ["fine"]), *shapes]
    actions = [_button(words, verb, picture_id) for verb in verbs]
    actions.append(keyboard_action(words.say("btn_edit"), data=tap("edit", picture_id), fill_in=fill_in))
    if has_parent:
        actions.append(_button(words, "back", picture_id))
    return [*actions, postback_action(words.say("btn_settings"), data=tap("do", "settings"))]


def picture_card(words: Words, picture_id: str, *, wish: str, fill_in: str) -> Message:
    """Make the card that stays in the chat, also on computers, where quick replies do not show."""
    shown = cut_to_graphemes(" ".join(wish.split()), WISH_GRAPHEMES_MAX)
    said = words.say("card_of", wish=shown) if shown else words.say("card")
    again, fine, delete = (_button(words, verb, picture_id) for verb in ("again", "fine", "delete"))
    edit = keyboard_action(words.say("btn_edit"), data=tap("edit", picture_id), fill_in=fill_in)
    return buttons(said, alt_text=words.say("card_alt"), actions=[again, fine, edit, delete])


def settings_panel(words: Words, settings: ChatSettings, *, qualities: Sequence[str] = QUALITIES) -> Message:
    """Show all settings on one card, with a button for each value; the current ones are filled and ticked.

    `qualities`: those that the operator allows.
    """
    if settings.quality in QUALITIES and settings.quality not in qualities:
        settings = replace(settings, quality=qualities[-1])  # nothing better is drawn
    now = {**asdict(settings), "size": shape_of(settings.size)}

    def choice(name: str, value: str, label: str) -> Choice:
        is_chosen = now[name] == value
        label = f"✓ {label}" if is_chosen else label
        return Choice(label=label, action=postback_action(label, data=setting(name, value)), is_chosen=is_chosen)

    def quality(value: str) -> Choice:
        return choice("quality", value, words.say(f"quality_{value}"))

    default = words.say("settings_default")
    sizes = [choice("size", one, one) for one in _and(SHAPES, now["size"])]
    counts = [choice("count", one, one) for one in _and(COUNTS, now["count"])]
    languages = [choice("language", one, name) for one, name in LANGUAGES.items()]
    questions = [
        ("settings_size", [*sizes, choice("size", "", default)], 3),
        ("settings_quality", [*map(quality, qualities), choice("quality", "", default)], 2),
        ("settings_count", [*counts, choice("count", "", default)], 3),
        ("settings_language", [*languages, choice("language", "", words.say("language_mine"))], 2),
    ]
    return choice_card(
        words.say("settings_alt"),
        alt_text=_settings_now(words, settings),
        questions=[
            FlexQuestion(heading=words.say(key), choices=made, columns=columns) for key, made, columns in questions
        ],
    )


def _and(usual: Sequence[str], typed: str) -> list[str]:
    """Add a value that was typed to the usual choices."""
    return [*usual, *([typed] if typed and typed not in usual else [])]


def settings_saved(words: Words, settings: ChatSettings) -> Message:
    """Say what is set now, after a change."""
    more = postback_action(words.say("btn_settings"), data=tap("do", "settings"))
    return with_quick_reply(text(f"{words.say('settings_saved')}\n\n{_settings_now(words, settings)}"), [more])


def _settings_now(words: Words, now: ChatSettings) -> str:
    default = words.say("settings_default")
    return words.say(
        "settings_now",
        size=shape_of(now.size) or default,
        quality=words.say(f"quality_{now.quality}") if now.quality in QUALITIES else now.quality or default,
        count=now.count or default,
        language=LANGUAGES.get(now.language) or words.say("language_mine"),
    )


def mine(words: Words, pictures: Sequence[tuple[str, str]]) -> list[Message]:
    """Show up to ten pictures, each as its id and the URL of its preview; a tap brings it with its buttons."""
    if not pictures:
        return [text(words.say("mine_none"))]
    columns = [
        (preview_url, postback_action(words.say("btn_see"), data=tap("see", picture_id)))
        for picture_id, preview_url in pictures
    ]
    return [image_carousel(words.say("mine_alt"), columns=columns)]


def confirm_delete_all(words: Words, asked: ConfirmDeleteAll, request_id: str) -> Message:
    """Ask before everything goes; without pictures there are but words and photos.

    `request_id`: of the request that asks; only a yes from its person counts.
    """
    if asked.count:
        said = words.say(f"confirm_delete_{asked.whose or 'all'}", count=asked.count)
    else:
        said = words.say("confirm_delete_rest_own" if asked.whose == "own" else "confirm_delete_rest")
    yes = postback_action(words.say("btn_yes"), data=agreed("delete_all_yes", request_id))
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


def with_a_wish(words: Words, key: str, said: str, *, prefix: str) -> Message:
    """Put a sentence's example under it, as a button that says it. `prefix`: what a message to us begins with here."""
    example = WITH_A_WISH[key]
    wish = prefix + words.say(f"wish_{example}")
    return with_quick_reply(text(said), [message_action(words.say(f"try_{example}"), wish)])


def photo_got(words: Words, count: int) -> Message:
    """Say that photos have come, and ask what to do with them."""
    said = words.say("photo_got") if count == 1 else words.say("photos_got", count=count)
    ideas = [message_action(words.say(idea), words.say(idea)) for idea in ("idea_one", "idea_two")]
    return with_quick_reply(text(said), [*ideas, postback_action(words.say("btn_new"), data=tap("do", "new"))])


def ask_photo(words: Words, *, or_draw_id: str | None = None) -> Message:
    """Ask for the photo that the words spoke of. `or_draw_id`: of a request that can be drawn without one, too."""
    actions = [camera_roll_action(words.say("btn_album")), camera_action(words.say("btn_camera"))]
    if or_draw_id is None:
        return with_quick_reply(text(words.say("ask_photo")), actions)
    draw = postback_action(words.say("btn_no_photo"), data=tap("draw", or_draw_id))
    return with_quick_reply(text(words.say("ask_photo_of_you")), [*actions, draw])


def rephrase(words: Words, said: str, *, original: str, request_id: str) -> Message:
    """Say why there is no picture, with the person's own words ready to be changed."""
    action = keyboard_action(words.say("btn_rephrase"), data=tap("rephrase", request_id), fill_in=original)
    return with_quick_reply(text(said), [action])


def sticker_offer(words: Words, keywords: str, request_id: str) -> Message:
    """Offer to draw what a sticker means."""
    return _offer(words, words.say("sticker_offer", keywords=keywords), request_id)


def edited_offer(words: Words, request_id: str) -> Message:
    """Offer to draw a message that was edited."""
    return _offer(words, words.say("edited_offer"), request_id)


def offer(words: Words, wish: str, request_id: str, *, has_picture: bool) -> Message:
    """Ask whether to draw what was said, or to change the last picture that way."""
    said = words.say("offer", wish=_shown(wish))
    actions = [postback_action(words.say("btn_draw"), data=tap("draw", request_id))]
    if has_picture:
        actions.append(postback_action(words.say("btn_change"), data=tap("change", request_id)))
    return buttons(said, alt_text=said, actions=[*actions, _decline(words)])


def change_later(words: Words, wish: str, request_id: str) -> Message:
    """Ask whether to change a picture that way once it is there."""
    said = words.say("change_later", wish=_shown(wish))
    change = postback_action(words.say("btn_change_later"), data=tap("change", request_id))
    return buttons(said, alt_text=said, actions=[change, _decline(words)])


def complaint(words: Words, picture_id: str | None, *, fill_in: str) -> Message:
    """Say sorry for a picture, with buttons to draw it again or change it."""
    said = text(words.say("talk_complaint"))
    if picture_id is None:
        return said
    edit = keyboard_action(words.say("btn_edit"), data=tap("edit", picture_id), fill_in=fill_in)
    return with_quick_reply(said, [_button(words, "again", picture_id), edit])


def photo_question(words: Words) -> Message:
    """Say what can be done with a photo, with ideas."""
    ideas = [message_action(words.say(idea), words.say(idea)) for idea in ("idea_one", "idea_two")]
    return with_quick_reply(text(words.say("talk_photo_question")), ideas)


def cost(words: Words, used: PersonalUsage, zone: ZoneInfo) -> Message:
    """Say that people pay nothing, and what is left."""
    return text("\n".join([words.say("talk_cost"), *_used(words, used, zone)]))


def or_draw(words: Words, said: Message, request_id: str) -> Message:
    """Put a button under an answer to talk that draws the message all the same, in case it was a wish."""
    return with_quick_reply(said, [postback_action(words.say("btn_draw"), data=tap("draw", request_id))])


def _shown(wish: str) -> str:
    return cut_to_graphemes(" ".join(wish.split()), OFFERED_GRAPHEMES_MAX)


def _decline(words: Words) -> Action:
    return postback_action(words.say("btn_decline"), data=tap("do", "decline"))


def usage(words: Words, used: PersonalUsage, zone: ZoneInfo) -> Message:
    """Say how much was used and how much is left."""
    return text("\n".join(_used(words, used, zone)))


def _used(words: Words, used: PersonalUsage, zone: ZoneInfo) -> list[str]:
    lines = [words.say("usage_today", pictures=used.pictures)]
    if used.pictures_max:
        when = spelled_time(words, used.pictures_until_at, zone)
        lines = [words.say("usage_of", pictures=used.pictures, most=used.pictures_max, when=when)]
    if used.reached:  # a rest that no picture fits into is none
        return [*lines, words.say(used.reached.words, when=spelled_time(words, used.reached.until_at, zone))]
    for key, left in (("left_chat", used.chat_month), ("usage_share", used.share)):
        if left:
            lines.append(words.say(key, percent=left.left_percent, when=spelled_time(words, left.until_at, zone)))
    return lines


def admin_status(words: Words, status: AdminStatus) -> Message:
    """Say how things are; mention a pause only while there is one."""
    paused = [words.say("admin_paused")] if status.paused else []
    return text("\n".join([words.say("admin_status", **asdict(status)), *paused]))


def spelled_time(words: Words, at: float, zone: ZoneInfo) -> str:
    """Write a Unix time as people do in their language, without the year."""
    when = datetime.fromtimestamp(float(at), zone)
    month = words.say("months").split()[when.month - 1]
    return words.say("moment", month=month, day=when.day, time=f"{when:%H:%M}")


def promise(said: str, *, alt: str = "still_drawing_alt", words: Words, data: str) -> Message:
    """Say `said` with the button [Show picture] under it, whose tap brings a new reply token.

    A template stays in the chat; a quick reply would vanish with the next message. `alt` is the key of the sentence
    that stands in the list of chats and in the notification.
    """
    action = postback_action(words.say("show"), data=data, display_text=words.say("show_said"))
    return buttons(said, alt_text=words.say(alt), actions=[action])


def _button(words: Words, verb: str, picture_id: str) -> Action:
    return postback_action(words.say(f"btn_{verb}"), data=tap(verb, picture_id))


def _offer(words: Words, said: str, request_id: str) -> Message:
    action = postback_action(words.say("btn_draw"), data=tap("draw", request_id))
    return buttons(said, alt_text=said, actions=[action])

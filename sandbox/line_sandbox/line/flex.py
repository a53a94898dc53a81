"""What LINE takes as a Flex message. No I/O.

https://developers.line.biz/en/reference/messaging-api/#flex-message (read 2026-11-22)
"""

import re

import orjson

from line_sandbox.line.actions import FLEX_AREA, FLEX_BUTTON, check_action
from line_sandbox.line.fields import Body, Fields

BUBBLE_BYTES_MAX = 30_000
CAROUSEL_BYTES_MAX = 50_000
BUBBLES_MAX = 12
_BLOCKS = {"header": ("box",), "hero": ("box", "image", "video"), "body": ("box",), "footer": ("box",)}
_COMPONENTS = ("box", "button", "image", "video", "icon", "text", "span", "separator", "filler")
# https://developers.line.biz/en/docs/messaging-api/flex-message-layout/#component-size (read 2026-11-28)
_KEYWORDS = "xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl"
_PX = r"\d+(\.\d+)?px"
_FONT_SIZE = re.compile(rf"{_KEYWORDS}|{_PX}")
_IMAGE_SIZE = re.compile(rf"{_KEYWORDS}|full|{_PX}|\d+(\.\d+)?%")
_RATIO = re.compile(r"([1-9]\d{0,5}):([1-9]\d{0,5})")
_RATIO_MAX = 100_000
_IN_BASELINE = ("icon", "text", "filler")
_SIZES = ("nano", "micro", "deca", "hecto", "kilo", "mega", "giga")


def check_flex(fields: Fields, message: Body, at: str) -> None:
    """Check a Flex message."""
    fields.text(message, at, "altText", 1500)
    contents = fields.mapping(message, at, "contents")
    if contents is None:
        return
    place = f"{at}.contents"
    match fields.word(contents, place, "type", ("bubble", "carousel")):
        case "bubble":
            _bubble(fields, contents, place)
        case "carousel":
            bubbles = fields.array(contents, place, "contents", 1, BUBBLES_MAX)
            for number, bubble in enumerate(bubbles):
                _bubble(fields, bubble, f"{place}.contents[{number}]")
            if len({str(bubble.get("size", "mega")) for bubble in bubbles}) > 1:
                fields.say(f"{place}.contents", "All bubbles must have the same size")
            _weigh(fields, contents, place, CAROUSEL_BYTES_MAX)


def _bubble(fields: Fields, bubble: Body, at: str) -> None:
    fields.word(bubble, at, "type", ("bubble",))
    fields.word(bubble, at, "size", _SIZES, required=False)
    fields.word(bubble, at, "direction", ("ltr", "rtl"), required=False)
    blocks = [name for name in _BLOCKS if name in bubble]
    if not blocks:
        fields.say(at, "At least one block must be specified")
    for name in blocks:
        if (block := fields.mapping(bubble, at, name)) is not None:
            fields.word(block, f"{at}.{name}", "type", _BLOCKS[name])
            _component(fields, block, f"{at}.{name}")
    _weigh(fields, bubble, at, BUBBLE_BYTES_MAX)


def _component(fields: Fields, component: Body, at: str) -> None:
    match fields.word(component, at, "type", _COMPONENTS):
        case "box":
            _box(fields, component, at)
        case "text":
            fields.shaped(component, at, "size", _FONT_SIZE)
            if "contents" not in component:
                fields.text(component, at, "text", 2000)
        case "span":
            fields.shaped(component, at, "size", _FONT_SIZE)
            fields.text(component, at, "text", 2000)
        case "image" | "icon" as kind:
            fields.url(component, at, "url")
            fields.shaped(component, at, "size", _IMAGE_SIZE if kind == "image" else _FONT_SIZE)
            _ratio(fields, component, at)
        case "video":
            _ratio(fields, component, at)
            fields.url(component, at, "url")
            fields.url(component, at, "previewUrl")
        case "button":
            fields.mapping(component, at, "action")
            fields.word(component, at, "style", ("primary", "secondary", "link"), required=False)
    if (action := fields.mapping(component, at, "action", required=False)) is not None:
        place = FLEX_BUTTON if component.get("type") == "button" else FLEX_AREA
        check_action(fields, action, f"{at}.action", place)


def _box(fields: Fields, box: Body, at: str) -> None:
    layout = fields.word(box, at, "layout", ("horizontal", "vertical", "baseline"))
    for number, child in enumerate(fields.array(box, at, "contents", 0, 1000)):
        place = f"{at}.contents[{number}]"
        _component(fields, child, place)
        if child.get("type") == "icon" and layout != "baseline":
            fields.say(place, "icon can only be used in a baseline box")
        elif layout == "baseline" and child.get("type") not in _IN_BASELINE:
            fields.say(place, f"A baseline box holds {', '.join(_IN_BASELINE)} only")


def _ratio(fields: Fields, component: Body, at: str) -> None:
    fields.shaped(component, at, "aspectRatio", _RATIO)
    if found := _RATIO.fullmatch(str(component.get("aspectRatio", ""))):
        width, height = int(found[1]), int(found[2])
        if max(width, height) > _RATIO_MAX or height > 3 * width:
            fields.say(f"{at}.aspectRatio", f"At most {_RATIO_MAX} each, and not higher than three times the width")


def _weigh(fields: Fields, contents: Body, at: str, most_bytes: int) -> None:
    if len(orjson.dumps(contents)) > most_bytes:
        fields.say(at, f"The size must be at most {most_bytes} bytes")

"""What LINE takes as a Flex message. No I/O.

https://developers.line.biz/en/reference/messaging-api/#flex-message (read 2026-11-22)
"""

import orjson

from line_sandbox.line.actions import FLEX_AREA, FLEX_BUTTON, check_action
from line_sandbox.line.fields import Body, Fields

BUBBLE_BYTES_MAX = 30_000
CAROUSEL_BYTES_MAX = 50_000
BUBBLES_MAX = 12
_BLOCKS = {"header": ("box",), "hero": ("box", "image", "video"), "body": ("box",), "footer": ("box",)}
_COMPONENTS = ("box", "button", "image", "video", "icon", "text", "span", "separator", "filler")
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
            for number, bubble in enumerate(fields.array(contents, place, "contents", 1, BUBBLES_MAX)):
                _bubble(fields, bubble, f"{place}.contents[{number}]")
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
            fields.word(component, at, "layout", ("horizontal", "vertical", "baseline"))
            for number, child in enumerate(fields.array(component, at, "contents", 0, 1000)):
                _component(fields, child, f"{at}.contents[{number}]")
        case "text":
            if "contents" not in component:
                fields.text(component, at, "text", 2000)
        case "span":
            fields.text(component, at, "text", 2000)
        case "image" | "icon":
            fields.url(component, at, "url")
        case "video":
            fields.url(component, at, "url")
            fields.url(component, at, "previewUrl")
        case "button":
            fields.mapping(component, at, "action")
            fields.word(component, at, "style", ("primary", "secondary", "link"), required=False)
    if (action := fields.mapping(component, at, "action", required=False)) is not None:
        place = FLEX_BUTTON if component.get("type") == "button" else FLEX_AREA
        check_action(fields, action, f"{at}.action", place)


def _weigh(fields: Fields, contents: Body, at: str, most_bytes: int) -> None:
    if len(orjson.dumps(contents)) > most_bytes:
        fields.say(at, f"The size must be at most {most_bytes} bytes")

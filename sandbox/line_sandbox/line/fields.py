"""Checks of single properties of a request body, with LINE's words for what is wrong. No I/O.

https://developers.line.biz/en/reference/messaging-api/#error-messages (read 2026-11-22)
"""

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from line_sandbox.line.errors import Problem, malformed
from line_sandbox.line.text import graphemes, utf16_length

Body = Mapping[str, object]

EMPTY = "May not be empty"
URL_CHARS_MAX = 2000
_URL = re.compile(r"[a-z]+://(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")


class Fields:
    """Collects what is wrong with a request body.

    Args:
        allow_http: Take http addresses of this machine too; LINE takes https only.
    """

    def __init__(self, *, allow_http: bool) -> None:
        self.allow_http = allow_http
        self.problems: list[Problem] = []

    def say(self, at: str, message: str) -> None:
        """Note a problem at a property such as `messages[0].text`."""
        self.problems.append({"message": message, "property": at})

    def text(self, body: Body, at: str, name: str, most: int, *, required: bool = True) -> str | None:
        """A string of at most `most` UTF-16 units."""
        value = self._string(body, at, name, required=required)
        if value is not None and utf16_length(value) > most:
            self.say(path_of(at, name), f"Length must be between 0 and {most}")
        return value

    def letters(self, body: Body, at: str, name: str, most: int, *, required: bool = True) -> str | None:
        """A string of at most `most` grapheme clusters."""
        value = self._string(body, at, name, required=required)
        if value is not None and graphemes(value) > most:
            self.say(path_of(at, name), f"Length must be between 0 and {most}")
        return value

    def _string(self, body: Body, at: str, name: str, *, required: bool) -> str | None:
        value = body.get(name)
        if value is not None and not isinstance(value, str):
            raise malformed(path_of(at, name))
        if not value and required:
            self.say(path_of(at, name), EMPTY)
        return value or None

    def url(self, body: Body, at: str, name: str, *, required: bool = True) -> None:
        """An https address of ASCII letters, percent-encoded."""
        value = self.text(body, at, name, URL_CHARS_MAX, required=required)
        if value is not None and not self._is_url(value):
            self.say(path_of(at, name), "invalid uri")

    def word(self, body: Body, at: str, name: str, known: tuple[str, ...], *, required: bool = True) -> str | None:
        """One of a few words."""
        value = body.get(name)
        if value is None and not required:
            return None
        if value is None:
            self.say(path_of(at, name), "must be specified")
            return None
        if not isinstance(value, str):
            raise malformed(path_of(at, name))
        if value not in known:
            self.say(path_of(at, name), f"Must be one of the following values: [{', '.join(known)}]")
            return None
        return value

    def integer(self, body: Body, at: str, name: str, low: int, high: int) -> int | None:
        """A whole number within limits."""
        value = body.get(name)
        if value is None:
            self.say(path_of(at, name), "must be specified")
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise malformed(path_of(at, name))
        if not low <= value <= high:
            self.say(path_of(at, name), f"Must be between {low} and {high}")
        return value

    def shaped(self, body: Body, at: str, name: str, shape: re.Pattern[str], *, required: bool = False) -> None:
        """A string of this shape, such as a colour."""
        value = self._string(body, at, name, required=required)
        if value is not None and not shape.fullmatch(value):
            self.say(path_of(at, name), f"Must be of the form {shape.pattern}")

    def flag(self, body: Body, at: str, name: str, *, required: bool = False) -> None:
        """True or false, or nothing where it is not required."""
        if required and body.get(name) is None:
            self.say(path_of(at, name), "must be specified")
        elif not isinstance(body.get(name, False), bool):
            raise malformed(path_of(at, name))

    def array(self, body: Body, at: str, name: str, low: int, high: int) -> list[Body]:
        """A list of objects within limits of size."""
        value = body.get(name)
        place = path_of(at, name)
        if value is None:
            self.say(place, EMPTY)
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise malformed(place)
        if not low <= len(value) <= high:
            self.say(place, f"Size must be between {low} and {high}")
        return value[:high]

    def mapping(self, body: Body, at: str, name: str, *, required: bool = True) -> Body | None:
        """An object."""
        value = body.get(name)
        if value is None:
            if required:
                self.say(path_of(at, name), "must be specified")
            return None
        if not isinstance(value, dict):
            raise malformed(path_of(at, name))
        return value

    def _is_url(self, value: str) -> bool:
        if not _URL.fullmatch(value):
            return False
        parts = urlsplit(value)
        is_own = self.allow_http and parts.scheme == "http" and is_loopback(parts.hostname or "")
        return bool(parts.hostname) and (parts.scheme == "https" or is_own)


def path_of(at: str, name: str) -> str:
    """The property `name` of the property `at`, which is empty for the body itself."""
    return f"{at}.{name}" if at else name


def is_loopback(host: str) -> bool:
    """Whether this host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

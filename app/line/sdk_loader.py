"""Loads line-bot-sdk without what we never call: its old API, its webhook parser and its synchronous clients.

Importing its packages imports all of that: 16 of 47 MB and a third of the time. So its two outer packages are replaced
by ones that import nothing, and its synchronous clients by empty modules. Where the whole SDK has been imported before,
as in our tests, it is left alone.
"""

import importlib
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Final

_SYNCHRONOUS: Final = {
    "linebot.v3.messaging.api.messaging_api": "MessagingApi",
    "linebot.v3.messaging.api.messaging_api_blob": "MessagingApiBlob",
    "linebot.v3.oauth.api.channel_access_token": "ChannelAccessToken",
}


def load_sdk(package: str) -> Any:  # noqa: ANN401 - the SDK has no types
    """Import and return `linebot.v3.messaging`, which takes half a second, or `linebot.v3.oauth`."""
    if "linebot" not in sys.modules:
        _prepare()
    return importlib.import_module(package)


def _prepare() -> None:
    found = find_spec("linebot")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("line-bot-sdk is not installed", name="linebot")
    root = Path(found.submodule_search_locations[0])
    prepared = []
    for name, client in _SYNCHRONOUS.items():
        empty = ModuleType(name)
        setattr(empty, client, None)
        prepared.append(empty)
    for name, folder in (("linebot.v3", root / "v3"), ("linebot", root)):  # "linebot" last: `load_sdk` looks for it
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        prepared.append(package)
    for module in prepared:
        sys.modules.setdefault(module.__name__, module)
    setattr(sys.modules["linebot"], "v3", sys.modules["linebot.v3"])  # noqa: B010 - a module has no such field

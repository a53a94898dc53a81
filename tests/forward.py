"""Hands TCP connections on: `python forward.py LISTEN_HOST TO_HOST PORT...`. For stand-ins that containers must reach.

The stand-ins listen on this machine's loopback, and Easel takes plain http from its own loopback only: so one of these
runs on the gateway of the containers, and one inside each container.
"""

import asyncio
import sys


async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Until one side ends."""
    try:
        while data := await source.read(2**16):
            target.write(data)
            await target.drain()
    except ConnectionError:
        pass
    finally:
        target.close()


async def forward(listen_host: str, to_host: str, ports: list[int]) -> None:
    """For ever."""
    for port in ports:

        async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int = port) -> None:
            try:
                far_reader, far_writer = await asyncio.open_connection(to_host, port)
            except OSError:
                writer.close()
                return
            await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))

        await asyncio.start_server(one, listen_host, port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(forward(sys.argv[1], sys.argv[2], [int(port) for port in sys.argv[3:]]))

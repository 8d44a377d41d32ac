# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""A bad network between clients and a server."""

import asyncio
import random

from .programs import Program


class Chaos:
    """Passes bytes on, and now and then cuts a connection off, or all of them."""

    def __init__(self, program: Program, rng: random.Random) -> None:
        self.program = program
        self.rng = rng
        self.cuts = 0
        self._transports: set[asyncio.WriteTransport] = set()

    async def run(self) -> None:
        """Cuts connections off until it is cancelled."""
        async with self._server:
            while True:
                await asyncio.sleep(self.rng.random())
                chosen = list(self._transports)
                if chosen and self.rng.random() < 0.9:
                    chosen = [self.rng.choice(chosen)]
                for transport in chosen:
                    self.cuts += 1
                    transport.abort()

    async def open(self) -> str:
        """Listens, and says where."""
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream_reader, upstream_writer = await asyncio.open_connection(*self.program.address)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer.transport, upstream_writer.transport}
        self._transports |= pair
        try:
            await asyncio.gather(pump(reader, upstream_writer), pump(upstream_reader, writer))
        finally:
            self._transports -= pair
            for transport in pair:
                transport.abort()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Passes on what comes, and the end of it."""
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()

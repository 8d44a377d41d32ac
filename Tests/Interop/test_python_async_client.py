# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""python-engineio's client on asyncio: polling only, WebSocket only, and both."""

import asyncio
import os
from collections.abc import Awaitable, Callable

import engineio
import pytest

from conftest import CALM, Start
from support.programs import Program

TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": ["polling", "websocket"]}


class Peer:
    """A connected client, and what it has heard."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[str | bytes] = asyncio.Queue()
        self.reasons: asyncio.Queue[str] = asyncio.Queue()
        self.client = engineio.AsyncClient(handle_sigint=False)
        self.client.on("message", self.received.put_nowait)
        self.client.on("disconnect", self.reasons.put_nowait)

    async def get(self) -> str | bytes:
        return await asyncio.wait_for(self.received.get(), 15)


def conversation(program: Program, transports: list[str], talk: Callable[[Peer], Awaitable[None]]) -> None:
    """Connects, talks, disconnects."""

    async def run() -> None:
        peer = Peer()
        await peer.client.connect(program.url, transports=transports)
        assert peer.client.transport() == transports[-1]
        try:
            await talk(peer)
        finally:
            await peer.client.disconnect()

    asyncio.run(asyncio.wait_for(run(), 40))


@pytest.fixture(params=TRANSPORTS)
def transports(request: pytest.FixtureRequest) -> list[str]:
    return TRANSPORTS[request.param]


def test_text_and_binary(calm_echo: Program, transports: list[str]) -> None:
    async def talk(peer: Peer) -> None:
        for message in ("hello", "ä€🙂", bytes([0, 1, 2, 255]), "", "after"):
            await peer.client.send(message)
            assert await peer.get() == message

    conversation(calm_echo, transports, talk)


def test_large_messages(calm_echo: Program, transports: list[str]) -> None:
    async def talk(peer: Peer) -> None:
        for message in (os.urandom(65_536), "x" * 65_536, os.urandom(740_000), "y" * 740_000):
            await peer.client.send(message)
            assert await peer.get() == message

    conversation(calm_echo, transports, talk)


def test_many_messages_in_order(calm_echo: Program, transports: list[str]) -> None:
    messages = [f"message {number}" if number % 3 else number.to_bytes(2, "big") for number in range(1000)]

    async def talk(peer: Peer) -> None:
        for message in messages:
            await peer.client.send(message)
        assert [await peer.get() for _ in messages] == messages

    conversation(calm_echo, transports, talk)


def test_it_stays_through_many_heartbeats(calm_echo: Program, transports: list[str]) -> None:
    async def talk(peer: Peer) -> None:
        with pytest.raises(asyncio.TimeoutError):  # nothing ends it
            await asyncio.wait_for(peer.reasons.get(), 1.2)
        await peer.client.send("still here")
        assert await peer.get() == "still here"

    conversation(calm_echo, transports, talk)


def test_the_client_goes(calm_echo: Program, transports: list[str]) -> None:
    async def talk(peer: Peer) -> None:
        await peer.client.disconnect()
        assert await asyncio.wait_for(peer.reasons.get(), 5) == peer.client.reason.CLIENT_DISCONNECT

    conversation(calm_echo, transports, talk)


def test_the_server_goes(start: Start, transports: list[str]) -> None:
    program = start("EchoServer", *CALM)

    async def talk(peer: Peer) -> None:
        await peer.client.send("hello")
        assert await peer.get() == "hello"
        await asyncio.to_thread(program.stop)
        reason = await asyncio.wait_for(peer.reasons.get(), 5)
        assert reason != peer.client.reason.CLIENT_DISCONNECT

    conversation(program, transports, talk)


def test_many_clients_at_once(calm_echo: Program) -> None:
    async def one(number: int, transports: list[str]) -> None:
        peer = Peer()
        await peer.client.connect(calm_echo.url, transports=transports)
        for round in range(20):
            await peer.client.send(f"client {number}, round {round}")
            assert await peer.get() == f"client {number}, round {round}"
        await peer.client.disconnect()

    async def all_of_them() -> None:
        kinds = list(TRANSPORTS.values())
        await asyncio.gather(*(one(number, kinds[number % 3]) for number in range(30)))

    asyncio.run(asyncio.wait_for(all_of_them(), 40))

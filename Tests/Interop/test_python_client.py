# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""python-engineio's client with threads: polling only, WebSocket only, and both."""

import os
import queue
import time

import engineio
import pytest

from conftest import CALM, Start
from support.programs import Program
from support.waiting import holds, wait_for
from support.wire import request

TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": ["polling", "websocket"]}


class Peer:
    """A connected client, and what it has heard."""

    def __init__(self, program: Program, transports: list[str]) -> None:
        self.received: queue.Queue[str | bytes] = queue.Queue()
        self.reasons: list[str] = []
        self.client = engineio.Client(handle_sigint=False)
        self.client.on("message", self.received.put)
        self.client.on("disconnect", self.reasons.append)
        in_order(self.client)
        self.client.connect(program.url, transports=transports)

    def get(self) -> str | bytes:
        return self.received.get(timeout=15)


def in_order(client: engineio.Client) -> None:
    """The client starts a thread for every message; order can only be observed without that."""
    trigger = client._trigger_event
    client._trigger_event = lambda *event, run_async=False, **options: trigger(*event, **options)


@pytest.fixture(params=TRANSPORTS)
def transports(request: pytest.FixtureRequest) -> list[str]:
    return TRANSPORTS[request.param]


@pytest.fixture
def peer(calm_echo: Program, transports: list[str]):
    peer = Peer(calm_echo, transports)
    assert peer.client.transport() == transports[-1]
    yield peer
    peer.client.disconnect()


def test_text_and_binary(peer: Peer) -> None:
    for message in ("hello", "ä€🙂", bytes([0, 1, 2, 255]), "", b"", "after"):
        peer.client.send(message)
        assert peer.get() == message


@pytest.mark.parametrize("size", [65_535, 65_536, 740_000])
def test_large_messages(peer: Peer, size: int) -> None:
    binary = os.urandom(size)
    peer.client.send(binary)
    assert peer.get() == binary
    text = "x" * size
    peer.client.send(text)
    assert peer.get() == text


def test_many_messages_in_order(peer: Peer) -> None:
    messages = [f"message {number}" if number % 3 else number.to_bytes(2, "big") for number in range(1000)]
    for message in messages:
        peer.client.send(message)
    assert [peer.get() for _ in messages] == messages


def test_it_stays_through_many_heartbeats(peer: Peer) -> None:
    holds(lambda: peer.client.state == "connected", "connected", during=1.2)
    peer.client.send("still here")
    assert peer.get() == "still here"
    assert peer.reasons == []


def test_the_client_goes(peer: Peer, calm_echo: Program) -> None:
    sid = peer.client.sid
    peer.client.disconnect()
    wait_for(lambda: peer.reasons, "a disconnect event")
    assert peer.reasons == [peer.client.reason.CLIENT_DISCONNECT]
    target = f"/engine.io/?EIO=4&transport=polling&sid={sid}"
    wait_for(lambda: request(calm_echo, "POST", target, "4x").reply().status == 400, "the session's end", 3)


def test_the_server_goes(start: Start, transports: list[str]) -> None:
    program = start("EchoServer", *CALM)
    peer = Peer(program, transports)
    peer.client.send("hello")
    assert peer.get() == "hello"
    started = time.monotonic()
    program.stop()
    wait_for(lambda: peer.reasons, "a disconnect event")
    assert time.monotonic() - started < 3
    assert len(peer.reasons) == 1
    assert peer.reasons[0] != peer.client.reason.CLIENT_DISCONNECT


def test_a_refusal_is_understood(calm_echo: Program) -> None:
    client = engineio.Client(handle_sigint=False)
    with pytest.raises(engineio.exceptions.ConnectionError):
        client.connect(calm_echo.url, engineio_path="engine.iox", transports=["polling"])


def test_many_clients_at_once(calm_echo: Program) -> None:
    peers = [Peer(calm_echo, transports) for transports in TRANSPORTS.values() for _ in range(5)]
    for number, peer in enumerate(peers):
        peer.client.send(f"client {number}")
    assert [peer.get() for peer in peers] == [f"client {number}" for number in range(len(peers))]
    for peer in peers:
        peer.client.disconnect()

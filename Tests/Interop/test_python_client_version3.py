# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""python-engineio 3, the last client of protocol version 3: polling, WebSocket, and both."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import CALM, Start
from support.programs import Program
from support.wire import request

FOLDER = Path(__file__).parent / "version3"
TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": ["polling", "websocket"]}


class Peer:
    """A client in a process of its own."""

    def __init__(self, program: Program, transports: list[str]) -> None:
        packages = Path(sys.prefix) / "version3"
        self.process = subprocess.Popen(
            [sys.executable, FOLDER / "client.py", program.url, *transports],
            env={**os.environ, "PYTHONPATH": str(packages)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.events: queue.Queue[list] = queue.Queue()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        event, self.transport = self.get()
        assert event == "connect"

    def read(self) -> None:
        for line in self.process.stdout:
            self.events.put(json.loads(line))

    def get(self) -> list:
        return self.events.get(timeout=15)

    def send(self, message: str | list[int]) -> None:
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def leave(self) -> None:
        self.process.stdin.close()
        assert self.process.wait(timeout=15) == 0


@pytest.fixture(scope="module")
def old_echo(launch: Start) -> Program:
    return launch("EchoServer", "--allow-eio3", *CALM)


@pytest.fixture(params=TRANSPORTS)
def peer(old_echo: Program, request: pytest.FixtureRequest) -> Iterator[Peer]:
    transports = TRANSPORTS[request.param]
    peer = Peer(old_echo, transports)
    assert peer.transport == transports[-1]
    yield peer
    if peer.process.poll() is None:
        peer.leave()


def test_text_and_binary(peer: Peer) -> None:
    for message in ("hello", "ä€", [0, 1, 2, 255], "after", [4] * 70_000, "x" * 70_000):
        peer.send(message)
        assert peer.get() == ["message", message]


def test_many_messages_in_order(peer: Peer) -> None:
    messages = [f"message {number}" if number % 3 else list(number.to_bytes(2, "big")) for number in range(300)]
    for message in messages:
        peer.send(message)
    assert [peer.get() for _ in messages] == [["message", message] for message in messages]


def test_it_stays_through_many_heartbeats(peer: Peer) -> None:
    # Each of its pings is a round; a message after some shows that the session is still there.
    with pytest.raises(queue.Empty):
        peer.events.get(timeout=1.2)
    peer.send("still here")
    assert peer.get() == ["message", "still here"]


def test_it_leaves(peer: Peer) -> None:
    peer.leave()
    assert peer.get()[0] == "disconnect"


def test_it_is_refused_unless_it_is_allowed(echo: Program, old_echo: Program) -> None:
    query = "/engine.io/?EIO=3&transport=polling"
    assert request(echo, "GET", query).reply().status == 400
    opened = request(old_echo, "GET", query).reply()
    length, packet = opened.body.split(":", 1)
    assert int(length) == len(packet)
    assert json.loads(packet.removeprefix("0")).keys() == {"sid", "upgrades", "pingInterval", "pingTimeout"}

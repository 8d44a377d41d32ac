# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""What the peers of a soak share: when it ends, who was there, and what came about."""

import random
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import websocket

from .ledger import Ledger
from .programs import Program
from .wire import closed

ACTIONS = 60
"""The most that a session does."""
PATIENCE = 60
"""Seconds within which even a busy machine gets everything done that is under way."""
MOST_SILENT = 200


@dataclass(repr=False)
class Soak:
    """What all peers of a run share."""

    program: Program
    seed: int
    seconds: float
    sids: list[str] = field(default_factory=list)
    silent: deque[websocket.WebSocket] = field(default_factory=deque)
    counts: Counter = field(default_factory=Counter)
    failed: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.end = time.monotonic() + self.seconds

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self.end and not self.failed.is_set()

    def count(self, what: str, number: int = 1) -> None:
        with self.lock:
            self.counts[what] += number

    def keep_silent(self, connection: websocket.WebSocket) -> None:
        """Keeps the connection open without a word, until there are too many of them."""
        connection.settimeout(PATIENCE)
        self.silent.append(connection)
        if len(self.silent) > MOST_SILENT:
            self.await_end(self.silent.popleft())

    @staticmethod
    def await_end(silent: websocket.WebSocket) -> None:
        """The server closes it when a pong is missed."""
        closed(silent)
        silent.shutdown()

    def lives(self, peer: str) -> Iterator[Ledger]:
        """One session of a peer after the other, as long as all goes well."""
        life = 0
        while self.goes_on:
            name = f"{peer}.{life}"
            yield Ledger(name, random.Random(f"{self.seed} {name}"))
            life += 1

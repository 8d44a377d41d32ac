# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""What a session has sent, and whether every echo is the one that is due."""

import random
from collections import deque

LARGEST = 100_000
WINDOW = 8
"""Messages under way at once: less than what python-engineio takes in one payload (16 packets)."""

Message = str | bytes


class Fault(AssertionError):
    """The server broke a promise."""


class Ledger:
    """The numbered messages of one session: echoes come in order, each once.

    The oldest message without an echo is the only one whose echo may come, so that an echo that is
    lost, repeated, overtaken, altered or another session's shows at once.
    """

    def __init__(self, name: str, rng: random.Random) -> None:
        self.name = name
        self.rng = rng
        self.number = 0
        self.due: deque[Message] = deque()
        self.history: deque[str] = deque(maxlen=60)

    @property
    def has_room(self) -> bool:
        return len(self.due) < WINDOW

    def note(self, event: str) -> None:
        self.history.append(event)

    def next(self) -> Message:
        """A message that has never been there, which is about to be sent."""
        head = f"{self.name} {self.number} "
        # Mostly short, now and then long.
        size = int(LARGEST ** self.rng.random())
        if self.rng.random() < 0.5:
            message = head.encode() + self.rng.randbytes(size)
        else:
            message = head + ("x\näöü €🙂" * (size // 16 + 1))[: size // 3]
        self.note(f"send {self.number}, {len(message)} {type(message).__name__}")
        self.number += 1
        self.due.append(message)
        return message

    def heard(self, message: Message) -> None:
        self.note(f"heard {message[:30]!r}")
        if not self.due:
            raise self.fault(f"an echo of nothing: {message[:40]!r}")
        expected = self.due.popleft()
        if message != expected:
            due = f"{expected[:40]!r} of {len(expected)}"
            raise self.fault(f"due was {due}, and there came {message[:40]!r} of {len(message)}")

    def fault(self, what: str) -> Fault:
        return Fault(f"session {self.name}: {what}; {len(self.due)} due; " + "; ".join(self.history))

# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Our own client, by its command line: processes with one session each, and processes that connect
again and again because what is between them and the server cuts them off."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from .eio import content, line
from .ledger import Fault, Ledger, Message
from .soak import ACTIONS, PATIENCE, Soak

MOST_DESCRIPTORS = 40
"""A process that has let go of its connections has fewer open."""


class Talker:
    """A running `eio` and its ledger, which a new connection replaces by the next."""

    def __init__(self, soak: Soak, process: asyncio.subprocess.Process, ledgers: Iterator[Ledger]) -> None:
        self.soak = soak
        self.process = process
        self.ledgers = ledgers
        self.ledger: Ledger | None = None
        self.connections = 0
        self._pending: tuple[Message, Ledger] | None = None
        self._changed = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())

    async def until(self, condition: Callable[[], object]) -> None:
        """Waits for something that an event brings about."""
        while not condition():
            if self._listening.done():
                self._listening.result()
                raise Fault(f"eio ended by itself; {self.ledger and self.ledger.fault('')}")
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), PATIENCE)
            except asyncio.TimeoutError:
                what = "nothing happens"
                raise self.ledger.fault(what) if self.ledger else Fault(what) from None

    async def write(self, line: dict) -> None:
        self.process.stdin.write(json.dumps(line).encode() + b"\n")
        await self.process.stdin.drain()

    async def send(self) -> None:
        """Sends the ledger's next message, and waits until that was done or refused."""
        message = self.ledger.next()
        self._pending = (message, self.ledger)
        await self.write(line(message))
        await self.until(lambda: not self._pending)

    async def end(self, *codes: int) -> None:
        """Waits for the last event and the exit code."""
        await asyncio.wait_for(self._listening, PATIENCE)
        code = await asyncio.wait_for(self.process.wait(), PATIENCE)
        if code not in codes:
            raise Fault(f"eio ended with {code}, not {codes}")

    def kill(self) -> None:
        self._listening.cancel()
        if self.process.returncode is None:
            self.process.kill()

    async def _listen(self) -> None:
        try:
            while text := await self.process.stdout.readline():
                self._take(json.loads(text))
                self._changed.set()
        finally:
            self._changed.set()

    def _take(self, event: dict) -> None:
        match event["event"]:
            case "connected":
                self.connections += 1
                self.soak.sids.append(event["sid"])
                self.ledger = next(self.ledgers, None)
                if self.ledger:
                    self.ledger.note(event["sid"])
            case "received":
                self._adopt(lambda message: message == content(event))
                if self.ledger:
                    self.ledger.heard(content(event))
            case "sent":
                self._adopt(lambda _: True)
                self._pending = None
            case "notSent":
                if self._pending and self._pending[1] is self.ledger:
                    self.ledger.due.pop()
                self._pending = None
                self.soak.count("messages refused by eio")
            case "disconnected":
                self.ledger = None
                self.soak.count("eio: " + event["reason"])
            case "upgraded" | "upgradeFailed" as name:
                self.soak.count("eio: " + name)
                if self.ledger:
                    self.ledger.note(name)

    def _adopt(self, condition: Callable[[Message], bool]) -> None:
        """What was written for a connection that is gone may be sent on the next one."""
        if self._pending and self.ledger and self._pending[1] is not self.ledger and condition(self._pending[0]):
            self.ledger.due.append(self._pending[0])
            self._pending = (self._pending[0], self.ledger)


@asynccontextmanager
async def talking(soak: Soak, ledgers: Iterator[Ledger], url: str, *arguments: str) -> AsyncIterator[Talker]:
    process = await asyncio.create_subprocess_exec(
        Path(soak.program.process.args[0]).parent / "eio",
        *(url, "--json", "--json-input", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 22,
    )
    talker = Talker(soak, process, ledgers)
    try:
        yield talker
    finally:
        talker.kill()
        await process.wait()
        process.stdin.close()


async def live(soak: Soak, number: int, transport: str) -> None:
    """One process after the other, each with one session."""
    try:
        for ledger in soak.lives(f"eio {number}"):
            options = ["--deflate"] if ledger.rng.random() < 0.5 else []
            async with talking(soak, iter([ledger]), soak.program.url, "-t", transport, *options) as talker:
                await one_life(talker, ledger)
            soak.count("sessions by eio " + transport)
            soak.count("messages by eio", ledger.number)
    except BaseException:
        soak.failed.set()
        raise


async def one_life(talker: Talker, ledger: Ledger) -> None:
    """A session which the client ends, in one of many ways."""
    await talker.until(lambda: talker.ledger)
    for _ in range(ledger.rng.randrange(ACTIONS)):
        if not talker.soak.goes_on:
            break
        await act(talker, ledger)
    if ledger.rng.random() < 0.7:
        await talker.until(lambda: not ledger.due)
    match ledger.rng.randrange(4):
        case 0:
            talker.process.send_signal(signal.SIGINT)
            await talker.end(130)
        case 1:
            await talker.write({"abort": True})
            await talker.end(0)
        case 2:
            talker.kill()
        case 3:
            await talker.write({"close": True})
            await talker.end(0)


async def act(talker: Talker, ledger: Ledger) -> None:
    if ledger.rng.random() < 0.2:
        await asyncio.sleep(ledger.rng.random() / 10)
    if ledger.has_room and ledger.rng.random() < 0.6:
        if talker.ledger is ledger:
            await talker.send()
    elif ledger.due:
        due = len(ledger.due)
        await talker.until(lambda: len(ledger.due) < due or talker.ledger is not ledger)


async def stay(soak: Soak, number: int, transport: str, url: str) -> None:
    """One process for all the time, whose connections do not last."""
    try:
        options = ["-t", transport, "--reconnect", "--timeout", str(PATIENCE)]
        async with talking(soak, soak.lives(f"eio {number}"), url, *options) as talker:
            while soak.goes_on:
                await talker.until(lambda: talker.ledger or not soak.goes_on)
                if talker.ledger:
                    await act(talker, talker.ledger)
            if (count := len(os.listdir(f"/proc/{talker.process.pid}/fd"))) > MOST_DESCRIPTORS:
                raise Fault(f"{count} descriptors are open after {talker.connections} connections")
            await talker.write({"close": True})
            # Not 0 if it was just about to connect again, or something could not be sent.
            await talker.end(0, 1, 4)
            soak.count("connections by eio through chaos", talker.connections)
    except BaseException:
        soak.failed.set()
        raise

# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""python-engineio's client on asyncio, which talks, leaves and comes back by chance."""

import asyncio

import engineio

from .ledger import Ledger
from .soak import ACTIONS, PATIENCE, Soak


async def live(soak: Soak, number: int, transports: list[str]) -> None:
    """One session after the other."""
    try:
        for ledger in soak.lives(f"library {number}"):
            await one_life(soak, ledger, transports)
    except BaseException:
        soak.failed.set()
        raise


async def one_life(soak: Soak, ledger: Ledger, transports: list[str]) -> None:
    """A session which the client ends."""
    # It gives up on requests that take five seconds unless it is told not to.
    client = engineio.AsyncClient(
        handle_sigint=False,
        request_timeout=PATIENCE,
        websocket_extra_options={"compress": ledger.rng.choice([0, 15])},
    )
    faults: list[BaseException] = []
    progress = asyncio.Event()
    leaving = False

    def message(data: str | bytes) -> None:
        if not leaving:
            try:
                ledger.heard(data)
            except AssertionError as error:
                faults.append(error)
        progress.set()

    def disconnect(reason: str) -> None:
        if not leaving:
            faults.append(ledger.fault(f"disconnected: {reason}"))
        progress.set()

    async def next_echo() -> None:
        progress.clear()
        try:
            await asyncio.wait_for(progress.wait(), PATIENCE)
        except asyncio.TimeoutError:
            raise ledger.fault("echoes do not come") from None

    client.on("message", message)
    client.on("disconnect", disconnect)
    await client.connect(soak.program.url, transports=transports)
    soak.sids.append(client.sid)
    ledger.note(client.sid)
    assert client.transport() == transports[-1]
    for _ in range(ledger.rng.randrange(ACTIONS)):
        if not soak.goes_on or faults:
            break
        if ledger.rng.random() < 0.2:
            await asyncio.sleep(ledger.rng.random() / 10)
        if ledger.has_room and ledger.rng.random() < 0.6:
            await client.send(ledger.next())
        elif ledger.due:
            await next_echo()
    if ledger.rng.random() < 0.7:
        while ledger.due and not faults:
            await next_echo()
    leaving = True
    await asyncio.wait_for(client.disconnect(), PATIENCE)
    if faults:
        raise faults[0]
    soak.count("sessions by library " + "+".join(transports))
    soak.count("messages by library", ledger.number)

# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Many clients at once that talk, upgrade, leave, vanish and come back by chance.

`SOAK_SECONDS` says for how long; `SOAK_SEED` makes the choices of another run, in the order that the
machine's speed then lets them have.
"""

import asyncio
import http.client
import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import Start
from support import soak_eio, soak_library, soak_wire
from support.chaos import Chaos
from support.programs import Program
from support.soak import Soak
from support.waiting import wait_for
from support.wire import Session

SECONDS = float(os.environ.get("SOAK_SECONDS") or 10)
SEED = int(os.environ.get("SOAK_SEED") or random.randrange(1 << 32))
WIRE_PEERS = 24
LIBRARY_PEERS = [["polling"], ["websocket"], ["polling", "websocket"]] * 4
EIO_PEERS = ["polling", "websocket", "auto"] * 2
INTERVAL, TIMEOUT = 0.5, 10
SLACK = 20


@pytest.mark.timeout(SECONDS + 240)
def test_every_message_once_and_no_session_left(start: Start) -> None:
    pings = ["--ping-interval", "500ms", "--ping-timeout", f"{TIMEOUT}s"]
    server = start("EchoServer", "--loops", "2", "--deflate", *pings)
    before = server.sockets
    live = Session(server)
    assert remaining(server, [live.sid]) == [live.sid]
    assert live.post("1").status == 200
    soak = Soak(server, SEED, SECONDS)
    print(f"SOAK_SEED={SEED}", flush=True)
    asyncio.run(run(soak))
    print(f"{len(soak.sids)} sessions; {dict(sorted(soak.counts.items()))}", flush=True)
    # Who fell silent is gone when a pong is missed, whoever else sooner.
    wait_for(lambda: not remaining(server, soak.sids), "no sessions", within=INTERVAL + TIMEOUT + SLACK)
    for silent in soak.silent:
        soak.await_end(silent)
    wait_for(lambda: server.sockets <= before, "no connections")


async def run(soak: Soak) -> None:
    with ThreadPoolExecutor(WIRE_PEERS) as threads:
        loop = asyncio.get_running_loop()
        wire = [loop.run_in_executor(threads, soak_wire.live, soak, number) for number in range(WIRE_PEERS)]
        library = [soak_library.live(soak, number, kind) for number, kind in enumerate(LIBRARY_PEERS)]
        eio = [soak_eio.live(soak, number, kind) for number, kind in enumerate(EIO_PEERS)]
        chaos = Chaos(soak.program, random.Random(soak.seed))
        url = await chaos.open()
        cutting = asyncio.create_task(chaos.run())
        staying = [soak_eio.stay(soak, len(eio) + number, kind, url) for number, kind in enumerate(EIO_PEERS)]
        results = await asyncio.gather(*wire, *library, *eio, *staying, return_exceptions=True)
        cutting.cancel()
        soak.count("connections cut", chaos.cuts)
    faults = [result for result in results if isinstance(result, BaseException)]
    if faults:
        pytest.fail("\n".join(map(repr, faults)), pytrace=False)


def remaining(server: Program, sids: list[str]) -> list[str]:
    """One of the sessions that are still there; those that are not are taken off the list."""
    connection = http.client.HTTPConnection(*server.address, timeout=10)
    while sids:
        # A noop changes nothing for a session that lives.
        connection.request("POST", f"/engine.io/?EIO=4&transport=polling&sid={sids[-1]}", "6")
        answer = connection.getresponse().read()
        if b'"code":1,' not in answer:
            break
        sids.pop()
    connection.close()
    return sids[-1:]

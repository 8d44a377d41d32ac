# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""ClientLoad's work, done by python-engineio's client on asyncio.

Prints `MESSAGES SECONDS CPU-SECONDS` for what was echoed after the warm-up, CPU being this process's.
"""

import argparse
import asyncio
import resource
import time

import engineio

TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": ["polling", "websocket"]}


class Load:
    """What the clients of a load share."""

    def __init__(self, message: str) -> None:
        self.message = message
        self.count = 0
        self.is_over = False

    async def connect(self, url: str, transports: list[str]) -> engineio.AsyncClient:
        client = engineio.AsyncClient(handle_sigint=False, request_timeout=60)

        async def answer(message: str) -> None:
            self.count += 1
            if not self.is_over:
                await client.send(self.message)

        client.on("message", answer)
        await client.connect(url, transports=transports)
        return client

    def sample(self) -> tuple[int, float, float]:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return self.count, time.monotonic(), usage.ru_utime + usage.ru_stime


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--transport", choices=TRANSPORTS, default="websocket")
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--bytes", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--warm-up", type=float, default=1)
    options = parser.parse_args()

    load = Load("x" * options.bytes)
    clients = []
    while len(clients) < options.sessions:
        count = min(50, options.sessions - len(clients))
        connecting = (load.connect(options.url, TRANSPORTS[options.transport]) for _ in range(count))
        clients += await asyncio.gather(*connecting)
    await asyncio.gather(*(client.send(load.message) for client in clients))
    await asyncio.sleep(options.warm_up)
    begin = load.sample()
    await asyncio.sleep(options.seconds)
    end = load.sample()
    print(*(after - before for before, after in zip(begin, end)))
    load.is_over = True
    await asyncio.sleep(1)
    await asyncio.gather(*(client.disconnect() for client in clients))


asyncio.run(main())

# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""A client of protocol version 3, run by itself because its package has the name of version 4's.

Sends what it reads from standard input, one JSON value a line (a string, or a list of bytes), and
writes what it hears in the same way: messages, and the reason for leaving when input ends.
"""

import json
import sys
import threading

import engineio
from engineio.payload import Payload

assert engineio.__version__.startswith("3."), engineio.__version__

# It drops larger payloads unless it is told not to.
Payload.max_decode_packets = 10_000

url, *transports = sys.argv[1:]
client = engineio.Client()
writing = threading.Lock()


def say(event: str, value: object) -> None:
    with writing:
        print(json.dumps([event, value]), flush=True)


def hear(data: str | bytes) -> None:
    say("message", list(data) if isinstance(data, bytes) else data)


# The client starts a thread for every message; order can only be observed without that.
trigger = client._trigger_event
client._trigger_event = lambda *event, run_async=False, **options: trigger(*event, **options)
client.on("message", hear)
client.on("disconnect", lambda: say("disconnect", client.sid))
client.connect(url, transports=transports)
say("connect", client.transport())
for line in sys.stdin:
    value = json.loads(line)
    if isinstance(value, list):
        client.send(bytes(value), binary=True)
    else:
        client.send(value, binary=False)
client.disconnect()

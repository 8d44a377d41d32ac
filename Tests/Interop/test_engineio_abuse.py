# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Clients that take up a session's memory and never come back."""

import re
import socket

from support.programs import Program
from support.waiting import wait_for
from support.wire import request

from conftest import Start

ENGINE = "/engine.io/?EIO=4&transport=polling"
SESSIONS = 10_000
BATCH = 500


def test_abandoned_sessions_give_their_memory_back(start: Start) -> None:
    server = start("EchoServer", "--loops", "1", "--ping-interval", "3s", "--ping-timeout", "1s")
    abandon_many(server)
    after_the_first = server.resident_bytes
    for _ in range(2):
        abandon_many(server)
    # What the first took is used again. A leak of a tenth of what a session takes would show.
    assert server.resident_bytes - after_the_first < 2 * SESSIONS * 300


def abandon_many(server: Program) -> None:
    """Opens sessions and leaves them alone until they are gone."""
    handshake = f"GET {ENGINE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with socket.create_connection(server.address, timeout=10) as connection:
        for _ in range(SESSIONS // BATCH):
            connection.sendall(handshake * BATCH)
            answers = b""
            while answers.count(b"}") < BATCH:
                answers += connection.recv(65536)
            sids = re.findall(rb'"sid":"([^"]+)"', answers)
            assert len(sids) == BATCH
    # A noop changes nothing for a session that is still there.
    last = f"{ENGINE}&sid={sids[-1].decode()}"
    wait_for(lambda: request(server, "POST", last, "6").reply().status == 400, "the end of the last")

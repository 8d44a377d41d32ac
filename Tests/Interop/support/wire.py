# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Peers without manners: bare sockets, and requests that do not wait for one another."""

import http.client
import json
import socket
import struct
from dataclasses import dataclass, field

import websocket

from .programs import Program


def exchange(program: Program, request: bytes, half_close: bool = False) -> bytes:
    """All that the server says to these bytes until it closes the connection."""
    with socket.create_connection(program.address, timeout=10) as connection:
        connection.sendall(request)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: receive(connection), b""))


def receive(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except ConnectionResetError:  # closed before it had read everything we sent
        return b""


def abandon(connection: socket.socket) -> None:
    """Closes with a reset, as a peer that lost its power would."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@dataclass
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: str

    @property
    def json(self) -> dict:
        return json.loads(self.body)


class Pending:
    """A request that is under way; every one has its own connection."""

    def __init__(self, program: Program, method: str, target: str, body: bytes | None, headers: dict):
        self.connection = http.client.HTTPConnection(*program.address, timeout=10)
        self.connection.request(method, target, body, headers)

    def reply(self) -> Reply:
        response = self.connection.getresponse()
        body = response.read().decode()
        self.connection.close()
        return Reply(response.status, response.headers, body)

    def abort(self) -> None:
        """Gives up with a reset, which may overtake the request."""
        abandon(self.connection.sock)

    def leave(self) -> None:
        """Gives up with a FIN, which comes behind the request."""
        self.connection.close()


def request(program: Program, method: str, target: str, body: str | bytes | None = None, **headers: str) -> Pending:
    body = body.encode() if isinstance(body, str) else body
    return Pending(program, method, target, body, headers)


def upgrade(program: Program, target: str, **options: object) -> websocket.WebSocket:
    return websocket.create_connection(f"ws://127.0.0.1:{program.port}{target}", timeout=10, **options)


def closed(connection: websocket.WebSocket) -> bool:
    """Whether the server closes the WebSocket now; messages on the way are read past."""
    try:
        while connection.connected:
            opcode, _ = connection.recv_data()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return True
    except (websocket.WebSocketConnectionClosedException, ConnectionError):
        return True
    return True


@dataclass
class Session:
    """An Engine.IO session by long polling, one request at a time or several at once."""

    program: Program
    path: str = "/engine.io/"
    opened: Reply = field(init=False)
    handshake: dict = field(init=False)

    def __post_init__(self) -> None:
        self.opened = request(self.program, "GET", f"{self.path}?EIO=4&transport=polling").reply()
        assert self.opened.status == 200, self.opened.body
        assert self.opened.body[0] == "0"
        self.handshake = json.loads(self.opened.body[1:].split("\x1e")[0])

    @property
    def sid(self) -> str:
        return self.handshake["sid"]

    def target(self, transport: str = "polling") -> str:
        return f"{self.path}?EIO=4&transport={transport}&sid={self.sid}"

    def start_get(self) -> Pending:
        return request(self.program, "GET", self.target())

    def start_post(self, payload: str | bytes) -> Pending:
        return request(self.program, "POST", self.target(), payload, **{"Content-Type": "text/plain;charset=UTF-8"})

    def get(self) -> Reply:
        return self.start_get().reply()

    def post(self, payload: str | bytes) -> Reply:
        return self.start_post(payload).reply()

    def websocket(self) -> websocket.WebSocket:
        return upgrade(self.program, self.target("websocket"))

    def poll(self) -> str:
        """The next payload that is more than a ping, which is answered."""
        while True:
            reply = self.get()
            assert reply.status == 200, reply.body
            if reply.body != "2":
                return reply.body
            assert self.post("3").status == 200

# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Bare sockets that do everything the protocol allows, by chance."""

import base64
import json
import socket
import time
from collections.abc import Callable

import websocket

from .ledger import Ledger
from .soak import ACTIONS, PATIENCE, Soak
from .wire import Pending, Session, abandon, closed, upgrade

ENGINE = "/engine.io/?EIO=4&transport="


def live(soak: Soak, number: int) -> None:
    """One session after the other."""
    try:
        for ledger in soak.lives(f"wire {number}"):
            Life(soak, ledger).run()
    except BaseException:
        soak.failed.set()
        raise


class Life:
    """A session by bare sockets, from its handshake to one of many ends.

    One thread does everything: what goes on at the same time are the requests.
    """

    def __init__(self, soak: Soak, ledger: Ledger) -> None:
        self.soak = soak
        self.ledger = ledger
        self.rng = ledger.rng
        self.session: Session | None = None
        self.socket: websocket.WebSocket | None = None
        self.polling: Pending | None = None
        self.has_withdrawn = False

    def run(self) -> None:
        self.ledger.note("open")
        try:
            self.open()
            for _ in range(self.rng.randrange(ACTIONS)):
                if not self.soak.goes_on:
                    break
                self.act()
            end = self.rng.choice(self.ends)
            self.ledger.note(end.__name__)
            end()
            self.soak.count(end.__name__)
        except AssertionError:
            raise
        except Exception as error:
            raise self.ledger.fault(f"{type(error).__name__}: {error}") from error
        self.soak.count("messages by wire", self.ledger.number)

    def open(self) -> None:
        if self.rng.random() < 0.3:
            self.socket = upgrade(self.soak.program, f"{ENGINE}websocket")
            sid = json.loads(self.socket.recv()[1:])["sid"]
        else:
            self.session = Session(self.soak.program)
            sid = self.session.sid
        self.soak.sids.append(sid)
        self.ledger.note(sid)

    def act(self) -> None:
        chance = self.rng.random()
        if chance < 0.1:
            time.sleep(self.rng.random() / 20)
        elif chance < 0.2 and not self.socket:
            self.try_upgrade()
        elif chance < 0.35 and not self.socket:
            self.start_poll()
        elif chance > 0.97:
            self.receive()
        elif self.ledger.has_room and (chance < 0.7 or not self.ledger.due):
            self.send()
        else:
            self.receive()

    # Packets

    def send(self) -> None:
        messages = [self.ledger.next() for _ in range(self.rng.randint(1, 3))]
        if self.socket:
            for message in messages:
                if isinstance(message, str):
                    self.socket.send("4" + message)
                else:
                    self.socket.send_binary(message)
        else:
            self.post("\x1e".join(map(encoded, messages)))

    def receive(self) -> None:
        """Takes the next packet of the WebSocket, or the next payload; there is a ping at the latest."""
        if self.socket:
            opcode, data = self.socket.recv_data()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                raise self.ledger.fault(f"closed by the server: {data!r}")
            if opcode == websocket.ABNF.OPCODE_BINARY:
                self.ledger.heard(data)
            else:
                self.take(data.decode())
        else:
            self.start_poll()
            reply = self.polling.reply()
            self.polling = None
            if reply.status != 200:
                raise self.ledger.fault(f"a poll was answered {reply.status} {reply.body}")
            for packet in reply.body.split("\x1e"):
                self.take(packet)

    def start_poll(self) -> None:
        if not self.polling:
            self.ledger.note("poll")
            self.polling = self.session.start_get()

    def take(self, packet: str) -> None:
        match packet[:1]:
            case "4":
                self.ledger.heard(packet[1:])
            case "b":
                self.ledger.heard(base64.b64decode(packet[1:], validate=True))
            case "2" if self.socket:
                self.socket.send("3")
            case "2":
                self.post("3")
            case "6":
                self.ledger.note("noop")
            case _:
                raise self.ledger.fault(f"there came {packet[:40]!r}")

    def post(self, payload: str) -> None:
        reply = self.session.post(payload)
        if (reply.status, reply.body) != (200, "ok"):
            raise self.ledger.fault(f"a post was answered {reply.status} {reply.body}")

    # Upgrade

    def try_upgrade(self) -> None:
        """Probes with a WebSocket, does more by polling meanwhile, and goes over to it or does not."""
        self.ledger.note("probe")
        candidate = self.session.websocket()
        if self.rng.random() < 0.1:
            return self.withdraw(candidate)
        try:
            candidate.send("2probe")
        except OSError:
            return self.accept_refusal()
        while self.rng.random() < 0.5:
            self.act_while_probing()
        if self.rng.random() < 0.1:
            return self.withdraw(candidate)
        try:
            answer = candidate.recv()
        except (OSError, websocket.WebSocketConnectionClosedException):
            return self.accept_refusal()
        if answer == "":
            return self.accept_refusal()
        if answer != "3probe":
            raise self.ledger.fault(f"the probe was answered {answer!r}")
        while self.rng.random() < 0.5:
            self.act_while_probing()
        if self.rng.random() < 0.1:
            return self.withdraw(candidate)
        if self.polling:
            self.receive()
        self.ledger.note("upgrade")
        candidate.send("5")
        self.socket = candidate
        self.soak.count("upgrades")

    def act_while_probing(self) -> None:
        if self.ledger.has_room and self.rng.random() < 0.5:
            self.send()
        elif self.rng.random() < 0.5:
            self.start_poll()
        else:
            self.receive()

    def accept_refusal(self) -> None:
        """Only one may probe, and the server may not yet know that the last one has withdrawn."""
        if not self.has_withdrawn:
            raise self.ledger.fault("the probe was closed")
        self.ledger.note("refused")
        self.soak.count("probes refused")

    def withdraw(self, candidate: websocket.WebSocket) -> None:
        self.has_withdrawn = True
        self.ledger.note("withdraw")
        self.soak.count("probes withdrawn")
        self.rng.choice([abandon_socket, leave, websocket.WebSocket.close])(candidate)

    # Ends

    @property
    def ends(self) -> list[Callable[[], None]]:
        common = [self.drain_and_close, self.drain_and_close, self.drain_and_close, self.close]
        if self.socket:
            return [*common, self.close_the_websocket, self.reset, self.go_away, self.fall_silent]
        return [*common, self.reset_the_poll, self.leave_the_poll, self.fall_silent]

    def drain_and_close(self) -> None:
        """Every echo comes as long as the session lives."""
        deadline = time.monotonic() + PATIENCE
        while self.ledger.due:
            if time.monotonic() > deadline:
                raise self.ledger.fault("echoes do not come")
            self.receive()
        self.close()

    def close(self) -> None:
        if self.socket:
            self.socket.send("1")
            if self.rng.random() < 0.5:
                closed(self.socket)  # or it times out, and that is a fault
            else:
                leave(self.socket)
        else:
            self.post("1")
            if self.polling:
                self.polling.reply()

    def close_the_websocket(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        abandon_socket(self.socket)

    def go_away(self) -> None:
        leave(self.socket)

    def reset_the_poll(self) -> None:
        self.start_poll()
        self.polling.abort()

    def leave_the_poll(self) -> None:
        self.start_poll()
        self.polling.leave()

    def fall_silent(self) -> None:
        if self.socket:
            self.soak.keep_silent(self.socket)
        elif self.polling:
            self.polling.reply()


def encoded(message: str | bytes) -> str:
    return "4" + message if isinstance(message, str) else "b" + base64.b64encode(message).decode()


def abandon_socket(connection: websocket.WebSocket) -> None:
    abandon(connection.sock)


def leave(connection: websocket.WebSocket) -> None:
    """Closes the connection as it is, without a closing handshake."""
    connection.sock.shutdown(socket.SHUT_WR)
    connection.sock.close()

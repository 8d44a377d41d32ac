# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Peers and a system that misbehave: others are served meanwhile, and nothing is left behind."""

import os
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conftest import Start
from support.programs import Program
from support.waiting import holds, wait_for
from support.wire import abandon, receive, request

GET = b"GET / HTTP/1.1\r\nHost: test\r\n\r\n"
HELLO = b"Hello, World!"
PEERS = 50
MIB = 1 << 20


@pytest.fixture
def server(start: Start, files) -> Program:
    return start("EchoServer", "--loops", "2", "--files", str(files))


class Witness:
    """A connection that is served whatever happens to the others."""

    def __init__(self, program: Program) -> None:
        self.connection = connect(program)

    def is_served(self) -> bool:
        self.connection.sendall(GET)
        return hello(self.connection)


def connect(program: Program) -> socket.socket:
    return socket.create_connection(program.address, timeout=10)


def hello(connection: socket.socket) -> bool:
    """Whether the answer to GET / comes."""
    answer = b""
    while not answer.endswith(HELLO):
        part = receive(connection)
        if not part:
            return False
        answer += part
    return True


@contextmanager
def leaves_nothing(program: Program) -> Iterator[Witness]:
    """Somebody else is served before, meanwhile and after, and then nothing is open that was not."""
    witness = Witness(program)
    assert witness.is_served()
    before = program.descriptors
    yield witness
    assert witness.is_served()
    wait_for(lambda: program.descriptors <= before, f"no more than {before} open descriptors")


@contextmanager
def descriptors_run_out(program: Program, spare: int) -> Iterator[None]:
    """Lets the program open no more than so many files and sockets."""
    usual = resource.prlimit(program.process.pid, resource.RLIMIT_NOFILE)
    limit = program.descriptors + spare
    resource.prlimit(program.process.pid, resource.RLIMIT_NOFILE, (limit, usual[1]))
    yield
    resource.prlimit(program.process.pid, resource.RLIMIT_NOFILE, usual)


def test_out_of_descriptors_it_serves_who_is_in_and_then_who_waits(server: Program) -> None:
    with leaves_nothing(server) as witness:
        with descriptors_run_out(server, spare=3):
            peers = [connect(server) for _ in range(10)]
            for peer in peers:
                peer.sendall(GET)
            accepted = wait_for(lambda: waiting_answers(peers, witness, count=3), "three are let in")
            assert witness.is_served()
            # Asking in vain is not all it does.
            used = server.cpu_seconds
            holds(lambda: sum(map(has_bytes, peers)) == 3, "three are let in", during=1)
            assert server.cpu_seconds < used + 0.5
            # Of those who are in, some go: as many come in.
            left = [peer for peer in peers if peer not in accepted]
            for peer in accepted[:2]:
                peer.close()
            wait_for(lambda: waiting_answers(left, witness, count=2), "two more are let in")
        for peer in left:
            assert hello(peer)
        for peer in peers:
            peer.close()


def waiting_answers(peers: list[socket.socket], witness: Witness, count: int) -> list[socket.socket]:
    """Those that have been answered, once they are exactly so many."""
    assert witness.is_served()
    answered = [peer for peer in peers if has_bytes(peer)]
    assert len(answered) <= count
    return answered if len(answered) == count else []


def has_bytes(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        connection.settimeout(10)


def test_out_of_descriptors_a_file_is_an_error_and_not_missing(server: Program) -> None:
    with leaves_nothing(server) as witness:
        asking = request(server, "GET", "/files/hello.txt")
        assert asking.reply().status == 200
        connection = connect(server)
        connection.sendall(GET)
        assert hello(connection)
        with descriptors_run_out(server, spare=0):
            connection.sendall(b"GET /files/nested/page.html HTTP/1.1\r\nHost: test\r\n\r\n")
            assert b" 500 " in receive(connection).split(b"\r\n")[0]
            assert witness.is_served()
        connection.sendall(b"GET /files/nested/page.html HTTP/1.1\r\nHost: test\r\n\r\n")
        assert b" 200 " in receive(connection).split(b"\r\n")[0]
        connection.close()


def test_out_of_descriptors_a_file_in_memory_is_served(server: Program, files: Path) -> None:
    # What was changed just now is not kept.
    os.utime(files / "hello.txt", (1_000_000_000, 1_000_000_000))
    with leaves_nothing(server):
        connection = connect(server)

        def is_served() -> bool:
            connection.sendall(b"GET /files/hello.txt HTTP/1.1\r\nHost: test\r\n\r\n")
            return b" 200 " in receive(connection).split(b"\r\n")[0]

        assert is_served()
        with descriptors_run_out(server, spare=0):
            # Beyond the time after which it would be looked for on the disk.
            holds(is_served, "the file is served", during=1.5)
        connection.close()


def reset_in_the_middle_of_a_file(program: Program, witness: Witness) -> None:
    peers = [request(program, "GET", "/files/large.bin").connection.sock for _ in range(PEERS)]
    for peer in peers:
        assert peer.recv(1) == b"H"
    assert witness.is_served()
    for peer in peers:
        abandon(peer)


def reset_in_the_middle_of_a_body(program: Program, witness: Witness) -> None:
    peers = [connect(program) for _ in range(PEERS)]
    for peer in peers:
        peer.sendall(b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\n" + bytes(500_000))
    assert witness.is_served()
    for peer in peers:
        abandon(peer)


def read_nothing_of_an_echo(program: Program, witness: Witness) -> None:
    peers = [connect(program) for _ in range(PEERS)]
    for peer in peers:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.sendall(b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: %d\r\n\r\n" % MIB + bytes(MIB))
    assert witness.is_served()
    for peer in peers:
        peer.close()


def drip(program: Program, witness: Witness) -> None:
    peers = [connect(program) for _ in range(PEERS)]
    for byte in b"GET / HTTP/1.1\r\nHost: test\r\nX: 123":
        for peer in peers:
            peer.sendall(bytes([byte]))
        assert witness.is_served()
    for peer in peers:
        peer.close()


@pytest.mark.parametrize(
    "misbehave",
    [reset_in_the_middle_of_a_file, reset_in_the_middle_of_a_body, read_nothing_of_an_echo, drip],
    ids=lambda misbehave: misbehave.__name__,
)
def test_misbehaving_peers_leave_nothing(server: Program, misbehave) -> None:
    with leaves_nothing(server) as witness:
        # What an allocator keeps for next time, it has after some rounds.
        for _ in range(3):
            misbehave(server, witness)
        before = server.resident_bytes
        for _ in range(6):
            misbehave(server, witness)
    # Six rounds hold up to 300 MiB between them.
    assert server.resident_bytes < before + 32 * MIB

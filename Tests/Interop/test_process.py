# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Starting and stopping, as whoever runs the programs sees it."""

import signal
import subprocess
from pathlib import Path

import pytest

from conftest import CALM, Start
from support.programs import Program
from support.wire import Session, closed, exchange, request, upgrade

SIGNALS = [signal.SIGTERM, signal.SIGINT]


@pytest.mark.parametrize("name", ["EchoServer", "ChatApp"])
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_an_idle_server_stops_at_once(start: Start, name: str, number: signal.Signals) -> None:
    program = start(name)
    program.kill(number)
    assert program.wait(within=3) == 0


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_open_connections_are_ended_in_peace(start: Start, number: signal.Signals) -> None:
    # With one loop, what it was sent earlier it has seen earlier; see below.
    program = start("EchoServer", "--loops", "1", "--ping-interval", "20s")
    kept = request(program, "GET", "/")
    assert kept.connection.getresponse().read() == b"Hello, World!"  # and then idle
    echoing = upgrade(program, "/ws")
    session = Session(program)
    poll = session.start_get()
    engine = upgrade(program, "/engine.io/?EIO=4&transport=websocket")
    assert engine.recv()[0] == "0"
    for _ in range(3):  # the poll has been accepted, then read, then parked
        echoing.send("and then?")
        assert echoing.recv() == "and then?"

    program.kill(number)
    assert poll.reply().body in ("1", "6")
    assert closed(engine)
    assert closed(echoing)
    assert program.wait() == 0


def test_a_request_under_way_is_still_answered(start: Start) -> None:
    program = start("EchoServer")
    slow = request(program, "POST", "/", b"first, ", **{"Content-Length": "13"})
    assert exchange(program, b"GET / HTTP/1.0\r\n\r\n")
    program.kill(signal.SIGTERM)
    slow.connection.send(b"second")
    assert slow.reply().body == "first, second"
    assert program.wait() == 0


def test_nobody_is_let_in_after_the_end(start: Start) -> None:
    program = start("EchoServer")
    program.stop()
    with pytest.raises(ConnectionRefusedError):
        exchange(program, b"GET / HTTP/1.0\r\n\r\n")


def test_its_port_can_be_had_again_at_once(start: Start) -> None:
    first = start("EchoServer", *CALM)
    connection = upgrade(first, "/ws")
    first.kill(signal.SIGTERM)
    assert closed(connection)  # first by the server, so its end of it lingers
    first.stop()
    second = start("EchoServer", *CALM, port=first.port)
    assert second.port == first.port


@pytest.mark.parametrize("name", ["EchoServer", "ChatApp"])
def test_a_port_in_use_is_one_clear_line(start: Start, programs: Path, name: str) -> None:
    taken = start(name)
    run = subprocess.run(
        [programs / name, "--port", str(taken.port)], capture_output=True, text=True, timeout=10
    )
    lines = [line for line in (run.stdout + run.stderr).splitlines() if line.strip()]
    assert run.returncode == 1
    assert len(lines) == 1, lines
    assert str(taken.port) in lines[0]


@pytest.mark.parametrize("arguments", [("--port", "99999"), ("--no-such-option",)])
def test_bad_arguments_are_refused(programs: Path, arguments: tuple[str, ...]) -> None:
    run = subprocess.run([programs / "EchoServer", *arguments], capture_output=True, text=True, timeout=10)
    assert run.returncode != 0
    assert arguments[0].lstrip("-") in run.stderr
    assert "Fatal" not in run.stderr


def test_the_url_is_said_once(start: Start) -> None:
    program: Program = start("EchoServer")
    program.stop()
    assert sum(program.url in line for line in program.lines) == 1

# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Our client, by its command line, against our server and against python-engineio's."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import CALM, Start
from support.eio import Eio
from support.programs import Program
from support.waiting import wait_for
from support.wire import request

SERVER = Path(__file__).parent / "servers" / "python_engineio.py"
KINDS = ["asgi", "wsgi"]
TRANSPORTS = {"polling": "polling", "websocket": "websocket", "auto": "websocket"}

Connect = Callable[..., Eio]


def python_server(kind: str, *arguments: str) -> Program:
    return Program(Path(sys.executable), str(SERVER), kind, *arguments)


@pytest.fixture(scope="module", params=KINDS)
def python(request: pytest.FixtureRequest) -> Iterator[Program]:
    program = python_server(request.param, "--ping-interval", "0.5", "--ping-timeout", "5", "--cookie", "io")
    yield program
    program.stop()


@pytest.fixture(scope="module", params=["ours", *KINDS])
def server(request: pytest.FixtureRequest, calm_echo: Program) -> Iterator[Program]:
    if request.param == "ours":
        yield calm_echo
        return
    program = python_server(request.param, "--ping-interval", "0.3", "--ping-timeout", "5")
    yield program
    program.stop()


@pytest.fixture
def connect(programs: Path) -> Iterator[Connect]:
    """Starts clients that are gone when the test is."""
    running: list[Eio] = []

    def connect(url: str, *arguments: str, transport: str = "auto") -> Eio:
        client = Eio(programs, url, "--transport", transport, *arguments)
        running.append(client)
        return client

    yield connect
    for client in running:
        client.kill()


def settle(client: Eio, transport: str) -> None:
    """Waits until it has connected, and upgraded if it is going to."""
    first = "polling" if transport == "auto" else transport
    connected = client.wait_for("connected", transport=first)
    assert connected["sid"] and connected["ms"] > 0
    if transport == "auto":
        assert client.wait_for("upgraded")["transport"] == "websocket"


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_text_and_binary_both_ways(server: Program, connect: Connect, transport: str) -> None:
    client = connect(server.url, transport=transport)
    settle(client, transport)
    large = "x" * 200_000
    for message in ("hello", "ä€🙂\nnext line", b"\0\1\2\xff", b"", large, large.encode(), "after"):
        client.send(message)
        assert client.next() == message
    client.close()
    assert client.end() == 0
    end = client.wait_for("disconnected")
    assert (end["reason"], end["sent"], end["received"]) == ("client close", 7, 7)


def test_nothing_is_lost_in_the_upgrade(server: Program, connect: Connect) -> None:
    greetings = [f"greeting {number}" for number in range(40)]
    options = [option for greeting in greetings for option in ("--send", greeting)]
    client = connect(server.url, *options, "--count", "40")
    assert client.end() == 0
    assert client.messages == greetings


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_it_stays_through_heartbeats(server: Program, connect: Connect, transport: str) -> None:
    client = connect(server.url, transport=transport)
    wait_for(lambda: sum(event["event"] == "ping" for event in client.events) >= 3, "three pings")
    client.send("still here")
    assert client.next() == "still here"
    assert client.wait_for("ping")["ms"] > 200
    client.process.send_signal(signal.SIGINT)
    assert client.end() == 130
    assert client.wait_for("disconnected")["reason"] == "client close"


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_json_both_ways(python: Program, connect: Connect, transport: str) -> None:
    client = connect(python.url, transport=transport)
    settle(client, transport)
    client.send(json.dumps({"a": [1, {"b": None}]}))
    assert json.loads(client.next()) == {"a": [1, {"b": None}]}
    client.send("json")
    assert json.loads(client.next()) == {"answer": 42, "list": [1, "ä"]}


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_server_closes(python: Program, connect: Connect, transport: str) -> None:
    client = connect(python.url, transport=transport)
    settle(client, transport)
    client.send("leave")
    assert client.end() == 0
    assert client.wait_for("disconnected")["reason"] in ("server close", "transport close")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_client_closes(python: Program, connect: Connect, transport: str) -> None:
    client = connect(python.url, transport=transport)
    settle(client, transport)
    before = python.lines.count("disconnected: client disconnect\n")
    client.send("last words")
    client.close()
    assert client.end() == 0
    wait_for(
        lambda: python.lines.count("disconnected: client disconnect\n") > before,
        f"the server hears of it: {python.lines}",
    )


@pytest.mark.parametrize("transport", ["polling", "websocket"])
def test_a_refusal_says_why(python: Program, connect: Connect, transport: str) -> None:
    client = connect(python.url + "?refuse=1", transport=transport)
    assert client.end() == 2
    failed = client.find("failed", step="handshake", cause="refused", errorTransport=transport)
    # uvicorn answers a WebSocket that is not accepted with a 403 of its own.
    if transport == "polling":
        assert (failed["status"], failed["message"]) == (401, "who are you?")
    else:
        assert failed["status"] in (401, 403)


def test_an_unknown_path_is_404(server: Program, connect: Connect) -> None:
    client = connect(server.url + "/elsewhere/")
    assert client.end() == 2
    assert client.find("failed", step="handshake", cause="refused")["status"] == 404


def test_headers_and_query_go_along(python: Program, connect: Connect) -> None:
    client = connect(python.url + "?room=7", "--header", "X-Token: secret", "--send", "token", "--send", "query")
    assert client.next() == "secret"
    assert "room=7" in client.next().split("&")


def test_cookies_of_the_handshake_come_back(python: Program, connect: Connect) -> None:
    client = connect(python.url)
    settle(client, "auto")
    sid = client.find("connected")["sid"]
    client.send("seen")
    seen = [line for line in json.loads(client.next()) if sid in line]
    assert f"polling io={sid}" in seen
    assert f"websocket io={sid}" in seen


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", ["ours", "asgi"])
def test_a_lost_server_is_noticed(programs: Path, connect: Connect, kind: str, transport: str) -> None:
    program = Program(programs / "EchoServer", "--port", "0", *CALM) if kind == "ours" else python_server(kind)
    client = connect(program.url, transport=transport)
    settle(client, transport)
    program.kill(signal.SIGKILL)
    program.wait()
    assert client.end() == 3
    assert client.find("disconnected", reason="transport error")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_silent_server_is_noticed(connect: Connect, transport: str) -> None:
    program = python_server("asgi", "--ping-interval", "1", "--ping-timeout", "1")
    client = connect(program.url, transport=transport)
    settle(client, transport)
    client.wait_for("ping")
    program.kill(signal.SIGSTOP)
    try:
        assert client.end() == 3
        assert client.find("disconnected", reason="ping timeout", step="heartbeat")
    finally:
        # Whoever is stopped does not end when it is asked to.
        program.kill(signal.SIGKILL)
        program.wait()


@pytest.mark.parametrize("kind", ["ours", "wsgi"])
def test_a_client_that_slept_knows_that_it_is_gone(start: Start, connect: Connect, kind: str) -> None:
    if kind == "ours":
        program = start("EchoServer", "--ping-interval", "300ms", "--ping-timeout", "500ms")
    else:
        program = python_server(kind, "--ping-interval", "1", "--ping-timeout", "1")
    client = connect(program.url, transport="websocket")
    sid = client.wait_for("connected")["sid"]
    client.wait_for("ping")

    def is_gone() -> bool:
        if kind == "wsgi":
            return "disconnected: ping timeout\n" in program.lines
        target = f"/engine.io/?EIO=4&transport=polling&sid={sid}"
        return request(program, "POST", target, "6").reply().json["code"] == 1

    client.process.send_signal(signal.SIGSTOP)
    wait_for(is_gone, "the server gives it up")
    client.process.send_signal(signal.SIGCONT)
    assert client.end() in (0, 3)
    assert client.find("disconnected")
    program.stop()

# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Engine.IO version 4 over WebSocket: from the start, and by upgrade."""

import json
import threading
import time

import pytest
import websocket

from conftest import Start
from support.programs import Program
from support.waiting import LATE, wait_for
from support.wire import Session, abandon, closed, request, upgrade

ENGINE = "/engine.io/"


def connect(program: Program) -> websocket.WebSocket:
    connection = upgrade(program, f"{ENGINE}?EIO=4&transport=websocket")
    assert connection.recv()[0] == "0"
    return connection


# From the start


def test_the_handshake(echo: Program) -> None:
    connection = upgrade(echo, f"{ENGINE}?EIO=4&transport=websocket")
    packet = connection.recv()
    assert packet[0] == "0"
    handshake = json.loads(packet[1:])
    assert set(handshake) == {"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"}
    assert handshake["upgrades"] == []
    connection.close()


@pytest.mark.parametrize(
    ("code", "query"),
    [
        (5, "transport=websocket"),
        (5, "EIO=abc&transport=websocket"),
        (0, "EIO=4"),
        (0, "EIO=4&transport=abc"),
        (1, "EIO=4&transport=websocket&sid=unknown"),
    ],
)
def test_a_bad_query_is_refused_before_the_upgrade(echo: Program, code: int, query: str) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
        upgrade(echo, f"{ENGINE}?{query}")
    assert refusal.value.status_code == 400
    assert json.loads(refusal.value.resp_body)["code"] == code


def test_another_site_is_refused(chat_server: Program) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
        upgrade(chat_server, f"{ENGINE}?EIO=4&transport=websocket", origin="http://elsewhere.example")
    assert refusal.value.status_code in (400, 403)


def test_text_and_binary(echo: Program) -> None:
    connection = connect(echo)
    connection.send("4hello")
    assert connection.recv() == "4hello"
    connection.send_binary(bytes([1, 2, 3, 4]))
    assert connection.recv() == bytes([1, 2, 3, 4])
    connection.send_binary(b"")
    assert connection.recv_data() == (websocket.ABNF.OPCODE_BINARY, b"")
    connection.close()


@pytest.mark.parametrize("frame", ["abc", "", "7", "2"])
def test_what_cannot_be_read_ends_the_session_at_once(calm_echo: Program, frame: str) -> None:
    connection = connect(calm_echo)
    connection.send(frame)
    started = time.monotonic()
    assert closed(connection)
    assert time.monotonic() - started < LATE  # and not when a pong is missed


def test_a_message_over_the_limit_ends_the_session(echo: Program) -> None:
    connection = connect(echo)
    connection.send_binary(bytes(1_000_001))
    opcode, data = connection.recv_data()
    while opcode != websocket.ABNF.OPCODE_CLOSE:
        opcode, data = connection.recv_data()
    assert int.from_bytes(data[:2], "big") == 1009


def test_a_ping_every_interval(echo: Program) -> None:
    started = time.monotonic()
    connection = connect(echo)
    for _ in range(3):
        assert connection.recv() == "2"
        assert 0.25 < time.monotonic() - started < LATE
        started = time.monotonic()
        connection.send("3")
    connection.close()


def test_no_pong_no_session(echo: Program) -> None:
    started = time.monotonic()
    connection = connect(echo)
    assert closed(connection)
    assert 0.45 < time.monotonic() - started < LATE


def test_the_client_says_goodbye(calm_echo: Program) -> None:
    connection = connect(calm_echo)
    connection.send("1")
    started = time.monotonic()
    assert closed(connection)
    assert time.monotonic() - started < LATE  # at once, and not when a pong is missed


def test_no_polling_beside_it(echo: Program) -> None:
    connection = upgrade(echo, f"{ENGINE}?EIO=4&transport=websocket")
    sid = json.loads(connection.recv()[1:])["sid"]
    target = f"{ENGINE}?EIO=4&transport=polling&sid={sid}"
    assert request(echo, "GET", target).reply().json["code"] == 3
    assert closed(upgrade(echo, f"{ENGINE}?EIO=4&transport=websocket&sid={sid}"))
    connection.send("4mine")
    assert connection.recv() == "4mine"
    connection.close()


# By upgrade


def probed(session: Session) -> websocket.WebSocket:
    connection = session.websocket()
    connection.send("2probe")
    assert connection.recv() == "3probe"
    return connection


def test_an_upgrade(echo: Program) -> None:
    session = Session(echo)
    connection = probed(session)
    poll = session.get()
    assert (poll.status, poll.body) == (200, "6")
    connection.send("5")
    connection.send("4hello")
    assert connection.recv() == "4hello"  # and no noop before it
    connection.close()


def test_a_waiting_poll_is_ended_by_the_probe(calm_echo: Program) -> None:
    session = Session(calm_echo)
    poll = session.start_get()
    session.post("4parked")
    assert poll.reply().body == "4parked"
    poll = session.start_get()
    connection = probed(session)
    assert poll.reply().body == "6"
    connection.send("5")
    connection.send("4hello")
    assert connection.recv() == "4hello"
    connection.close()


def test_no_polling_after_it(echo: Program) -> None:
    session = Session(echo)
    connection = session.websocket()
    connection.send("2probe")
    connection.send("5")
    assert connection.recv() == "3probe"
    connection.send("4there")
    assert connection.recv() == "4there"
    for reply in (session.get(), session.post("4hello")):
        assert (reply.status, reply.json["code"]) == (400, 3)
    connection.send("4hello")
    assert connection.recv() == "4hello"
    connection.close()


def test_no_second_websocket_after_it(echo: Program) -> None:
    session = Session(echo)
    connection = probed(session)
    connection.send("5")
    assert closed(session.websocket())
    connection.send("4hello")
    assert connection.recv() == "4hello"
    connection.close()


@pytest.mark.parametrize("ending", ["goes", "vanishes", "talks nonsense", "sends a message"])
def test_a_probe_that_fails_leaves_polling_alone(calm_echo: Program, ending: str) -> None:
    session = Session(calm_echo)
    connection = session.websocket()
    if ending != "talks nonsense":
        connection.send("2probe")
        assert connection.recv() == "3probe"
    match ending:
        case "goes":
            connection.close()
        case "vanishes":
            abandon(connection.sock)
        case "talks nonsense":
            connection.send("nonsense")
            assert closed(connection)
        case "sends a message":
            connection.send("4too early")
            assert closed(connection)
    assert session.post("4hello").status == 200
    received = wait_for(lambda: session.poll().replace("6", ""), "the echo by polling")
    assert received == "4hello"
    again = probed(session)
    again.send("5")
    again.send("4second try")
    assert again.recv() == "4second try"
    again.close()


def test_a_session_that_ends_takes_its_probe_along(echo: Program) -> None:
    session = Session(echo)
    connection = probed(session)
    assert session.post("1").status == 200
    assert closed(connection)


@pytest.mark.parametrize("attempt", range(10))
def test_messages_keep_their_order_through_an_upgrade(calm_echo: Program, attempt: int) -> None:
    """Both directions are busy while the transport changes."""
    session = Session(calm_echo)
    received: list[str] = []
    upgrading = threading.Event()

    def poll() -> None:
        while not upgrading.is_set():
            received.extend(session.get().body.split("\x1e"))

    poller = threading.Thread(target=poll)
    poller.start()
    for number in range(20):
        assert session.post(f"4{number}").status == 200
    connection = session.websocket()
    connection.send("2probe")
    for number in range(20, 40):
        assert session.post(f"4{number}").status == 200
    assert connection.recv() == "3probe"
    upgrading.set()
    poller.join()
    connection.send("5")
    for number in range(40, 60):
        connection.send(f"4{number}")
    while received[-1] != "459":
        received.append(connection.recv())
    assert [packet for packet in received if packet not in ("2", "6")] == [f"4{number}" for number in range(60)]
    connection.close()


def test_broadcasts_to_every_session(start: Start) -> None:
    program = start("EchoServer", "--broadcast-every", "10ms")
    connections = [connect(program) for _ in range(3)]
    for connection in connections:
        times = [int(connection.recv()[2:]) for _ in range(3)]
        assert times == sorted(times)
        assert abs(times[-1] - time.monotonic_ns()) < LATE * 10**9
        connection.close()

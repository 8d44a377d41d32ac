# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Engine.IO version 4 by long polling, request by request."""

import base64
import time

import pytest

from support.programs import Program
from support.waiting import LATE, wait_for
from support.wire import Reply, Session, request

ENGINE = "/engine.io/"

# The handshake


def test_the_handshake(echo: Program) -> None:
    session = Session(echo)
    assert session.handshake == {
        "sid": session.sid,
        "upgrades": ["websocket"],
        "pingInterval": 300,
        "pingTimeout": 200,
        "maxPayload": 1_000_000,
    }
    assert len(session.sid) >= 20
    assert session.opened.headers["Content-Type"].lower() == "text/plain; charset=utf-8"
    assert session.opened.headers["Cache-Control"] == "no-store"
    assert Session(echo).sid != session.sid


@pytest.mark.parametrize(
    ("code", "query"),
    [
        (5, "transport=polling"),
        (5, "EIO=abc&transport=polling"),
        (5, "EIO=3&transport=polling"),
        (0, "EIO=4"),
        (0, "EIO=4&transport=abc"),
        (0, "EIO=4&transport=__proto__"),
        (1, "EIO=4&transport=polling&sid=unknown"),
        (1, "EIO=4&transport=polling&sid=" + "a" * 5000),
        (3, "EIO=4&transport=websocket"),  # without an upgrade
    ],
)
def test_a_bad_query(echo: Program, code: int, query: str) -> None:
    refused(request(echo, "GET", f"{ENGINE}?{query}").reply(), code)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_only_get_opens_a_session(echo: Program, method: str) -> None:
    refused(request(echo, method, f"{ENGINE}?EIO=4&transport=polling").reply(), 2)


def test_another_site_is_refused(chat_server: Program) -> None:
    query = f"{ENGINE}?EIO=4&transport=polling"
    elsewhere = request(chat_server, "GET", query, Origin="http://elsewhere.example").reply()
    assert elsewhere.status in (400, 403)
    assert set(elsewhere.json) >= {"code", "message"}
    assert request(chat_server, "GET", query, Origin=chat_server.url).reply().status == 200


def refused(reply: Reply, code: int) -> None:
    assert reply.status == 400
    assert reply.json["code"] == code
    assert reply.json["message"]
    assert "json" in reply.headers["Content-Type"]


# Messages


@pytest.mark.parametrize(
    "payload",
    ["4hello", "4", "4test1\x1e4test2\x1e4test3", "4hello\x1ebAQIDBA==", "b", "4ä€🙂"],
    ids=["one", "empty", "several", "mixed", "no bytes", "unicode"],
)
def test_messages_come_back(echo: Program, payload: str) -> None:
    session = Session(echo)
    posted = session.post(payload)
    assert (posted.status, posted.body) == (200, "ok")
    got = session.get()
    assert (got.status, got.body) == (200, payload)
    assert got.headers["Content-Type"].lower() == "text/plain; charset=utf-8"


def test_a_waiting_poll_is_answered(echo: Program) -> None:
    session = Session(echo)
    poll = session.start_get()
    session.post("4now")
    assert poll.reply().body == "4now"


def test_every_byte_survives(echo: Program) -> None:
    session = Session(echo)
    packet = "b" + base64.b64encode(bytes(range(256)) * 40).decode()
    assert session.post(packet).body == "ok"
    assert session.get().body == packet


def test_many_packets_in_one_payload(calm_echo: Program) -> None:
    session = Session(calm_echo)
    payload = "\x1e".join(f"4{number}" for number in range(500))
    assert session.post(payload).body == "ok"
    got = session.poll()
    while got.count("\x1e") < 499:
        got += "\x1e" + session.poll()
    assert got == payload


def test_a_payload_of_exactly_the_limit(calm_echo: Program) -> None:
    session = Session(calm_echo)
    message = "4" + "x" * 999_999
    assert session.post(message).status == 200
    assert session.poll() == message


def test_a_payload_over_the_limit(echo: Program) -> None:
    session = Session(echo)
    assert session.post("4" + "x" * 1_000_000).status == 413
    gone(session)


@pytest.mark.parametrize(
    "payload",
    [b"abc", b"", b"4a\x1e", b"7", b"2", b"b!!!!", b"4\xff\xfe"],
    ids=["no type", "empty", "separator", "unknown type", "ping", "base64", "utf-8"],
)
def test_what_cannot_be_read_ends_that_session_only(echo: Program, payload: bytes) -> None:
    session, other = Session(echo), Session(echo)
    assert session.post(payload).status == 400
    gone(session)
    assert other.post("4still here").status == 200
    assert other.get().body == "4still here"


def test_packets_that_mean_nothing_here_are_ignored(echo: Program) -> None:
    session = Session(echo)
    assert session.post("0{}\x1e5\x1e6\x1e3\x1e4hello").status == 200
    assert session.get().body == "4hello"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_do_not_harm_a_session(echo: Program, method: str) -> None:
    session = Session(echo)
    assert request(echo, method, session.target()).reply().status in (400, 405)
    assert session.post("4x").status == 200
    assert session.get().body == "4x"


# Requests that overlap


def test_a_second_poll_ends_the_session(echo: Program) -> None:
    session = Session(echo)
    replies = [poll.reply() for poll in (session.start_get(), session.start_get())]
    first, second = sorted(replies, key=lambda reply: reply.status)  # either may have been first
    assert (first.status, first.body) == (200, "1")
    assert second.status == 400
    gone(session)


def test_a_second_post_ends_the_session(echo: Program) -> None:
    session = Session(echo)
    headers = {"Content-Length": "1000"}
    first = request(echo, "POST", session.target(), b"4half", **headers)
    second = wait_for(lambda: overlapping(session), "the first post to have arrived")
    assert second.status == 400
    gone(session)
    first.abort()


def overlapping(session: Session) -> Reply | None:
    reply = session.post("4other")
    return reply if reply.status != 200 else None


def test_a_poll_given_up_ends_the_session(calm_echo: Program) -> None:
    session = Session(calm_echo)
    poll = session.start_get()
    session.post("4there")
    assert poll.reply().body == "4there"
    session.start_get().leave()
    # A message might be what the poll waits for, before its end is seen.
    wait_for(lambda: session.post("3").status == 400, "the session's end", within=LATE)


# The heartbeat


def test_a_ping_every_interval(echo: Program) -> None:
    started = time.monotonic()
    session = Session(echo)
    for _ in range(3):
        ping = session.get()
        assert (ping.status, ping.body) == (200, "2")
        assert 0.25 < time.monotonic() - started < LATE
        started = time.monotonic()
        assert session.post("3").status == 200


def test_no_pong_no_session(echo: Program) -> None:
    started = time.monotonic()
    session = Session(echo)
    assert session.get().body == "2"
    last = session.get()  # waits for the end, which comes 500 ms after the beginning
    assert (last.status, last.body) in ((200, "1"), (400, last.body))
    assert 0.45 < time.monotonic() - started < LATE
    gone(session)


def test_the_timeout_is_kept_to_the_millisecond(echo: Program) -> None:
    session = Session(echo)
    deadline = time.monotonic() + 0.5  # counted from here, so a little later than the server counts
    time.sleep(deadline - time.monotonic())
    gone(session)


def test_messages_are_no_pongs(echo: Program) -> None:
    began = time.monotonic()
    session = Session(echo)
    while session.post("4hello").status == 200:
        assert time.monotonic() - began < LATE
    assert time.monotonic() - began > 0.3


# The end


def test_the_client_says_goodbye(echo: Program) -> None:
    session = Session(echo)
    poll = session.start_get()
    session.post("4parked?")
    assert poll.reply().body == "4parked?"
    poll = session.start_get()
    goodbye = session.post("1")
    assert (goodbye.status, goodbye.body) == (200, "ok")
    assert (lambda reply: (reply.status, reply.body))(poll.reply()) == (200, "6")
    gone(session)


def test_packets_before_a_goodbye_count(echo: Program) -> None:
    session = Session(echo)
    assert session.post("4last words\x1e1\x1e4too late").status == 200
    gone(session, but_first=("4last words",))


def gone(session: Session, but_first: tuple[str, ...] = ()) -> None:
    """Polling is refused from now on; the first poll may still bring what was left."""
    reply = session.get()
    if reply.status == 200 and reply.body in (*but_first, "6"):
        reply = session.get()
    assert reply.status == 400, reply.body
    assert reply.json["code"] == 1
    assert session.post("4hello").status == 400

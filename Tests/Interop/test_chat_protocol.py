# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""What ChatApp says to whom, without a browser."""

import json
import threading
from collections.abc import Callable, Iterator

import pytest
import websocket

from conftest import Start
from support.programs import Program
from support.wire import upgrade

AT_ONCE = 8


class Guest:
    """A bare Engine.IO client that speaks the chat's JSON."""

    def __init__(self, chat: Program) -> None:
        self.connection = upgrade(chat, "/engine.io/?EIO=4&transport=websocket")
        assert self.connection.recv()[0] == "0"

    def send(self, **message: object) -> None:
        self.connection.send("4" + json.dumps(message))

    def hear(self) -> dict:
        packet = self.connection.recv()
        while packet == "2":
            self.connection.send("3")
            packet = self.connection.recv()
        assert packet[0] == "4", packet
        return json.loads(packet[1:])

    def join(self, name: str) -> dict:
        self.send(type="join", name=name)
        return self.hear()


Arrive = Callable[[], Guest]


@pytest.fixture
def arrive(start: Start) -> Iterator[Arrive]:
    """Lets somebody in who has not joined yet; all are gone when the test is done."""
    chat = start("ChatApp")
    guests: list[Guest] = []

    def arrive() -> Guest:
        guests.append(Guest(chat))
        return guests[-1]

    yield arrive
    for guest in guests:
        guest.connection.shutdown()


def test_a_guest_is_welcomed_and_announced(arrive: Arrive) -> None:
    ada, grace = arrive(), arrive()
    assert ada.join("  Ada ") == {"type": "welcome", "you": "Ada", "people": ["Ada"], "history": []}
    assert sorted(grace.join("Grace")["people"]) == ["Ada", "Grace"]
    assert ada.hear() == {"type": "joined", "name": "Grace"}
    grace.send(type="typing", typing=True)
    assert ada.hear() == {"type": "typing", "name": "Grace", "typing": True}
    grace.send(type="say", text="Hello")
    said = ada.hear()
    assert (said["type"], said["name"], said["text"]) == ("said", "Grace", "Hello")
    assert said["at"] > 1_700_000_000_000
    assert grace.hear() == said  # and not that she is typing
    grace.connection.send("1")
    assert ada.hear() == {"type": "left", "name": "Grace"}
    newcomer = arrive().join("Hopper")
    assert newcomer["history"] == [{key: said[key] for key in ("name", "text", "at")}]


@pytest.mark.parametrize("name", ["", "   ", "x" * 33])
def test_a_bad_name_is_refused_and_may_be_mended(arrive: Arrive, name: str) -> None:
    guest = arrive()
    assert guest.join(name)["type"] == "error"
    assert guest.join("x" * 32)["type"] == "welcome"


@pytest.mark.parametrize("frame", ["nonsense", "{}", '{"type":"dance"}', '{"type":"say"}', "[]"])
def test_what_makes_no_sense_is_answered_and_harms_nobody(arrive: Arrive, frame: str) -> None:
    guest = arrive()
    guest.join("Ada")
    guest.connection.send("4" + frame)
    assert guest.hear()["type"] == "error"
    guest.send(type="say", text="x" * 2001)
    assert guest.hear()["type"] == "error"
    guest.send(type="say", text="x" * 2000)
    assert guest.hear()["type"] == "said"


def test_nobody_hears_or_is_heard_before_joining(arrive: Arrive) -> None:
    ada, stranger = arrive(), arrive()
    ada.join("Ada")
    stranger.send(type="say", text="boo")
    assert stranger.hear()["type"] == "error"
    ada.send(type="say", text="alone")
    assert ada.hear()["text"] == "alone"
    assert stranger.join("Bo")["type"] == "welcome"  # and nothing else before it


@pytest.mark.parametrize("attempt", range(5))
def test_everybody_sees_the_same(arrive: Arrive, attempt: int) -> None:
    """All join and speak at once; then all know the same people, and read the same in one order."""
    guests = [arrive() for _ in range(AT_ONCE)]
    stories: list[list[str]] = [[] for _ in guests]
    crowds: list[set[str]] = [set() for _ in guests]
    barrier = threading.Barrier(AT_ONCE)

    def visit(number: int) -> None:
        guest = guests[number]
        barrier.wait()
        welcome = guest.join("Guest")
        assert welcome["type"] == "welcome", welcome
        crowds[number].update(welcome["people"])
        stories[number].extend(line["text"] for line in welcome["history"])
        for line in range(5):
            guest.send(type="say", text=f"{number}.{line}")
        while len(stories[number]) < 5 * AT_ONCE or len(crowds[number]) < AT_ONCE:
            message = guest.hear()
            if message["type"] == "said":
                stories[number].append(message["text"])
            elif message["type"] == "joined":
                crowds[number].add(message["name"])

    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            visit(number)
        except (AssertionError, websocket.WebSocketException) as failure:
            failures.append(failure)

    visits = [threading.Thread(target=run, args=[number]) for number in range(AT_ONCE)]
    for thread in visits:
        thread.start()
    for thread in visits:
        thread.join()
    assert failures == []
    assert all(crowd == crowds[0] for crowd in crowds)
    assert all(story == stories[0] for story in stories)

# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Two people with Chromium chat with each other, with and without WebSocket."""

from collections.abc import Iterator

import pytest

from conftest import Start
from support.browser import ChatPage, chromium
from support.programs import Program
from support.waiting import wait_for

WAYS = {"websocket": ("", "WebSocket"), "polling": ("?transport=polling", "Polling")}
MARKUP = "<b>bold</b> <img src=x onerror=alert(1)> &amp; <script>alert(2)</script>"


@pytest.fixture(scope="module")
def drivers() -> Iterator[list]:
    with chromium() as first, chromium(390, 844) as second:
        yield [first, second]


@pytest.fixture
def pages(drivers: list) -> Iterator[list[ChatPage]]:
    pages = [ChatPage(driver) for driver in drivers]
    yield pages
    problems = [problem for page in pages for problem in page.problems()]
    for page in pages:
        page.driver.get("about:blank")
    assert problems == []


@pytest.fixture
def chat(start: Start) -> Program:
    return start("ChatApp")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> tuple[str, str]:
    return WAYS[request.param]


@pytest.fixture
def two(chat: Program, pages: list[ChatPage], way: tuple[str, str]) -> tuple[ChatPage, ChatPage]:
    """Ada and Grace, who are both there."""
    query, transport = way
    ada, grace = pages
    ada.enter(f"{chat.url}/{query}", "Ada")
    grace.enter(f"{chat.url}/{query}", "Grace")
    for page in pages:
        wait_for(lambda: page.transport == transport, f"the badge to say {transport}")
        wait_for(lambda: sorted(page.people) == ["Ada", "Grace"], "both to be listed")
    return ada, grace


def test_two_people_talk(two: tuple[ChatPage, ChatPage]) -> None:
    ada, grace = two
    ada.say("Hello, Grace!")
    grace.hears("Hello, Grace!")
    grace.say("Hello, Ada!\nTwo lines.")
    ada.hears("Hello, Ada!\nTwo lines.")
    conversation = ["Hello, Grace!", "Hello, Ada!\nTwo lines."]
    wait_for(lambda: ada.said == grace.said == conversation, "both to see the same, once each")
    assert ada.texts(".message.mine .text") == ["Hello, Grace!"]
    assert grace.texts(".message.mine .text") == ["Hello, Ada!\nTwo lines."]
    assert ada.texts(".message:not(.mine) .author") == ["Grace"]
    assert all(page.texts(".message time") for page in two)


def test_many_messages_keep_their_order(two: tuple[ChatPage, ChatPage]) -> None:
    ada, grace = two
    for number in range(15):
        ada.say(f"a{number}")
        grace.say(f"g{number}")
    for page in two:
        wait_for(lambda: len(page.said) == 30, "all messages")
        for letter in "ag":
            assert [it for it in page.said if it[0] == letter] == [f"{letter}{n}" for n in range(15)]
    assert ada.said == grace.said


def test_markup_is_shown_and_not_obeyed(two: tuple[ChatPage, ChatPage]) -> None:
    ada, grace = two
    ada.say(MARKUP)
    for page in two:
        page.hears(MARKUP)
        assert page.find("#log b, #log img, #log script") == []


def test_a_name_is_no_markup_either(chat: Program, pages: list[ChatPage]) -> None:
    ada, other = pages
    ada.enter(chat.url, "Ada")
    other.enter(chat.url, "<i>Bo</i>")
    ada.notices("<i>Bo</i> joined")
    other.type("x")
    wait_for(lambda: ada.typing == "<i>Bo</i> is typing …", "the name as it is")
    for page in pages:
        assert page.find("#people-list i, #log i, #typing i") == []


def test_typing_is_seen_and_ends(two: tuple[ChatPage, ChatPage]) -> None:
    ada, grace = two
    grace.type("Let me th")
    wait_for(lambda: ada.typing == "Grace is typing …", "Ada to see it")
    assert grace.typing == ""
    wait_for(lambda: ada.typing == "", "a pause to end it")
    grace.say("ink.")
    ada.hears("Let me think.")
    wait_for(lambda: ada.typing == "", "the message to end it")


def test_people_come_and_go(two: tuple[ChatPage, ChatPage], chat: Program, way: tuple[str, str]) -> None:
    ada, grace = two
    ada.notices("Grace joined")
    grace.driver.get("about:blank")  # closes the page, without another word
    ada.notices("Grace left")
    wait_for(lambda: ada.people == ["Ada"], "Ada to be alone")
    grace.driver.get(f"{chat.url}/{way[0]}")
    grace.arrived()  # her name was remembered
    wait_for(lambda: ada.people == ["Ada", "Grace"], "Grace to be back")
    grace.driver.execute_script("document.querySelector('#leave').click()")
    wait_for(lambda: ada.people == ["Ada"], "Grace to have left by the button")
    assert grace.one("#name").get_attribute("value") == "Grace"
    grace.join("Hopper")
    wait_for(lambda: ada.people == ["Ada", "Hopper"], "Grace to be back by another name")


def test_the_last_fifty_messages_wait_for_newcomers(chat: Program, pages: list[ChatPage]) -> None:
    ada, grace = pages
    ada.enter(chat.url, "Ada")
    for number in range(53):
        ada.say(f"message {number}")
    ada.hears("message 52")
    grace.enter(chat.url, "Grace")
    assert grace.said == [f"message {number}" for number in range(3, 53)]


def test_a_name_that_is_taken_gets_a_number(chat: Program, pages: list[ChatPage]) -> None:
    ada, other = pages
    ada.enter(chat.url, "Ada")
    other.enter(chat.url, "Ada")
    wait_for(lambda: len(ada.people) == 2, "two people")
    assert ada.people[0] == "Ada"
    assert ada.people[1].startswith("Ada") and ada.people[1] != "Ada"
    assert other.people == [ada.people[1], "Ada"]


def test_a_name_is_needed(chat: Program, pages: list[ChatPage]) -> None:
    ada, _ = pages
    ada.open(chat.url)
    ada.join("   ")
    assert ada.one("#name-error").text == "Please choose a name."
    ada.join("Ada")
    ada.arrived()


def test_polling_becomes_websocket(chat: Program, pages: list[ChatPage]) -> None:
    ada, _ = pages
    ada.enter(chat.url, "Ada")
    wait_for(lambda: ada.transport == "WebSocket", "the upgrade")
    assert ada.texts("#story")[0].startswith("from polling in ")
    opened, probed, moved = ada.steps
    assert "by HTTP long polling" in opened
    assert "probe answered" in probed
    assert "moved onto the WebSocket" in moved


def test_everybody_comes_back_after_a_restart(
    start: Start, chat: Program, two: tuple[ChatPage, ChatPage], way: tuple[str, str]
) -> None:
    ada, grace = two
    ada.say("before")
    grace.hears("before")
    chat.stop()
    for page in two:
        wait_for(lambda: page.in_trouble, "the page to say that the connection is lost")
        assert "Trying again" in page.one("#trouble").text
        assert not page.one("#send").is_enabled()
    grace.type("a draft")
    start("ChatApp", port=chat.port)
    for page in two:
        wait_for(lambda: not page.in_trouble, "the page to be connected again", within=20)
        page.notices("You are back")
        wait_for(lambda: sorted(page.people) == ["Ada", "Grace"], "both to be there")
        wait_for(lambda: page.transport == way[1], "the transport as before")
    grace.say("")  # sends the draft
    ada.hears("a draft")
    assert ada.said == ["before", "a draft"]


def test_try_now_does_not_wait(start: Start, chat: Program, pages: list[ChatPage]) -> None:
    ada, _ = pages
    ada.enter(chat.url, "Ada")
    chat.stop()
    wait_for(lambda: "attempt 4" in ada.texts("#story")[0], "some attempts to fail", within=20)
    start("ChatApp", port=chat.port)
    ada.one("#retry").click()
    wait_for(lambda: not ada.in_trouble, "the page to be connected again", within=1.5)


def test_nothing_comes_from_elsewhere(chat: Program, pages: list[ChatPage]) -> None:
    ada, _ = pages
    ada.enter(chat.url, "Ada")
    script = "return performance.getEntriesByType('resource').map(it => it.name)"
    loaded = ada.driver.execute_script(script)
    assert loaded
    assert [name for name in loaded if not name.startswith(chat.url)] == []


def test_a_reader_further_up_is_left_alone(two: tuple[ChatPage, ChatPage]) -> None:
    ada, grace = two
    for number in range(30):
        ada.say(f"line {number}")
    grace.hears("line 29")
    at_end = "const l = document.querySelector('#log'); return l.scrollHeight - l.scrollTop - l.clientHeight < 48"
    wait_for(lambda: grace.driver.execute_script(at_end), "new messages to scroll into view")
    grace.driver.execute_script("document.querySelector('#log').scrollTop = 0")
    ada.say("one more")
    grace.hears("one more")
    assert grace.driver.execute_script("return document.querySelector('#log').scrollTop") == 0
    assert grace.one("#unread").text == "1 new message ↓"
    grace.one("#unread").click()
    wait_for(lambda: grace.driver.execute_script(at_end), "the button to go to the end")
    assert not grace.one("#unread").is_displayed()

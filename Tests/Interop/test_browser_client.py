# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""The chat's Engine.IO module, `engineio.js`, in Chromium against EchoServer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import CALM, Start
from support.browser import chromium
from support.programs import Program
from support.waiting import wait_for
from support.wire import request

#: What every script starts with: an open client, and promises for what it hears.
PRELUDE = """
const { EngineIOClient } = await import("/files/engineio.js");
const client = new EngineIOClient({ reconnectDelay: 100, ...options });
const events = [], heard = [];
for (const type of ["open", "upgrading", "upgrade", "upgradeerror", "close", "reconnecting"]) {
  client.addEventListener(type, ({ detail }) => events.push([type, detail]));
}
client.addEventListener("message", ({ detail }) => heard.push(detail.data));
const next = (type) => new Promise((resolve) =>
  client.addEventListener(type, ({ detail }) => resolve(detail), { once: true }));
const hear = async (count) => {
  while (heard.length < count) await next("message");
  return heard;
};
const equal = (a, b) => typeof a === typeof b && a.length === b.length
  && (typeof a === "string" ? a === b : a.every((byte, index) => byte === b[index]));
const numbers = (count) => Array.from({ length: count }, (_, index) => String(index));
const ready = next(options.upgrade ? "upgrade" : "open");
client.connect();
await ready;
"""

WAYS = {
    "polling": {"transports": ["polling"]},
    "websocket": {"transports": ["websocket"]},
    "upgrade": {"upgrade": True},
}


class Page:
    """An empty page of the server's own, to run scripts in."""

    def __init__(self, driver, program: Program) -> None:
        self.driver = driver
        self.driver.get(f"{program.url}/files/blank.html")

    def run(self, options: dict, script: str):
        """What the script returns, which may await; its failure fails the test."""
        succeeded, value = self.driver.execute_async_script(
            f"""const [options, done] = arguments;
            (async () => {{ {PRELUDE} {script} }})()
              .then((value) => done([true, value]), (error) => done([false, String(error.stack)]))""",
            options,
        )
        assert succeeded, value
        return value


@pytest.fixture(scope="module")
def driver() -> Iterator:
    with chromium() as driver:
        yield driver


@pytest.fixture
def page(driver, calm_echo: Program) -> Page:
    return Page(driver, calm_echo)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> dict:
    return WAYS[request.param]


def test_text_and_binary(page: Page, way: dict) -> None:
    script = """
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    const messages = ["hello", "", "ä€🙂", all, new Uint8Array(0), "{}", "b", "after"];
    for (const message of messages) client.send(message);
    client.send(all.buffer);
    client.send(new DataView(all.buffer, 1, 2));
    messages.push(all, all.slice(1, 3));
    await hear(messages.length);
    return [client.transport, messages.map((message, index) => equal(message, heard[index]))];
    """
    transport, matches = page.run(way, script)
    assert transport == ("polling" if way.get("transports") == ["polling"] else "websocket")
    assert matches == [True] * 10


def test_what_is_sent_may_be_overwritten_at_once(page: Page, way: dict) -> None:
    script = """
    const bytes = new Uint8Array([1, 2, 3]);
    client.send(bytes);
    bytes.fill(0);
    return [...(await hear(1))[0]];
    """
    assert page.run(way, script) == [1, 2, 3]


def test_large_messages(page: Page, way: dict) -> None:
    script = """
    const bytes = new Uint8Array(740_000).map((_, index) => index * 7 % 256);
    const text = "ä".repeat(499_999); // and the type: one byte less than fits
    client.send(bytes);
    client.send(text);
    await hear(2);
    return [equal(bytes, heard[0]), equal(text, heard[1])];
    """
    assert page.run(way, script) == [True, True]


def test_what_is_too_large_is_refused_before_it_does_harm(page: Page, way: dict) -> None:
    script = """
    const refused = [];
    for (const data of ["x".repeat(1_000_000), new Uint8Array(750_000), "a\\x1eb"]) {
      try { client.send(data); } catch (error) { refused.push(error.name); }
    }
    client.send("after");
    return [refused, await hear(1)];
    """
    assert page.run(way, script) == [["RangeError", "RangeError", "TypeError"], ["after"]]


def test_posts_are_split_at_the_servers_limit(page: Page) -> None:
    script = """
    const posts = [];
    const plain = window.fetch;
    window.fetch = (url, init) => {
      if (init.method === "POST") posts.push(new Blob([init.body]).size);
      return plain(url, init);
    };
    for (let index = 0; index < 9; index += 1) client.send("ä".repeat(150_000));
    await hear(9);
    return [posts, heard.every((text) => text === "ä".repeat(150_000))];
    """
    posts, whole = page.run(WAYS["polling"], script)
    assert whole
    assert max(posts) <= 1_000_000
    # A pong may share a post, with a separator.
    full = 3 * 300_001 + 2
    large = [size for size in posts if size > 3]
    assert len(large) == 3 and all(size in (full, full + 2) for size in large)


def test_many_messages_in_order(page: Page, way: dict) -> None:
    script = "for (const it of numbers(2000)) client.send(it); return hear(2000);"
    assert page.run(way, script) == [str(number) for number in range(2000)]


@pytest.mark.parametrize("attempt", range(5))
def test_messages_keep_their_order_through_an_upgrade(page: Page, attempt: int) -> None:
    script = """
    const upgraded = next("upgrade");
    let sent = 0, moved = false;
    upgraded.then(() => { moved = true; });
    while (!moved || sent < 300) {
      client.send(String(sent++));
      if (sent % 5 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    return [sent, await hear(sent), client.transport];
    """
    sent, heard, transport = page.run({}, script)
    assert heard == [str(number) for number in range(sent)]
    assert transport == "websocket"


def test_it_stays_through_many_heartbeats(page: Page, way: dict) -> None:
    script = """
    const began = performance.now();
    while (performance.now() - began < 1200) {
      if (client.state !== "open") throw new Error("closed");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    client.send("still here");
    await hear(1);
    return events.map(([type]) => type);
    """
    assert page.run(way, script) == (["open", "upgrading", "upgrade"] if "upgrade" in way else ["open"])


def test_polling_goes_on_without_a_websocket(page: Page) -> None:
    script = """
    await next("upgradeerror");
    for (const it of numbers(50)) client.send(it);
    await hear(50);
    return [client.transport, heard, events.map(([type]) => type)];
    """
    broken = """
    const Real = window.WebSocket;
    window.WebSocket = class extends Real {
      constructor(url) { super(String(url).replace("/engine.io/", "/nowhere/")); }
    };
    """
    page.driver.execute_script(broken)
    transport, heard, events = page.run({}, script)
    assert transport == "polling"
    assert heard == [str(number) for number in range(50)]
    assert events == ["open", "upgradeerror"]


def test_a_websocket_that_dies_after_the_probe_leaves_polling_alone(page: Page) -> None:
    broken = """
    const Real = window.WebSocket;
    window.WebSocket = class extends Real {
      send(data) { super.send(data); if (data === "2probe") this.addEventListener("message", () => this.close()); }
    };
    """
    page.driver.execute_script(broken)
    script = """
    await next("upgradeerror");
    for (const it of numbers(50)) client.send(it);
    return [client.transport, await hear(50)];
    """
    assert page.run({}, script) == ["polling", [str(number) for number in range(50)]]


def test_closing_sends_what_was_said_before(page: Page, way: dict) -> None:
    script = """
    const sent = [];
    const { fetch } = window, { send } = WebSocket.prototype;
    window.fetch = (url, init) => {
      if (init.body) sent.push(...init.body.split("\\x1e"));
      return fetch(url, init);
    };
    WebSocket.prototype.send = function (data) { sent.push(data); send.call(this, data); };
    const closed = next("close");
    client.send("last words");
    client.close();
    const late = client.send("too late");
    const { reason, retry } = await closed;
    return [reason, retry, late, client.state, sent.filter((it) => it !== "3")];
    """
    sent = ["4last words", "1"]
    assert page.run(way, script) == ["client close", False, False, "closed", sent]


def test_it_can_be_opened_again(page: Page, way: dict) -> None:
    script = """
    for (let round = 0; round < 3; round += 1) {
      client.send(`round ${round}`);
      await hear(round + 1);
      client.close();
      const opened = next("open");
      client.connect();
      await opened;
    }
    return heard;
    """
    assert page.run(way, script) == ["round 0", "round 1", "round 2"]


@pytest.mark.parametrize("way", ["polling", "upgrade"], indirect=True)
def test_leaving_the_page_ends_the_session(page: Page, way: dict, calm_echo: Program) -> None:
    script = """
    client.send("hello");
    await hear(1);
    const urls = performance.getEntriesByType("resource").map((it) => new URL(it.name));
    return urls.map((it) => it.searchParams.get("sid")).find(Boolean);
    """
    target = f"/engine.io/?EIO=4&transport=polling&sid={page.run(way, script)}"
    page.driver.get("about:blank")
    ended = lambda: request(calm_echo, "POST", target, "4anybody?").reply().json["code"] == 1
    wait_for(ended, "the session's end", within=3)


def test_a_server_that_goes_and_comes_back(driver, start: Start, files: Path, way: dict) -> None:
    options = ("EchoServer", "--files", str(files), *CALM)
    program = start(*options)
    page = Page(driver, program)
    begin = """
    client.send("before");
    await hear(1);
    window.end = (async () => {
      const { reason, retry } = await next("close");
      await next("open");
      client.send("after");
      return [reason, retry, await hear(2)];
    })();
    """
    page.run(way, begin)
    program.stop()
    start(*options, port=program.port)
    end = "const done = arguments[0]; window.end.then(done, (error) => done(String(error)));"
    reason, retry, heard = page.driver.execute_async_script(end)
    assert reason in ("server close", "transport close", "transport error")
    assert (retry, heard) == (True, ["before", "after"])

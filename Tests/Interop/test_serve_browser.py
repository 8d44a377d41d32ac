# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Live reload of the development server, in Chromium."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from conftest import Start
from support.browser import chromium
from support.programs import Program
from support.waiting import holds, wait_for

PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><title>{title}</title>
<link rel="stylesheet" href="css/style.css"><style>@import "css/late ü.css";</style></head>
<body><p>{title}</p><script>window.loads = sessionStorage.loads = +(sessionStorage.loads ?? 0) + 1</script>
</body></html>
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A page with a style sheet, which imports one, and a sheet that only a style element imports."""
    site = tmp_path / "site"
    (site / "css").mkdir(parents=True)
    (site / "index.html").write_text(PAGE.format(title="First"))
    (site / "css" / "style.css").write_text('@import "deep.css"; p { color: rgb(1, 1, 1) }')
    (site / "css" / "deep.css").write_text("p { background-color: rgb(1, 1, 1) }")
    (site / "css" / "late ü.css").write_text("p { border-top-color: rgb(1, 1, 1) }")
    return site


@pytest.fixture(scope="module")
def driver() -> Iterator:
    with chromium() as driver:
        yield driver


@contextmanager
def simple_proxy(port: int) -> Iterator[str]:
    """A proxy of another make: it asks by another name, and has never heard of WebSockets."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if "Upgrade" in self.headers:
                return self.send_error(501)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fields = {name: value for name, value in self.headers.items() if name != "Connection"}
            backend = http.client.HTTPConnection("127.0.0.1", port)
            try:
                backend.request(self.command, self.path, body, fields | {"Host": "another.example"})
                answer = backend.getresponse()
                body = answer.read()
            except OSError:  # the test, and with it the server, is over
                return self.send_error(502)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *arguments: object) -> None:
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:  # the browser has left the page
                pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{proxy.server_port}"
        proxy.shutdown()


@pytest.fixture(params=["direct", "proxied", "prefixed", "by polling"])
def url(request: pytest.FixtureRequest, start: Start, site: Path, tmp_path: Path) -> Iterator[str]:
    """Where the page is: at the server itself, or behind another one that knows nothing of it."""
    server = start("serve", str(site), "--live")
    if request.param == "direct":
        yield server.url + "/"
        return
    if request.param == "by polling":
        with simple_proxy(server.port) as proxy:
            yield proxy + "/"
        return
    path = "/some/where" if request.param == "prefixed" else ""
    front = start("serve", str(tmp_path), "--proxy", f"{path}/={server.url}/")
    yield front.url + path + "/"


class Page:
    """The page as a browser shows it."""

    def __init__(self, driver, url: str) -> None:
        self.driver = driver
        self.url = url
        driver.get(url)
        driver.execute_script("sessionStorage.loads = 1; window.mark = 'still here'")
        wait_for(lambda: self.is_known, "the session of the script")

    @property
    def is_known(self) -> bool:
        """Whether the server has answered the handshake: what changes from then on is told."""
        return self.run(
            "return performance.getEntriesByType('resource')"
            ".some(({ name }) => name.includes('transport=polling'))"
        )

    def run(self, script: str):
        return self.driver.execute_script(script)

    @property
    def title(self) -> str:
        return self.run("return document.querySelector('p')?.textContent")

    @property
    def mark(self) -> str | None:
        return self.run("return window.mark ?? null")

    @property
    def loads(self) -> int:
        return int(self.run("return sessionStorage.loads"))

    def style(self, name: str) -> str:
        return self.run(f"return getComputedStyle(document.querySelector('p')).{name}")


def test_a_changed_page_is_reloaded(driver, url: str, site: Path) -> None:
    page = Page(driver, url)
    assert page.title == "First"
    for title in ("Second", "Third"):
        (site / "index.html").write_text(PAGE.format(title=title))
        wait_for(lambda: page.title == title, f"the title {title}")
    assert page.mark is None


def test_a_changed_style_sheet_is_swapped(driver, url: str, site: Path) -> None:
    page = Page(driver, url)
    for name, sheet, imports in [
        ("color", "style.css", '@import "deep.css"; '),
        ("backgroundColor", "deep.css", ""),
        ("borderTopColor", "late ü.css", ""),
    ]:
        assert page.style(name) == "rgb(1, 1, 1)"
        for number in (2, 3):
            colour = f"rgb({number}, {number}, {number})"
            css = {"backgroundColor": "background-color", "borderTopColor": "border-top-color"}.get(name, name)
            (site / "css" / sheet).write_text(f"{imports}p {{ {css}: {colour} }}")
            wait_for(lambda: page.style(name) == colour, f"{name} to be {colour}")
    assert page.mark == "still here"
    wait_for(lambda: page.run("return document.querySelectorAll('link').length") == 1, "one link")


def test_a_sheet_that_changes_while_it_loads(driver, start: Start, site: Path) -> None:
    """Its requests are answered when all are there, and then one link is left."""
    asked: list[str] = []
    opened = threading.Event()

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            number = len(asked)
            if number > 1:
                opened.wait(10)
            self.send_response(200)
            self.send_header("Content-Type", "text/css")
            self.end_headers()
            self.wfile.write(b"p { color: rgb(7, 7, %d) }" % number)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as backend:
        threading.Thread(target=backend.serve_forever, daemon=True).start()
        sheets = f"/css/style.css=http://127.0.0.1:{backend.server_port}"
        page = Page(driver, start("serve", str(site), "--live", "--proxy", sheets).url + "/")
        assert page.style("color") == "rgb(7, 7, 1)"
        for number in (2, 3):
            (site / "css" / "style.css").write_text(f"/* {number} */")
            wait_for(lambda: len(asked) == number, f"request {number}")
        assert page.style("color") == "rgb(7, 7, 1)"
        opened.set()
        wait_for(lambda: page.style("color") == "rgb(7, 7, 3)", "the last one")
        wait_for(lambda: page.run("return document.querySelectorAll('link').length") == 1, "one link")
        assert page.mark == "still here"
        backend.shutdown()


@pytest.mark.parametrize("url", ["direct", "proxied", "prefixed"], indirect=True)
def test_it_goes_over_to_a_websocket(driver, url: str, site: Path) -> None:
    page = Page(driver, url)
    # Polls stop: the session is where no entries are made.
    count = "return performance.getEntriesByType('resource').filter(({ name }) => name.includes('sid=')).length"
    before = wait_for(lambda: page.run(count), "a poll")
    for number in range(3):
        (site / "css" / "style.css").write_text(f"p {{ color: rgb(9, 9, {number}) }}")
        wait_for(lambda: page.style("color") == f"rgb(9, 9, {number})", "the colour")
    assert page.run(count) <= before + 1
    assert page.mark == "still here"


def test_style_sheets_of_other_pages_are_no_matter(driver, start: Start, site: Path) -> None:
    page = Page(driver, start("serve", str(site), "--live").url + "/")
    (site / "css" / "other.css").write_text("p { color: red }")
    (site / "css" / "style.css").write_text("p { color: rgb(5, 5, 5) }")
    wait_for(lambda: page.style("color") == "rgb(5, 5, 5)", "the other sheet")
    (site / "css" / "other.css").write_text("p { color: blue }")
    (site / "css" / "style.css").write_text("p { color: rgb(6, 6, 6) }")
    wait_for(lambda: page.style("color") == "rgb(6, 6, 6)", "the other sheet again")
    assert page.mark == "still here"


def test_a_server_that_comes_back_is_noticed(driver, start: Start, site: Path) -> None:
    server = start("serve", str(site), "--live")
    page = Page(driver, server.url + "/")
    server.stop()
    (site / "index.html").write_text(PAGE.format(title="Meanwhile"))
    start("serve", str(site), "--live", port=server.port)
    wait_for(lambda: page.title == "Meanwhile", "the page that was changed meanwhile")
    loads = page.loads
    assert loads == 2
    holds(lambda: page.loads == loads, "one reload", during=0.3)


def test_a_page_that_is_not_there_yet_appears(driver, start: Start, site: Path) -> None:
    server = start("serve", str(site), "--live")
    driver.get(server.url + "/later.html")
    assert "Not Found" in driver.title
    wait_for(lambda: driver.execute_script("return !!window.__live"), "the script")
    (site / "later.html").write_text(PAGE.format(title="Later"))
    wait_for(lambda: driver.title == "Later", "the page")


def test_a_listing_follows_its_directory(driver, start: Start, site: Path) -> None:
    driver.get(start("serve", str(site), "--live").url + "/css/")
    names = "return [...document.querySelectorAll('tbody a')].map((link) => link.textContent)"
    assert set(driver.execute_script(names)) == {"..", "deep.css", "late ü.css", "style.css"}
    wait_for(lambda: driver.execute_script("return !!window.__live"), "the script")
    (site / "css" / "new.txt").write_text("new")
    wait_for(lambda: "new.txt" in driver.execute_script(names), "the new file")


def test_pages_with_a_base(driver, start: Start, site: Path) -> None:
    (site / "based").mkdir()
    (site / "based" / "index.html").write_text('<!doctype html><base href="/css/"><p>One</p>')
    server = start("serve", str(site), "--live")
    page = Page(driver, server.url + "/based/")
    (site / "based" / "index.html").write_text('<!doctype html><base href="/css/"><p>Two</p>')
    wait_for(lambda: page.title == "Two", "the changed page")

# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""The development server as whoever starts it sees it: what it says, and how it ends."""

import os
import pty
import re
import signal
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from conftest import Start
from support.curl import curl
from support.programs import REPOSITORY
from support.waiting import wait_for
from support.wire import Session, closed, upgrade

LIVE = "/__live/"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    (site / "css").mkdir(parents=True)
    (site / "index.html").write_text("<!doctype html><title>Home</title><body><p>Home</p></body>")
    (site / "css" / "style.css").write_text("p { color: rgb(1, 1, 1) }")
    return site


def run(programs: Path, *arguments: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [programs / "serve", *arguments], capture_output=True, text=True, timeout=10, **options
    )


def test_it_says_where_it_is(start: Start, site: Path) -> None:
    server = start("serve", str(site))
    assert curl(server.url + "/").text.startswith("<!doctype html>")
    server.stop()
    said = "".join(server.lines)
    assert f"Serving {site}" in said
    assert f"Local:    http://localhost:{server.port}/" in said
    assert re.search(r"^\d\d:\d\d:\d\d  200  GET /  \d+ B  [\d.]+ ms$", said, re.MULTILINE)
    assert "\x1b" not in said


def on_terminal(programs: Path, site: Path, **environment: str) -> str:
    """What it says to a terminal about one request, until Ctrl-C is pressed there."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [programs / "serve", site, "--port", "0"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        # The terminal becomes the one that Ctrl-C is pressed at.
        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),
        env={**os.environ, "TERM": "xterm", **environment},
    )
    os.close(terminal)
    said = bytearray()

    def read() -> None:
        try:
            while data := os.read(controller, 4096):
                said.extend(data)
        except OSError:  # what a terminal says when its other end is closed
            pass

    reader = threading.Thread(target=read)
    reader.start()
    try:
        port = wait_for(lambda: re.search(rb"localhost:(\d+)", said), "the URL")[1].decode()
        assert curl(f"http://127.0.0.1:{port}/css/style.css").status == 200
        wait_for(lambda: b"style.css" in said, "the request")
        os.write(controller, b"\x03")
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        reader.join()
        os.close(controller)
    return said.decode()


def test_a_terminal_gets_colours(programs: Path, site: Path) -> None:
    said = on_terminal(programs, site)
    assert "\x1b[32m200\x1b[0m  \x1b[1mGET\x1b[0m /css/style.css" in said
    assert said.endswith("^C\r\n")


def test_colours_may_be_unwanted(programs: Path, site: Path) -> None:
    assert "\x1b" not in on_terminal(programs, site, NO_COLOR="1")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_open_sessions_are_ended_in_peace(start: Start, site: Path, number: int) -> None:
    server = start("serve", str(site), "--live")
    session = Session(server, LIVE)
    poll = session.start_get()
    socket = upgrade(server, LIVE + "?EIO=4&transport=websocket")
    assert socket.recv()[0] == "0"
    assert socket.recv().startswith("4revision\n")
    (site / "new.txt").write_text("new")
    assert socket.recv() == "4reload"
    assert "4reload" in poll.reply().body
    poll = session.start_get()
    for _ in range(4):  # by the time that later requests are answered, the poll is parked
        assert curl(server.url + "/").status == 200
    server.kill(number)
    assert poll.reply().body in ("1", "6")
    assert closed(socket)
    assert server.wait(within=5) == 0


def test_a_port_in_use_is_one_clear_line(start: Start, programs: Path, site: Path) -> None:
    taken = start("serve", str(site))
    second = run(programs, str(site), "--port", str(taken.port))
    assert second.returncode == 1
    assert second.stderr == (
        f"Error: Port {taken.port} is in use by another program. "
        f"Try another one: --port {taken.port + 1}, or --port 0 for any that is free.\n"
    )
    assert second.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["publik"], "There is no directory publik. Name one that exists"),
        (["README.md"], "README.md is a file. Name the directory that it is in."),
        ([".", "--proxy", "/api"], "/api has no =. It has to be"),
        ([".", "--proxy", "/api=localhost:1"], "/api=localhost:1 has no http://."),
        ([".", "--port", "99999"], "--port"),
        ([".", "--liv"], "--liv"),
    ],
)
def test_what_cannot_be_served_is_explained(programs: Path, arguments: list[str], says: str) -> None:
    refused = run(programs, *arguments, cwd=REPOSITORY)
    assert refused.returncode == 64
    assert says in refused.stderr
    assert "Usage: serve" in refused.stderr


def test_an_address_of_another_machine_is_explained(programs: Path, site: Path) -> None:
    refused = run(programs, str(site), "--port", "0", "--host", "192.0.2.123")
    assert refused.returncode == 1
    assert "Cannot listen on 192.0.2.123:0. Give --host an address of this machine" in refused.stderr


def test_a_browser_is_opened(start: Start, site: Path, tmp_path: Path, monkeypatch) -> None:
    opener = tmp_path / "xdg-open"
    opened = tmp_path / "opened"
    opener.write_text(f'#!/bin/sh\necho "$1" > {opened}.part && mv {opened}.part {opened}\n')
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    server = start("serve", str(site), "--open")
    wait_for(opened.exists, "the browser")
    assert opened.read_text() == f"http://localhost:{server.port}/\n"


def test_that_no_browser_opens_is_explained(start: Start, site: Path, monkeypatch, tmp_path) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        server = start("serve", str(site), "--open")
    wait_for(lambda: any("no program xdg-open" in line for line in server.lines), "the warning")
    assert curl(server.url + "/").status == 200


class Backend(BaseHTTPRequestHandler):
    """A server of another make."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("X-Host", self.headers["Host"])
        self.send_header("X-For", self.headers["X-Forwarded-For"])
        self.end_headers()
        for part in (body[:5], body[5:]):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *arguments) -> None:
        pass


def test_a_backend_of_another_make(start: Start, site: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Backend) as backend:
        threading.Thread(target=backend.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{backend.server_port}"
        server = start("serve", str(site), "--proxy", f"/api={origin}")
        data = bytes(range(256)) * 4096
        answer = curl(server.url + "/api/x", "--data-binary", "@-", data=data)
        assert answer.body == data
        assert answer.headers["x-host"] == f"127.0.0.1:{backend.server_port}"
        assert answer.headers["x-for"] == "127.0.0.1"
        assert answer.connects == 1
        backend.shutdown()

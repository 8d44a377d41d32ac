# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""The command line of our client: what people and scripts see of it."""

import json
import os
import pty
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from conftest import Start
from support.eio import Eio
from support.programs import Program
from support.waiting import wait_for


def run(programs: Path, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [programs / "eio", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=20,
        env={**os.environ, **environment},
    )


def test_messages_apart_from_everything_else(programs: Path, calm_echo: Program) -> None:
    done = run(programs, calm_echo.url, "--send", "hello", "--count", "2", stdin="typed\n")
    assert done.returncode == 0
    assert done.stdout == "< hello\n< typed\n"
    notes = done.stderr.splitlines()
    assert notes[0] == f"* connecting to {calm_echo.url}/engine.io/ (polling, then websocket)"
    assert notes[1].startswith("* connected by polling in ")
    assert "> hello" in notes and "> typed" in notes
    assert notes[-1].startswith("* disconnected after ") and notes[-1].endswith("2 received: client close")


def test_bare_messages(programs: Path, calm_echo: Program) -> None:
    done = run(programs, calm_echo.url, "-q", "--count", "1", "-t", "websocket", stdin="hello\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "hello\n", "")


@pytest.mark.parametrize(("encoding", "text"), [("hex", "00 ff 10"), ("base64", "AP8Q")])
def test_binary_lines(programs: Path, calm_echo: Program, encoding: str, text: str) -> None:
    done = run(programs, calm_echo.url, "-q", "--binary", encoding, "--count", "1", stdin=text + "\n")
    assert (done.returncode, done.stdout) == (0, text + "\n")


def test_the_end_of_the_input_can_be_the_end(programs: Path, calm_echo: Program) -> None:
    done = run(programs, calm_echo.url, "--close-at-eof", "--json", stdin="one\ntwo\n")
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[-1])["sent"] == 2


def test_too_few_messages(programs: Path, calm_echo: Program) -> None:
    done = run(programs, calm_echo.url, "--count", "2", "--exit-after", "500ms", "--send", "one")
    assert done.returncode == 4


def test_a_message_that_cannot_be_sent(programs: Path, calm_echo: Program) -> None:
    done = run(programs, calm_echo.url, "--json-input", "--close-at-eof", stdin='{"txet":"oops"}\n')
    assert done.returncode == 4
    assert "! not sent: " in done.stderr


def test_nobody_listens(programs: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        done = run(programs, f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("! not connected: handshake (polling): no connection: ")


def test_nobody_answers(programs: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        done = run(programs, f"http://127.0.0.1:{silent.getsockname()[1]}", "--timeout", "300ms")
    assert done.returncode == 1
    assert "no answer in time" in done.stderr


def test_it_is_no_engineio(programs: Path, calm_echo: Program) -> None:
    done = run(programs, calm_echo.url, "--path", "/", "-t", "polling")
    assert done.returncode == 2
    assert "protocol version 4" in done.stderr
    done = run(programs, calm_echo.url, "--path", "/nowhere")
    assert done.returncode == 2
    assert "--path" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [(), (":1", "--count", "0"), (":1", "--no-such-option"), (":1", "--cacert", "/nowhere"), ("ftp://localhost",)],
)
def test_a_wrong_command_line(programs: Path, arguments: tuple[str, ...]) -> None:
    done = run(programs, *arguments)
    assert done.returncode == 64
    assert done.stdout == ""
    assert done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_disconnect(programs: Path, calm_echo: Program, number: int, code: int) -> None:
    client = Eio(programs, calm_echo.url)
    client.wait_for("upgraded")
    client.process.send_signal(number)
    assert client.end() == code
    assert client.find("disconnected", reason="client close")
    client.kill()


def test_a_signal_while_it_connects(programs: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = Eio(programs, f"http://127.0.0.1:{silent.getsockname()[1]}")
        silent.accept()
        client.process.send_signal(signal.SIGINT)
        assert client.end() == 130
    client.kill()


def test_nobody_reads_any_more(programs: Path, calm_echo: Program) -> None:
    client = Eio(programs, calm_echo.url)
    client.send("hello")
    client.wait_for("received")
    reader, writer = os.pipe()
    with subprocess.Popen(
        [programs / "eio", calm_echo.url, "-q"], stdin=subprocess.PIPE, stdout=writer, text=True
    ) as deaf:
        os.close(writer)
        os.close(reader)
        deaf.stdin.write("hello\n")
        deaf.stdin.flush()
        assert deaf.wait(10) == 0
    client.kill()


def test_it_connects_again(programs: Path, start: Start) -> None:
    program = start("EchoServer", "--ping-interval", "5s")
    client = Eio(programs, program.url, "--reconnect", "--send", "hello")
    client.wait_for("received", text="hello")
    first = client.find("connected")["sid"]
    program.stop()
    client.wait_for("retrying", attempt=1)
    start("EchoServer", port=program.port)
    wait_for(lambda: client.messages == ["hello", "hello"], "the greeting again", within=20)
    assert len({event["sid"] for event in client.events if event["event"] == "connected"} - {first}) == 1
    client.close()
    assert client.end() == 0
    client.kill()


def test_it_gives_up(programs: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = run(programs, url, "--json", "--reconnect", "--max-attempts", "1")
    assert done.returncode == 1
    names = [json.loads(line)["event"] for line in done.stdout.splitlines()]
    assert names == ["connecting", "failed", "retrying", "failed"]


def test_a_terminal(programs: Path, calm_echo: Program) -> None:
    """Colours, no second copy of what is typed, and Ctrl-D."""

    def talk(**environment: str) -> str:
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [programs / "eio", calm_echo.url, "-t", "websocket"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", **environment},
        ) as process:
            os.close(theirs)
            shown = b""

            def until(text: bytes) -> None:
                nonlocal shown
                while text not in shown:
                    shown += os.read(ours, 1000)

            until(b"connected")
            os.write(ours, b"hello\n")
            until(b"< hello")
            os.write(ours, b"\x04")
            until(b"client close")
            assert process.wait(10) == 0
            os.close(ours)
        return shown.decode()

    coloured = talk(NO_COLOR="")
    assert "\x1b[32m< hello\x1b[0m" in coloured
    assert "> hello" not in coloured
    assert "\x1b" not in talk(NO_COLOR="1")

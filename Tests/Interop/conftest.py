# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""What the tests share: the servers, and where their programs and files are."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engineio.payload import Payload

from support.programs import REPOSITORY, Program

PAGES = REPOSITORY / "Examples" / "ChatApp" / "public"

#: The intervals that the protocol's own tests want.
BRISK = ("--ping-interval", "300ms", "--ping-timeout", "200ms")
#: As many pings, but forgiving to a peer that a busy machine has delayed.
CALM = ("--ping-interval", "300ms", "--ping-timeout", "5s")

Start = Callable[..., Program]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--programs", type=Path, required=True, help="the folder of the built programs")


@pytest.fixture(scope="session")
def programs(request: pytest.FixtureRequest) -> Path:
    return request.config.getoption("--programs")


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to serve, with something beside it that must never be served."""
    outside = tmp_path_factory.mktemp("files")
    (outside / "secret.txt").write_text("not for you")
    folder = outside / "public"
    (folder / "nested").mkdir(parents=True)
    (folder / "hello.txt").write_text("Hello from a file.\n")
    (folder / "nested" / "page.html").write_text("<!doctype html><title>Nested</title>")
    (folder / "blank.html").write_text("<!doctype html><title>Blank</title>")
    (folder / "large.bin").write_bytes(bytes(range(256)) * 8192)  # 2 MiB
    for script in PAGES.glob("engineio*.js"):
        shutil.copy(script, folder)
    (folder / "link-out.txt").symlink_to(outside / "secret.txt")
    return folder


@pytest.fixture(scope="session")
def launch(programs: Path) -> Iterator[Start]:
    """Starts programs that are stopped when all tests are done, with exit code 0."""
    yield from launcher(programs)


@pytest.fixture
def start(programs: Path) -> Iterator[Start]:
    """Starts programs that are stopped when the test is done, with exit code 0."""
    yield from launcher(programs)


def launcher(programs: Path) -> Iterator[Start]:
    running: list[Program] = []

    def launch(name: str, *arguments: str, port: int = 0) -> Program:
        program = Program(programs / name, "--port", str(port), *arguments)
        running.append(program)
        return program

    yield launch
    for program in running:
        program.stop()


@pytest.fixture(autouse=True, scope="session")
def patient_python_clients() -> None:
    """python-engineio drops payloads of more than 16 packets unless it is told not to."""
    Payload.max_decode_packets = 10_000


@pytest.fixture(scope="session")
def echo(launch: Start, files: Path) -> Program:
    return launch("EchoServer", "--loops", "2", "--files", str(files), *BRISK)


@pytest.fixture(scope="session")
def deflating_echo(launch: Start) -> Program:
    """A server whose WebSockets take context over and compress everything."""
    return launch("EchoServer", "--loops", "2", "--deflate")


@pytest.fixture(scope="session")
def chat_server(launch: Start) -> Program:
    """A server with the defaults, where its origin is concerned too."""
    return launch("ChatApp")


@pytest.fixture(scope="session")
def calm_echo(launch: Start, files: Path) -> Program:
    return launch("EchoServer", "--loops", "2", "--files", str(files), *CALM)

# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Static files as curl and slow peers see them."""

import gzip
import os
import socket
from pathlib import Path

import pytest
from conftest import Start
from support.curl import curl
from support.programs import Program
from support.waiting import wait_for

TEXT = b"".join(b"line %d\n" % number for number in range(100_000))
DOWNLOADS = 100


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outside = tmp_path_factory.mktemp("static")
    (outside / "secret.txt").write_text("not for you")
    folder = outside / "public"
    folder.mkdir()
    (folder / "text.txt").write_bytes(TEXT)
    (folder / "text.txt.gz").write_bytes(gzip.compress(TEXT))
    (folder / "small.txt").write_bytes(TEXT[:1000])
    (folder / "large.bin").write_bytes(bytes(range(256)) * (64 << 10))  # 16 MiB
    for name in os.listdir(folder):
        os.utime(folder / name, (1_000_000_000, 1_000_000_000))
    return folder


@pytest.fixture(scope="module")
def server(launch: Start, folder: Path) -> Program:
    return launch("EchoServer", "--loops", "2", "--files", str(folder))


def test_curl_unpacks_what_it_asked_for_compressed(server: Program) -> None:
    answer = curl(f"{server.url}/files/text.txt", "--compressed")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.body == TEXT
    plain = curl(f"{server.url}/files/text.txt")
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "accept-encoding"
    assert plain.body == TEXT
    assert plain.headers["etag"] != answer.headers["etag"]


def test_curl_resumes_a_download(server: Program, tmp_path: Path) -> None:
    whole = curl(f"{server.url}/files/text.txt")
    tail = curl(f"{server.url}/files/text.txt", "--range", "500000-", "-H", f"If-Range: {whole.headers['etag']}")
    assert (tail.status, tail.body) == (206, TEXT[500_000:])
    changed = curl(f"{server.url}/files/text.txt", "--range", "500000-", "-H", 'If-Range: "other"')
    assert (changed.status, changed.body) == (200, TEXT)


@pytest.mark.parametrize("name", ["small.txt", "text.txt"])
def test_several_ranges_are_parts(server: Program, name: str) -> None:
    answer = curl(f"{server.url}/files/{name}", "--range", "0-9,100-199,-10")
    assert answer.status == 206
    boundary = answer.headers["content-type"].split("boundary=")[1]
    parts = answer.body.split(b"--" + boundary.encode())[1:-1]
    content = TEXT[:1000] if name == "small.txt" else TEXT
    bodies = [part.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n") for part in parts]
    assert bodies == [content[:10], content[100:200], content[-10:]]


def test_a_copy_is_asked_for_once(server: Program, tmp_path: Path) -> None:
    tag = str(tmp_path / "tag")
    for status in (200, 304):
        assert curl(f"{server.url}/files/small.txt", "--etag-save", tag, "--etag-compare", tag).status == status
    assert curl(f"{server.url}/files/small.txt", "--time-cond", "Sun, 09 Sep 2001 01:46:40 GMT").status == 304
    assert curl(f"{server.url}/files/small.txt", "--time-cond", "Sun, 09 Sep 2001 01:46:39 GMT").status == 200


@pytest.mark.parametrize(
    "path",
    ["/files/../secret.txt", "/files/%2e%2e/secret.txt", "/files/..%2fsecret.txt", "/files//etc/passwd", "/files.txt"],
)
def test_nothing_outside_is_served(server: Program, path: str) -> None:
    answer = curl(server.url + path)
    assert (answer.status, answer.body) == (404, b"Not Found")


def test_downloads_at_once_share_a_descriptor(server: Program, folder: Path) -> None:
    def open_files() -> list[str]:
        links = Path(f"/proc/{server.process.pid}/fd")
        targets = [os.readlink(link) for link in links.iterdir() if link.is_symlink()]
        return [target for target in targets if target.startswith(str(folder))]

    peers = []
    for _ in range(DOWNLOADS):
        peer = socket.socket()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.settimeout(10)
        peer.connect(server.address)
        peer.sendall(b"GET /files/large.bin HTTP/1.1\r\nHost: test\r\n\r\n")
        peers.append(peer)
    for peer in peers:
        assert peer.recv(1) == b"H"
    assert open_files() == [str(folder / "large.bin")]
    for peer in peers:
        peer.close()
    wait_for(lambda: open_files() == [], "no file is open")


def test_a_file_that_is_cut_while_it_is_sent_ends_the_connection(server: Program, folder: Path) -> None:
    size = 16 << 20
    (folder / "cut.bin").write_bytes(bytes(size))
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.settimeout(10)
    peer.connect(server.address)
    peer.sendall(b"GET /files/cut.bin HTTP/1.1\r\nHost: test\r\n\r\n")
    head = peer.recv(4096)
    assert b"content-length: %d\r\n" % size in head
    os.truncate(folder / "cut.bin", size // 2)
    received = len(head)
    while part := receive(peer):
        received += len(part)
    assert received < size
    peer.close()


def receive(peer: socket.socket) -> bytes:
    try:
        return peer.recv(1 << 20)
    except ConnectionResetError:
        return b""

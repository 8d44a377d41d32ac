# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""HTTP/1.1 as curl and bare sockets see it."""

import re
import socket

import pytest

from support.curl import curl
from support.programs import Program
from support.wire import exchange, receive, request

HELLO = b"Hello, World!"


def test_get_and_head_agree(echo: Program) -> None:
    get = curl(f"{echo.url}/")
    assert (get.status, get.body) == (200, HELLO)
    assert get.headers["content-type"].startswith("text/plain")
    assert get.headers["content-length"] == "13"
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", get.headers["date"])
    head = curl(f"{echo.url}/", "--head")
    assert (head.status, head.body.count(HELLO)) == (200, 0)
    for name in ("content-type", "content-length"):
        assert head.headers[name] == get.headers[name]


def test_options_names_the_methods(echo: Program) -> None:
    answer = curl(f"{echo.url}/", "-X", "OPTIONS")
    assert (answer.status, answer.body) == (204, b"")
    assert {"GET", "HEAD", "OPTIONS", "POST"} <= set(re.split(r",\s*", answer.headers["allow"]))


def test_other_methods_on_the_root_are_not_allowed(echo: Program) -> None:
    answer = curl(f"{echo.url}/", "-X", "DELETE")
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]


def test_unknown_path(echo: Program) -> None:
    assert curl(f"{echo.url}/nothing/here").status == 404


@pytest.mark.parametrize("size", [0, 1, 65_536, 500_000])
def test_post_is_echoed(echo: Program, size: int) -> None:
    body = bytes(index * 7 % 256 for index in range(size))
    answer = curl(f"{echo.url}/", "--data-binary", "@-", data=body)
    assert (answer.status, answer.body) == (200, body)
    assert answer.headers["content-length"] == str(size)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_any_method_is_echoed_elsewhere(echo: Program, method: str) -> None:
    answer = curl(f"{echo.url}/some/where", "-X", method, "--data-binary", "body")
    assert (answer.status, answer.body) == (200, b"body")


def test_chunked_request(echo: Program) -> None:
    body = b"0123456789" * 20_000
    answer = curl(f"{echo.url}/", "-H", "Transfer-Encoding: chunked", "--data-binary", "@-", data=body)
    assert (answer.status, answer.body) == (200, body)


def test_expect_continue(echo: Program) -> None:
    answer = curl(f"{echo.url}/", "-H", "Expect: 100-continue", "--data-binary", "body")
    assert (answer.interim, answer.status, answer.body) == ([100], 200, b"body")


def test_a_connection_is_kept(echo: Program) -> None:
    assert curl(f"{echo.url}/", times=3).connects == 1
    assert curl(f"{echo.url}/", "-H", "Connection: close", times=3).connects == 3


def test_request_headers(echo: Program) -> None:
    answer = curl(f"{echo.url}/echo", "-H", "X-Test: a  b", "-H", "X-Test: c")
    lines = answer.text.lower().splitlines()
    assert "x-test: a  b" in lines
    assert "x-test: c" in lines
    assert f"host: 127.0.0.1:{echo.port}" in lines


def test_cookies(echo: Program) -> None:
    answer = curl(f"{echo.url}/cookie", "-H", "Cookie: a=1; b=two; c=x=y")
    assert answer.text.splitlines() == ["a=1", "b=two", "c=x=y"]


def test_pipelined_requests_are_answered_in_order(echo: Program) -> None:
    posts = b"".join(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n%02d" % number for number in range(20))
    answer = exchange(echo, posts + b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    bodies = re.findall(rb"\r\n\r\n(\d\d|Hello, World!)", answer)
    assert bodies == [b"%02d" % number for number in range(20)] + [HELLO]


def test_a_request_in_single_bytes(echo: Program) -> None:
    with socket.create_connection(echo.address, timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc":
            connection.sendall(bytes([byte]))
        answer = b"".join(iter(lambda: receive(connection), b""))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\nabc")


def test_http_1_0_closes(echo: Program) -> None:
    answer = exchange(echo, b"GET / HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(HELLO)


def test_a_peer_that_has_nothing_more_to_say_is_still_answered(echo: Program) -> None:
    answer = exchange(echo, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", half_close=True)
    assert answer.endswith(HELLO)


def test_it_gets_a_long_answer_whole(echo: Program) -> None:
    head = b"GET /files/large.bin HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(echo.address, timeout=10) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.sendall(head)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: receive(connection), b""))
    assert answer.endswith(b"\r\n\r\n" + bytes(range(256)) * 8192)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64) + b"\r\n\r\n",  # TLS, to the wrong port
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nBroken Header: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"GET / HTTP/1.1\r\n\r\n",  # no Host
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
    ],
    ids=["tls", "short", "name", "negative", "huge", "smuggle", "chunk", "host", "value", "target", "count"],
)
def test_garbage_is_refused_and_the_connection_closed(echo: Program, garbage: bytes) -> None:
    answer = exchange(echo, garbage)
    # A peer that is still sending when it is refused may lose the answer to a reset.
    assert re.match(rb"HTTP/1.1 4\d\d ", answer) or (answer == b"" and len(garbage) > 65536)
    assert curl(f"{echo.url}/").body == HELLO


def test_peers_that_vanish_do_no_harm(echo: Program) -> None:
    for _ in range(20):
        request(echo, "POST", "/", None, **{"Content-Length": "1000"}).abort()
        request(echo, "GET", "/files/large.bin").abort()
    assert curl(f"{echo.url}/").body == HELLO


# Files


def test_a_file(echo: Program) -> None:
    answer = curl(f"{echo.url}/files/hello.txt")
    assert (answer.status, answer.text) == (200, "Hello from a file.\n")
    assert answer.headers["content-type"].startswith("text/plain")
    assert curl(f"{echo.url}/files/nested/page.html").headers["content-type"].startswith("text/html")
    assert "javascript" in curl(f"{echo.url}/files/engineio.js").headers["content-type"]
    head = curl(f"{echo.url}/files/hello.txt", "--head")
    assert (head.status, head.headers["content-length"]) == (200, "19")


def test_a_large_file_arrives_whole(echo: Program) -> None:
    assert curl(f"{echo.url}/files/large.bin").body == bytes(range(256)) * 8192


def test_a_reader_that_takes_a_break_gets_all_and_holds_up_nobody(echo: Program) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(echo.address)
        connection.settimeout(10)
        connection.sendall(b"GET /files/large.bin HTTP/1.0\r\n\r\n")
        for _ in range(10):
            assert curl(f"{echo.url}/").body == HELLO
        answer = b"".join(iter(lambda: receive(connection), b""))
    assert answer.split(b"\r\n\r\n", 1)[1] == bytes(range(256)) * 8192


def test_no_file(echo: Program) -> None:
    assert curl(f"{echo.url}/files/none.txt").status == 404
    assert curl(f"{echo.url}/files/hello.txt/below").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/files/../secret.txt",
        "/files/nested/../../secret.txt",
        "/files/%2e%2e/secret.txt",
        "/files/..%2fsecret.txt",
        "/files/%2e%2e%2fsecret.txt",
        "/files/..%5csecret.txt",
        "/files//../secret.txt",
        "/files/./../secret.txt",
        "/files/hello.txt%00.html",
        "/files/link-out.txt",
    ],
)
def test_nothing_outside_the_folder_is_served(echo: Program, path: str) -> None:
    answer = curl(echo.url + path)
    assert answer.status in (400, 403, 404)
    assert b"not for you" not in answer.body


# Who claims which path


def test_engine_io_with_and_without_its_slash(echo: Program) -> None:
    for path in ("/engine.io", "/engine.io/"):
        assert curl(f"{echo.url}{path}?EIO=4&transport=polling").body.startswith(b'0{"sid":')
    assert curl(f"{echo.url}/engine.iox?EIO=4&transport=polling").status == 404


def test_a_websocket_path_asked_for_plainly(echo: Program) -> None:
    assert curl(f"{echo.url}/ws").status == 426

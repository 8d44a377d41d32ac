# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""What an Engine.IO server can be told to do, as curl and other peers see it."""

import asyncio
import gzip
import zlib

import aiohttp
import pytest

from conftest import Start
from support.curl import curl
from support.programs import Program
from support.wire import Session, request, upgrade

ENGINE = "/engine.io/"
LONG = "a long message, " * 1000


@pytest.fixture(scope="module")
def cookie_echo(launch: Start) -> Program:
    return launch("EchoServer", "--loops", "2", "--cookie", "io", "--deflate")


# Cookies


def test_a_cookie_comes_with_the_handshake(cookie_echo: Program) -> None:
    session = Session(cookie_echo)
    assert session.opened.headers["Set-Cookie"] == f"io={session.sid}; Path=/; HttpOnly; SameSite=Lax"
    assert session.post("4a").headers["Set-Cookie"] is None
    assert session.get().headers["Set-Cookie"] is None


def test_a_cookie_comes_with_the_upgrade(cookie_echo: Program) -> None:
    connection = upgrade(cookie_echo, f"{ENGINE}?EIO=4&transport=websocket")
    sid = connection.recv().split('"')[3]
    assert connection.getheaders()["set-cookie"] == f"io={sid}; Path=/; HttpOnly; SameSite=Lax"
    connection.close()


def test_no_cookie_unless_told(echo: Program) -> None:
    assert Session(echo).opened.headers["Set-Cookie"] is None


# Compression


def test_curl_understands_compressed_answers(cookie_echo: Program) -> None:
    for coding in ("gzip", "deflate"):
        session = Session(cookie_echo)
        assert session.post("4" + LONG).body == "ok"
        answer = curl(cookie_echo.url + session.target(), "--compressed", "--header", f"Accept-Encoding: {coding}")
        assert answer.headers["content-encoding"] == coding
        assert answer.headers["vary"] == "accept-encoding"
        assert int(answer.headers["content-length"]) < len(LONG) / 10
        assert answer.text == "4" + LONG


@pytest.mark.parametrize(
    ("accepting", "coding"),
    [("gzip", "gzip"), ("deflate", "deflate"), ("gzip;q=0.1, deflate", "deflate"), ("gzip;q=0", None), ("br", None)],
)
def test_codings_by_weight(cookie_echo: Program, accepting: str, coding: str | None) -> None:
    session = Session(cookie_echo)
    assert session.post("4" + LONG).body == "ok"
    pending = request(cookie_echo, "GET", session.target(), **{"Accept-Encoding": accepting})
    response = pending.connection.getresponse()
    assert response.headers["Content-Encoding"] == coding
    decode = {"gzip": gzip.decompress, "deflate": zlib.decompress, None: bytes}[coding]
    assert decode(response.read()).decode() == "4" + LONG


def test_short_answers_are_not_compressed(cookie_echo: Program) -> None:
    opened = request(cookie_echo, "GET", f"{ENGINE}?EIO=4&transport=polling", **{"Accept-Encoding": "gzip"}).reply()
    assert opened.headers["Content-Encoding"] is None
    assert opened.headers["Vary"] is None


@pytest.mark.parametrize("bits", [0, 15])
def test_websockets_are_compressed_where_the_client_offers_it(cookie_echo: Program, bits: int) -> None:
    async def talk() -> None:
        async with aiohttp.ClientSession() as client:
            url = f"{cookie_echo.url}{ENGINE}?EIO=4&transport=websocket"
            async with client.ws_connect(url, compress=bits) as connection:
                assert connection.compress == bits
                assert (await connection.receive_str(timeout=10))[0] == "0"
                for message in ("4", "4a", "4" + LONG, "4" + LONG):
                    await connection.send_str(message)
                    assert await connection.receive_str(timeout=10) == message
                await connection.send_bytes(LONG.encode())
                assert await connection.receive_bytes(timeout=10) == LONG.encode()

    asyncio.run(talk())


def test_websockets_are_not_compressed_unless_told(echo: Program) -> None:
    async def talk() -> None:
        async with aiohttp.ClientSession() as client:
            url = f"{echo.url}{ENGINE}?EIO=4&transport=websocket"
            async with client.ws_connect(url, compress=15) as connection:
                assert connection.compress == 0

    asyncio.run(talk())

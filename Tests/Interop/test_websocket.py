# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""WebSocket at `/ws`, as websocket-client, aiohttp and bare frames see it."""

import asyncio
import os
import socket

import aiohttp
import pytest
import websocket

from support.programs import Program
from support.wire import abandon, closed, upgrade
from support.curl import curl

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 300_000])
def test_messages_come_back_as_they_went(echo: Program, size: int) -> None:
    connection = upgrade(echo, "/ws")
    binary = os.urandom(size)
    connection.send_binary(binary)
    assert connection.recv_data() == (BINARY, binary)
    text = ("ä€🙂x" * size)[:size]
    connection.send(text)
    assert connection.recv_data() == (TEXT, text.encode())
    connection.close()


def test_many_messages_keep_their_order(echo: Program) -> None:
    connection = upgrade(echo, "/ws")
    for number in range(1000):
        connection.send(str(number))
    assert [connection.recv() for _ in range(1000)] == [str(number) for number in range(1000)]
    connection.close()


def test_fragments_are_one_message(echo: Program) -> None:
    connection = upgrade(echo, "/ws")
    first, last = "smörgås".encode()[:3], "smörgås".encode()[3:]  # apart within a character
    connection.send_frame(websocket.ABNF(0, opcode=TEXT, data=first))
    connection.ping("between")
    connection.send_frame(websocket.ABNF(1, opcode=0, data=last))
    assert connection.recv_data_frame(control_frame=True)[1].data == b"between"
    assert connection.recv() == "smörgås"
    connection.close()


@pytest.mark.parametrize("bits", [0, 9, 12, 15])
def test_messages_are_compressed_where_the_client_offers_it(deflating_echo: Program, bits: int) -> None:
    async def talk() -> None:
        async with aiohttp.ClientSession() as client:
            async with client.ws_connect(f"{deflating_echo.url}/ws", compress=bits) as connection:
                # Of another number it makes the server's window; its own stays as it is.
                assert connection.compress == (15 if bits else 0)
                for message in ("", "a", "ä€🙂" * 10_000, "ä€🙂" * 10_000, "end"):
                    await connection.send_str(message)
                    assert await connection.receive_str(timeout=10) == message
                noise = os.urandom(100_000)
                await connection.send_bytes(noise + noise)
                assert await connection.receive_bytes(timeout=10) == noise + noise

    asyncio.run(talk())


def test_no_compression_unless_turned_on(echo: Program) -> None:
    async def talk() -> None:
        async with aiohttp.ClientSession() as client:
            async with client.ws_connect(f"{echo.url}/ws", compress=15) as connection:
                assert connection.compress == 0
                await connection.send_str("plain")
                assert await connection.receive_str(timeout=10) == "plain"

    asyncio.run(talk())


def test_a_ping_is_answered(echo: Program) -> None:
    connection = upgrade(echo, "/ws")
    connection.ping("you there?")
    opcode, frame = connection.recv_data_frame(control_frame=True)
    assert (opcode, frame.data) == (PONG, b"you there?")
    connection.close()


def test_a_close_is_answered(echo: Program) -> None:
    connection = upgrade(echo, "/ws")
    connection.send_close(1000, b"bye")
    opcode, data = connection.recv_data()
    assert (opcode, data[:2]) == (CLOSE, (1000).to_bytes(2, "big"))


@pytest.mark.parametrize(
    ("code", "frame"),
    [
        (1002, b"\x81\x02hi"),  # not masked
        (1002, b"\xc1\x80\0\0\0\0"),  # a reserved bit
        (1002, b"\x83\x80\0\0\0\0"),  # a reserved opcode
        (1002, b"\x80\x80\0\0\0\0"),  # a continuation of nothing
        (1002, b"\x09\x80\0\0\0\0"),  # a ping in fragments
        (1007, b"\x81\x82\0\0\0\0\xc3\x28"),  # not UTF-8
        (1009, b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"),  # 2^63 - 1 bytes to come
    ],
    ids=["unmasked", "reserved bit", "opcode", "continuation", "control", "utf-8", "large"],
)
def test_broken_frames_close_the_connection(echo: Program, code: int, frame: bytes) -> None:
    connection = upgrade(echo, "/ws")
    connection.sock.sendall(frame)
    opcode, data = connection.recv_data()
    assert (opcode, int.from_bytes(data[:2], "big")) == (CLOSE, code)


def test_a_peer_that_vanishes_does_no_harm(echo: Program) -> None:
    for _ in range(20):
        connection = upgrade(echo, "/ws")
        connection.send("before it")
        abandon(connection.sock)
    assert curl(f"{echo.url}/").status == 200


def test_the_first_message_may_come_with_the_handshake(echo: Program) -> None:
    handshake = (
        b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    with socket.create_connection(echo.address, timeout=10) as connection:
        connection.sendall(handshake + b"\x81\x82\0\0\0\0hi")
        answer = b""
        while not answer.endswith(b"\x81\x02hi"):
            more = connection.recv(4096)
            assert more, answer
            answer += more
    assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer  # RFC 6455, section 1.3


def test_a_close_without_a_code(echo: Program) -> None:
    connection = upgrade(echo, "/ws")
    connection.sock.sendall(b"\x88\x80\0\0\0\0")
    assert closed(connection)

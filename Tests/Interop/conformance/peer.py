# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""The WebSocket client that the cases of the suite drive, with the names that they know it by."""

import asyncio
import base64
import hashlib
import os
import struct
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA

#: Seconds for what a server does at once, on a machine with other things to do.
PATIENCE = 15.0
#: How much longer than the suite would to wait for a server that ought to have acted.
LENIENCE = 10

#: Codes below 3000 that may be in a close frame (RFC 6455 section 7.4, IANA's registry).
CLOSE_CODES = {*range(1000, 1004), *range(1007, 1015)}


class Protocol:
    """Constants that the cases use."""

    STATE_CLOSED, STATE_CONNECTING, STATE_CLOSING, STATE_OPEN = range(4)
    CLOSE_STATUS_CODE_NORMAL = 1000
    CLOSE_STATUS_CODE_GOING_AWAY = 1001
    CLOSE_STATUS_CODE_PROTOCOL_ERROR = 1002
    CLOSE_STATUS_CODE_INVALID_PAYLOAD = 1007


@dataclass
class Offer:
    """An offer of permessage-deflate (RFC 7692 section 7)."""

    acceptNoContextTakeover: bool = True
    acceptMaxWindowBits: bool = True
    requestNoContextTakeover: bool = False
    requestMaxWindowBits: int = 0

    def __str__(self) -> str:
        parameters = ["permessage-deflate"]
        if self.acceptNoContextTakeover:
            parameters.append("client_no_context_takeover")
        if self.acceptMaxWindowBits:
            parameters.append("client_max_window_bits")
        if self.requestNoContextTakeover:
            parameters.append("server_no_context_takeover")
        if self.requestMaxWindowBits:
            parameters.append(f"server_max_window_bits={self.requestMaxWindowBits}")
        return "; ".join(parameters)


class Deflate:
    """permessage-deflate as a server has accepted it."""

    def __init__(self, answer: str, offers: list[Offer]) -> None:
        name, *parameters = (part.strip() for part in answer.split(";"))
        self._parameters = dict((part + "=").split("=")[:2] for part in parameters)
        assert name == "permessage-deflate" and offers, f"an extension nobody offered: {answer}"
        assert any(map(self._satisfies, offers)), f"the answer to no offer: {answer}"
        self._compressor = self._decompressor = None

    def _satisfies(self, offer: Offer) -> bool:
        known = {"server_no_context_takeover", "client_no_context_takeover"}
        known |= {"server_max_window_bits", "client_max_window_bits"}
        return (
            known.issuperset(self._parameters)
            and (offer.acceptMaxWindowBits or "client_max_window_bits" not in self._parameters)
            and (not offer.requestNoContextTakeover or "server_no_context_takeover" in self._parameters)
            and self._bits("server") <= (offer.requestMaxWindowBits or 15)
        )

    def _bits(self, side: str) -> int:
        return int(self._parameters.get(f"{side}_max_window_bits", 15))

    def compress(self, data: bytes) -> bytes:
        if self._compressor is None or "client_no_context_takeover" in self._parameters:
            self._compressor = zlib.compressobj(wbits=-self._bits("client"))
        return (self._compressor.compress(data) + self._compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]

    def decompress(self, data: bytes) -> bytes:
        if self._decompressor is None or "server_no_context_takeover" in self._parameters:
            self._decompressor = zlib.decompressobj(wbits=-self._bits("server"))
        return self._decompressor.decompress(data + b"\0\0\xff\xff")


class Peer(Protocol):
    """One connection of one case."""

    # What the cases ask about, or set.

    factory = SimpleNamespace(isServer=False)
    createWirelog = False
    autoFragmentSize = 0
    perMessageCompressionOffers: list[Offer] = []
    perMessageCompressionAccept = None
    _perMessageCompress: Deflate | None = None

    connectionWasOpen = closedByMe = failedByMe = droppedByMe = wasClean = False
    localCloseCode: int | None = None
    localCloseReason: str | None = None
    remoteCloseCode: int | None = None
    remoteCloseReason: str | None = None

    def __init__(self, make: type, messages: int | None = None) -> None:
        self.state = self.STATE_CONNECTING
        self.txFrameStats: dict[int, int] = {}
        self.rxFrameStats: dict[int, int] = {}
        self.trafficStats: dict[str, int] = {}
        self._timers: list[asyncio.TimerHandle] = []
        #: Bytes to write, each with whether it is to arrive on its own.
        self._output: deque[tuple[bytes, bool]] = deque()
        self._has_output = asyncio.Event()
        #: Sections 12 and 13 take bytes, the others strings of bytes.
        self._takes_bytes = make.__name__.startswith(("Case12_", "Case13_"))
        self.case = make(self)
        if messages is not None and hasattr(self.case, "COUNT"):
            self.case.COUNT = min(self.case.COUNT, messages)

    async def run(self, host: str, port: int) -> None:
        """Connects, lets the case do what it does, and returns when the connection is gone."""
        self._reader, self._writer = await asyncio.open_connection(host, port, limit=1 << 26)
        try:
            await asyncio.wait_for(self._shake_hands(host, port), PATIENCE)
            self.state, self.connectionWasOpen = self.STATE_OPEN, True
            sending = asyncio.create_task(self._send())
            self.case.onOpen()
            try:
                await self._receive()
            finally:
                sending.cancel()
                await asyncio.wait([sending])
        except (OSError, asyncio.IncompleteReadError):
            pass  # the case sees it, and knows whether it is right
        finally:
            self.state = self.STATE_CLOSED
            for timer in self._timers:
                timer.cancel()
            self._writer.transport.abort()
        self.case.onConnectionLost(self.failedByMe)

    # Time

    def continueLater(self, delay: float, action: Callable[[], None], tag: object = None) -> None:
        self._later(delay, action)

    def closeAfter(self, delay: float) -> None:
        self._later(delay, self.sendClose)

    def killAfter(self, delay: float) -> None:
        self._later(delay * LENIENCE, self._fail)

    def _later(self, delay: float, action: Callable[[], None]) -> asyncio.TimerHandle:
        def act() -> None:
            if self.state != self.STATE_CLOSED:
                action()

        timer = asyncio.get_running_loop().call_later(delay, act)
        self._timers.append(timer)
        return timer

    # Sending

    def sendMessage(
        self, payload: str | bytes, isBinary: bool = False, fragmentSize: int | None = None
    ) -> None:
        if self.state != self.STATE_OPEN:
            return
        data, rsv, opcode = _bytes(payload), 0, BINARY if isBinary else TEXT
        if self._perMessageCompress:
            data, rsv = self._perMessageCompress.compress(data), 4
        size = fragmentSize or self.autoFragmentSize or max(len(data), 1)
        for start in range(0, max(len(data), 1), size):
            self.sendFrame(opcode, data[start : start + size], fin=start + size >= len(data), rsv=rsv)
            opcode, rsv = CONTINUATION, 0

    def sendFrame(
        self,
        opcode: int,
        payload: str | bytes = b"",
        fin: bool = True,
        rsv: int = 0,
        payload_len: int | None = None,
        chopsize: int | None = None,
        sync: bool = False,
    ) -> None:
        data = _bytes(payload)
        if payload_len is not None:
            data = (data * (payload_len // len(data) + 1))[:payload_len]
        key = os.urandom(4)
        self.txFrameStats[opcode] = self.txFrameStats.get(opcode, 0) + 1
        frame = _header(opcode, fin, rsv, len(data)) + key + _masked(data, key)
        if chopsize is None:
            self._write(frame, sync)
        else:
            for start in range(0, len(frame), chopsize):
                self._write(frame[start : start + chopsize], alone=True)

    def beginMessage(self, opcode: int = TEXT) -> None:
        self._next_opcode = opcode

    def beginMessageFrame(self, length: int) -> None:
        self._key = os.urandom(4)
        self._write(_header(self._next_opcode, False, 0, length) + self._key)
        self._next_opcode = CONTINUATION

    def sendMessageFrameData(self, payload: str | bytes, sync: bool = False) -> None:
        data = _bytes(payload)
        self._write(_masked(data, self._key), sync)
        turn = len(data) % 4
        self._key = self._key[turn:] + self._key[:turn]

    def endMessage(self) -> None:
        self.sendFrame(CONTINUATION)

    def sendClose(self, code: int | None = None, reason: str | None = None) -> None:
        self.sendCloseFrame(code, reason)

    def sendCloseFrame(
        self, code: int | None = None, reasonUtf8: str | None = None, isReply: bool = False
    ) -> None:
        if self.state != self.STATE_OPEN:
            return
        body = b"" if code is None else struct.pack("!H", code)
        self.sendFrame(CLOSE, body + _bytes(reasonUtf8 or ""))
        self.state, self.closedByMe = self.STATE_CLOSING, not isReply
        self.localCloseCode, self.localCloseReason = code, reasonUtf8
        if self.closedByMe:
            self._closing = self._later(PATIENCE, self._drop)

    def enableWirelog(self, enable: bool) -> None:
        pass

    def _write(self, data: bytes, alone: bool = False) -> None:
        self._output.append((data, alone))
        self._has_output.set()

    async def _send(self) -> None:
        while True:
            await self._has_output.wait()
            self._has_output.clear()
            while self._output:
                data, alone = self._output.popleft()
                self._writer.write(data)
                await self._writer.drain()
                if alone:
                    await asyncio.sleep(0)

    # Receiving

    async def _shake_hands(self, host: str, port: int) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = ["GET /ws HTTP/1.1", f"Host: {host}:{port}", "Upgrade: websocket", "Connection: Upgrade"]
        lines += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        if self.perMessageCompressionOffers:
            lines.append(f"Sec-WebSocket-Extensions: {', '.join(map(str, self.perMessageCompressionOffers))}")
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())

        status, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        fields = dict(line.lower().split(": ", 1)[:1] + line.split(": ", 1)[1:] for line in lines if line)
        digest = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
        assert status.startswith("HTTP/1.1 101 "), status
        assert fields["sec-websocket-accept"] == base64.b64encode(digest).decode()
        if answer := fields.get("sec-websocket-extensions"):
            self._perMessageCompress = Deflate(answer, self.perMessageCompressionOffers)

    async def _receive(self) -> None:
        read = self._reader.readexactly
        parts: list[bytes] = []
        kind, compressed = None, False
        while self.state in (self.STATE_OPEN, self.STATE_CLOSING):
            first, length = await read(2)
            opcode, fin, rsv, masked = first & 15, first & 0x80, first >> 4 & 7, length & 0x80
            length &= 0x7F
            if length > 125:
                length = int.from_bytes(await read(2 if length == 126 else 8), "big")
            payload = await read(length)
            self.rxFrameStats[opcode] = self.rxFrameStats.get(opcode, 0) + 1

            if masked or opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
                self._fail(self.CLOSE_STATUS_CODE_PROTOCOL_ERROR)
            elif opcode >= CLOSE and (not fin or rsv or length > 125):
                self._fail(self.CLOSE_STATUS_CODE_PROTOCOL_ERROR)
            elif opcode == CLOSE:
                self._closed(payload)
            elif opcode in (PING, PONG):
                (self.case.onPing if opcode == PING else self.case.onPong)(self._for_case(payload))
            elif (opcode == CONTINUATION) != (kind is not None):
                self._fail(self.CLOSE_STATUS_CODE_PROTOCOL_ERROR)
            elif rsv and (rsv != 4 or not self._perMessageCompress or opcode == CONTINUATION):
                self._fail(self.CLOSE_STATUS_CODE_PROTOCOL_ERROR)
            else:
                if kind is None:
                    kind, compressed, parts = opcode, rsv == 4, []
                parts.append(payload)
                if fin:
                    self._deliver(kind, compressed, b"".join(parts))
                    kind = None

    def _deliver(self, kind: int, compressed: bool, data: bytes) -> None:
        if compressed:
            data = self._perMessageCompress.decompress(data)
        if kind == TEXT:
            try:
                data.decode()
            except UnicodeDecodeError:
                return self._fail(self.CLOSE_STATUS_CODE_INVALID_PAYLOAD)
        if not self.failedByMe:
            self.case.onMessage(self._for_case(data), kind == BINARY)

    def _for_case(self, payload: bytes) -> str | bytes:
        return payload if self._takes_bytes else payload.decode("latin-1")

    # Ending

    def _closed(self, payload: bytes) -> None:
        code = int.from_bytes(payload[:2], "big") if payload else None
        self.remoteCloseCode, self.remoteCloseReason = code, payload[2:].decode("latin-1")
        if len(payload) == 1 or (code is not None and code not in CLOSE_CODES and not 3000 <= code < 5000):
            return self._fail(self.CLOSE_STATUS_CODE_PROTOCOL_ERROR)
        self.wasClean = True
        if self.state == self.STATE_CLOSING:
            if self.closedByMe:
                self._closing.cancel()
            self._later(PATIENCE, self._drop)
        else:
            self.sendCloseFrame(self.CLOSE_STATUS_CODE_NORMAL, isReply=True)
        self.case.onClose(True, code, self.remoteCloseReason)

    def _fail(self, code: int = Protocol.CLOSE_STATUS_CODE_GOING_AWAY) -> None:
        self.failedByMe = True
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code, "")
        else:
            self._abort()

    def _drop(self) -> None:
        """The server has not answered a close frame, or not closed the connection behind its own."""
        self.wasClean = False
        self._abort()

    def _abort(self) -> None:
        if self.state != self.STATE_CLOSED:
            self.droppedByMe, self.state = True, self.STATE_CLOSED
            self._writer.transport.abort()


def _bytes(payload: str | bytes) -> bytes:
    return payload.encode("latin-1") if isinstance(payload, str) else payload


def _header(opcode: int, fin: bool, rsv: int, length: int) -> bytes:
    first = (0x80 if fin else 0) | (rsv & 7) << 4 | opcode & 15
    if length < 126:
        return bytes([first, 0x80 | length])
    if length < 1 << 16:
        return struct.pack("!BBH", first, 0x80 | 126, length)
    return struct.pack("!BBQ", first, 0x80 | 127, length)


def _masked(data: bytes, key: bytes) -> bytes:
    repeated = (key * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data, "little") ^ int.from_bytes(repeated, "little")).to_bytes(len(data), "little")

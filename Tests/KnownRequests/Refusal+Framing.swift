// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension Refusal {
  static let framing: [Class] = [
    .init(
      400, "Both Transfer-Encoding and Content-Length are present.",
      [
        .fields("Content-Length: 5\r\nTransfer-Encoding: chunked"),
        .fields("Transfer-Encoding: chunked\r\nContent-Length: 0"),
        .fields("Transfer-Encoding: chunked\r\nContent-Length: 5\r\nConnection: close"),
      ]),
    .init(
      400, "There is more than one Content-Length field.",
      [
        .fields("Content-Length: 5\r\nContent-Length: 6"),
        .fields("Content-Length: 5\r\nContent-Length: 5"),
        .fields("Content-Length: 5\r\ncontent-length: 5"),
        .fields("Content-Length: 5\r\nContent-Length:"),
        .fields("Content-Length: 0\r\nContent-Length: 0"),
        .fields("Content-Length: 5\r\nX: y\r\nCONTENT-LENGTH: 0"),
      ]),
    .init(
      400, "The Content-Length is not a decimal number.",
      [
        .fields("Content-Length: 5, 5"),
        .fields("Content-Length: 5, 6"),
        .fields("Content-Length: 5,"),
        .fields("Content-Length:"),
        .fields("Content-Length: "),
        .fields("Content-Length: +5"),
        .fields("Content-Length: -5"),
        .fields("Content-Length: -0"),
        .fields("Content-Length: 05"),
        .fields("Content-Length: 00"),
        .fields("Content-Length: 0x5"),
        .fields("Content-Length: 5_0"),
        .fields("Content-Length: 5 0"),
        .fields("Content-Length: 5.0"),
        .fields("Content-Length: 5e1"),
        .fields("Content-Length: \u{A0}5"),
        .fields("Content-Length: \u{D9}\u{A3}"),
        .fields("Content-Length: five"),
        .fields("Content-Length: 0, 0"),
        .fields("Content-Length: 5,5"),
        .fields("Content-Length: 5;"),
        .fields("Content-Length: \"5\""),
        .fields("Content-Length: 1e1"),
        .fields("Content-Length: 0b1"),
        .fields("Content-Length: 1 1"),
        .fields("Transfer-Encoding: chunked\r\nContent-Length:"),
        .fields("Content-Length: x\r\nTransfer-Encoding: chunked"),
      ]),
    .init(
      400, "The Content-Length is too large a number.",
      [
        .fields("Content-Length: 9223372036854775808"),
        .fields("Content-Length: 18446744073709551616"),
        .fields("Content-Length: 18446744073709551621"),
        .fields("Content-Length: 99999999999999999999999999999999"),
        .fields("Content-Length: 18446744073709551615"),
      ]),
    .init(
      400, "White space stands between a field name and its colon.",
      [
        .fields("Content-Length : 5"),
        .fields("Transfer-Encoding : chunked"),
        .fields("Content-Length\t: 5"),
      ]),
    .init(
      400, "The Transfer-Encoding is malformed.",
      [
        .fields("Transfer-Encoding:"),
        .fields("Transfer-Encoding: ,"),
        .fields("Transfer-Encoding: ,chunked"),
        .fields("Transfer-Encoding: chunked;q=1"),
        .fields("Transfer-Encoding: \"chunked\""),
        .fields("Transfer-Encoding: chunk ed"),
        .fields("Transfer-Encoding: \u{A0}chunked"),
        .fields("Transfer-Encoding:\r\n chunked"),
        .fields("Transfer-Encoding: chunked chunked"),
        .fields("Transfer-Encoding: chunked/"),
        .fields("Transfer-Encoding: chunked\u{FF}"),
        .fields("Transfer-Encoding: \u{85}chunked"),
        .fields("Transfer-Encoding: [chunked]"),
        .fields("Transfer-Encoding: gzip;q=1, chunked"),
        .fields("Transfer-Encoding: gzip,, chunked"),
      ]),
    .init(
      400, "The coding chunked is not the last one.",
      [
        .fields("Transfer-Encoding: chunked,"),
        .fields("Transfer-Encoding: chunked, chunked"),
        .fields("Transfer-Encoding: chunked, identity"),
        .fields("Transfer-Encoding: chunked, gzip"),
        .fields("Transfer-Encoding: chunked, ,"),
        .fields("Transfer-Encoding: identity, chunked, identity"),
      ]),
    .init(
      400, "There is more than one Transfer-Encoding field.",
      [
        .fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
        .fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
        .fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\nContent-Length: 5"),
        .fields("Transfer-Encoding: chunked\r\nTransfer-Encoding:"),
      ]),
    .init(
      501, "The transfer coding is not implemented.",
      [
        .fields("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked"),
        .fields("Transfer-Encoding: xchunked"),
        .fields("Transfer-Encoding: chunked-x"),
        .fields("Transfer-Encoding: identity"),
        .fields("Transfer-Encoding: gzip"),
        .fields("Transfer-Encoding: gzip, chunked"),
        .fields("Transfer-Encoding: chunked1"),
        .fields("Transfer-Encoding: 'chunked'"),
        .fields("Transfer-Encoding: gzip, deflate"),
        .fields("Content-Length: 5\r\nTransfer-Encoding: gzip"),
        .fields("Transfer-Encoding: identity", "POST / HTTP/1.0"),
      ]),
    .init(
      400, "A field value contains a control byte.",
      [
        .fields("Transfer-Encoding: chunked\u{B}"),
        .fields("Transfer-Encoding: \u{C}chunked"),
        .fields("Transfer-Encoding: chunked\u{0}"),
        .fields("Content-Length: 5\u{B}"),
        .fields("Content-Length: \u{C}5"),
        .fields("Content-Length: 5\u{0}"),
        .fields("Transfer-Encoding: chunked\u{7F}"),
        .fields("Transfer-Encoding: ch\u{0}unked"),
      ]),
    .init(
      400, "A field line has no colon.",
      [
        .fields("Transfer-Encoding\r\n: chunked")
      ]),
    .init(
      400, "HTTP/1.0 has no Transfer-Encoding.",
      [
        .fields("Transfer-Encoding: chunked", "POST / HTTP/1.0"),
        .fields("Transfer-Encoding: chunked\r\nContent-Length: 5", "POST / HTTP/1.0"),
      ]),
    .init(
      400, "A WebSocket handshake has a body.",
      [
        .fields("Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 5"),
        .fields("Connection: upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked"),
      ]),
    .init(
      400, "A field line is folded.",
      [
        .fields("Content-Length: 1\r\n 0"),
        .fields("Transfer-Encoding: chunked\r\n , identity"),
      ]),
    .init(
      400, "A field name contains an invalid byte.",
      [
        .fields("Content-Length\u{0}: 5"),
        .fields("Content-Length\u{A0}: 5"),
        .fields("Transfer-Encoding\u{B}: chunked"),
        .fields("\u{0}Transfer-Encoding: chunked"),
      ]),
  ]
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension Refusal {
  static let chunks: [Class] = [
    .init(
      400, "The chunk size is not a hexadecimal number.",
      [
        .chunked("\r\n"),
        .chunked(" 5\r\nhello\r\n0\r\n\r\n"),
        .chunked("5 \r\nhello\r\n0\r\n\r\n"),
        .chunked("5\t\r\nhello\r\n0\r\n\r\n"),
        .chunked("0x5\r\nhello\r\n0\r\n\r\n"),
        .chunked("+5\r\nhello\r\n0\r\n\r\n"),
        .chunked("-5\r\nhello\r\n0\r\n\r\n"),
        .chunked("0_2e\r\n"),
        .chunked("5_0\r\n"),
        .chunked("g\r\n"),
        .chunked("5g\r\n"),
        .chunked(";a\r\n"),
        .chunked("5\nhello\r\n0\r\n\r\n"),
        .chunked("5\r\nhello\r\n\r\n0\r\n\r\n"),
        .chunked("5 ;a\r\nhello\r\n"),
        .chunked("0\n\r\n"),
        .chunked("\n5\r\nhello\r\n"),
        .chunked("\u{0}5\r\nhello\r\n"),
        .chunked("5\u{0}\r\nhello\r\n"),
        .chunked("5\u{A0}\r\nhello\r\n"),
        .chunked("5\u{B}\r\nhello\r\n"),
        .chunked("\"5\"\r\nhello\r\n"),
        .chunked("5,\r\nhello\r\n"),
        .chunked("5.0\r\nhello\r\n"),
        .chunked("0X5\r\nhello\r\n"),
        .chunked("0\u{0}\r\n\r\n"),
      ]),
    .init(
      400, "The chunk size is too large a number.",
      [
        .chunked("8000000000000000\r\n"),
        .chunked("ffffffffffffffff\r\n"),
      ]),
    .init(
      400, "The chunk size has too many digits.",
      [
        .chunked("10000000000000005\r\n"),
        .chunked("00000000000000005\r\n"),
        .chunked("00000000000000000\r\n\r\n"),
        .chunked("fffffffffffffffff\r\n"),
      ]),
    .init(
      400, "The chunk sizes add up to too large a number.",
      [
        .chunked("1\r\na\r\n7fffffffffffffff\r\n")
      ]),
    .init(
      400, "A carriage return is not followed by a line feed.",
      [
        .chunked("5\rhello"),
        .chunked("5;a\rb\r\nhello\r\n"),
        .chunked("0\r\n\rX"),
        .chunked("5\r\r\nhello\r\n"),
        .chunked("0\r\nX: a\rb\r\n\r\n"),
        .chunked("0\r\n\r\r"),
      ]),
    .init(
      400, "The chunk data is not followed by CRLF.",
      [
        .chunked("5\r\nhello0\r\n\r\n"),
        .chunked("5\r\nhello world\r\n0\r\n\r\n"),
        .chunked("5\r\nhello\n0\r\n\r\n"),
        .chunked("5\r\nhello\r0\r\n\r\n"),
        .chunked("5\r\nhello\n\r\n0\r\n\r\n"),
        .chunked("5\r\nhell\r\n0\r\n\r\n"),
        .chunked("5\r\nhello  \r\n0\r\n\r\n"),
        .chunked("5\r\nhello\r\r\n"),
      ]),
    .init(
      400, "A chunk extension is malformed.",
      [
        .chunked("5;\r\nhello\r\n"),
        .chunked("5;;a\r\nhello\r\n"),
        .chunked("5;=a\r\nhello\r\n"),
        .chunked("5;a=\r\nhello\r\n"),
        .chunked("5;a=b=c\r\nhello\r\n"),
        .chunked("5; a\r\nhello\r\n"),
        .chunked("5;a =b\r\nhello\r\n"),
        .chunked("5;a= b\r\nhello\r\n"),
        .chunked("5;a=\"b\"c\r\nhello\r\n"),
        .chunked("5;a\nb\r\nhello\r\n"),
        .chunked("5;a\u{0}\r\nhello\r\n"),
        .chunked("5;a=\u{0}\r\nhello\r\n"),
        .chunked("5;\n\r\nhello\r\n"),
        .chunked("5;a=\u{80}\r\nhello\r\n"),
        .chunked("5;\u{80}\r\nhello\r\n"),
        .chunked("5;a=\"b\"=\r\nhello\r\n"),
        .chunked("5;a;\r\nhello\r\n"),
        .chunked("0;\r\n\r\n"),
      ]),
    .init(
      400, "A chunk extension contains a control byte.",
      [
        .chunked("5;a=\"b\r\nhello\"\r\n"),
        .chunked("5;a=\"b\\\r\n\"\r\n"),
        .chunked("5;a=\"\u{0}\"\r\nhello\r\n"),
        .chunked("5;a=\"\n\"\r\nhello\r\n"),
        .chunked("5;a=\"\r\r\n\""),
      ]),
    .init(
      400, "White space stands between a field name and its colon.",
      [
        .chunked("0\r\nX : y\r\n\r\n"),
        .chunked("0\r\nX\t: y\r\n\r\n"),
        .chunked("0\r\nGET / HTTP/1.1\r\n\r\n"),
      ]),
    .init(
      400, "A field line is folded.",
      [
        .chunked("0\r\n X: y\r\n\r\n"),
        .chunked("0\r\nX: y\r\n z\r\n\r\n"),
      ]),
    .init(
      400, "A field line has no colon.",
      [
        .chunked("0\r\nX\r\n\r\n")
      ]),
    .init(
      400, "A field name is empty.",
      [
        .chunked("0\r\n: y\r\n\r\n")
      ]),
    .init(
      400, "A field value contains a control byte.",
      [
        .chunked("0\r\nX: y\u{0}\r\n\r\n"),
        .chunked("0\r\nX: \u{1}\r\n\r\n"),
      ]),
    .init(
      400, "A line ends with a bare line feed.",
      [
        .chunked("0\r\nX: y\n\r\n"),
        .chunked("0\r\n\n"),
        .chunked("0\r\nX: y\r\n\n"),
      ]),
    .init(
      400, "A trailer field is about framing.",
      [
        .chunked("0\r\nContent-Length: 5\r\n\r\n"),
        .chunked("0\r\nX: y\r\ntransfer-encoding: chunked\r\n\r\n"),
        .chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        .chunked("0\r\ncontent-length: 0\r\n\r\n"),
      ]),
    .init(
      400, "A field name contains an invalid byte.",
      [
        .chunked("0\r\nX\u{0}: y\r\n\r\n"),
        .chunked("0\r\n\u{A0}X: y\r\n\r\n"),
      ]),
  ]
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension Refusal {
  static let fields: [Class] = [
    .init(
      400, "White space stands between a field name and its colon.",
      [
        .fields("X : y"),
        .fields("X\t: y"),
        .fields("X y"),
        .fields("X y: z"),
        .fields("X\ty: z"),
      ]),
    .init(
      400, "A field line is folded.",
      [
        .fields(" X: y"),
        .fields("\tX: y"),
        .fields("X: y\r\n folded"),
        .fields("X: y\r\n\tfolded"),
        .fields("X: y\r\n "),
        .fields("X: a\r\n b: c"),
      ]),
    .init(
      400, "A field line has no colon.",
      [
        .fields("X"),
        .fields("X\r: y"),
        .fields("X\n: y"),
      ]),
    .init(
      400, "A field name is empty.",
      [
        .fields(": y"),
        .fields(":"),
      ]),
    .init(
      400, "A field name contains an invalid byte.",
      [
        .fields("X[]: y"),
        .fields("X(y): z"),
        .fields("X\u{0}: y"),
        .fields("X\u{7F}: y"),
        .fields("\u{E9}: y"),
        .fields("X\"y: z"),
        .fields("X,y: z"),
        .fields("X/y: z"),
        .fields("X;y: z"),
        .fields("X<y: z"),
        .fields("X=y: z"),
        .fields("X?y: z"),
        .fields("X@y: z"),
        .fields("X\\y: z"),
        .fields("X{y: z"),
        .fields("X\u{80}: z"),
        .fields("\u{A0}X: z"),
        .fields("X\u{A0}: z"),
        .fields("X\u{0}y: z"),
        .fields("X\u{1}: z"),
        .fields("X: a\r\n\u{B}b"),
      ]),
    .init(
      400, "A field value contains a control byte.",
      [
        .fields("X: a\u{0}b"),
        .fields("X: a\u{1}b"),
        .fields("X: a\u{7}b"),
        .fields("X: a\u{8}b"),
        .fields("X: a\u{B}b"),
        .fields("X: a\u{C}b"),
        .fields("X: a\u{1B}b"),
        .fields("X: a\u{1F}b"),
        .fields("X: a\u{7F}b"),
        .fields("X: 0123456789abcdef0123456789abcdef\u{7F}"),
        .fields("X: \u{0}"),
        .fields("X: a\u{0}"),
        .fields("X: \u{1}"),
        .fields("X: a\u{2}b"),
        .fields("X: a\u{E}b"),
        .fields("X: \u{7F}"),
        .fields("Connection: close\u{0}"),
      ]),
    .init(
      400, "A carriage return is not followed by a line feed.",
      [
        .fields("X: a\rb"),
        .fields("X: a\r\rb"),
        .fields("X:\r y"),
        "GET / HTTP/1.1\r\nHost: a\r\n\r\r",
        .fields("X: a\r"),
        .fields("X: \r"),
        .fields("X: a\r b"),
        .fields("X: a\r\n\r b"),
        .fields("X: a\r\r\nY: b"),
        .fields("\rX: a"),
      ]),
    .init(
      400, "A line ends with a bare line feed.",
      [
        .fields("X: a\nY: b"),
        .fields("X: a\n\r"),
        .fields("\nX: a"),
        "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        .fields("X: a\n b"),
        .fields("X: a\r\n\nY: b"),
      ]),
    .init(
      417, "The expectation is not supported.",
      [
        .fields("Expect: 200-ok"),
        .fields("Expect:"),
        .fields("Expect: 100-continue, x"),
        .fields("Expect: 100-continue\r\nExpect: x"),
        .fields("Expect: 100-continu"),
        .fields("Expect: 100-continue;q=1"),
      ]),
    .init(
      400, "A field that has a single value is repeated.",
      [
        .fields("Content-Type: a/b\r\nContent-Type: a/b"),
        .fields("Content-Type: a/b\r\nX: y\r\ncontent-type: c/d"),
        .fields("Authorization: Basic YTpi\r\nAuthorization: Basic YTpi"),
        .fields("Authorization: Basic YTpi\r\nAUTHORIZATION:"),
      ]),
  ]
}

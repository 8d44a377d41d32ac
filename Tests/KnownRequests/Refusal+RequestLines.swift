// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension Refusal {
  static let requestLines: [Class] = [
    .init(
      400, "The request line has no HTTP version.",
      [
        .line("GET /"),
        "GET /\r\n",
      ]),
    .init(
      400, "The HTTP version is malformed.",
      [
        .line("GET / "),
        .line("GET /  HTTP/1.1"),
        .line("GET / HTTP/1.1 "),
        .line("GET / HTTP/1.1\t"),
        .line("GET /a b HTTP/1.1"),
        .line("GET / http/1.1"),
        .line("GET / HTTP"),
        .line("GET / HTTP/"),
        .line("GET / HTTP/1"),
        .line("GET / HTTP/1.1.1"),
        .line("GET / HTTP/11"),
        .line("GET / HTTP/1.10"),
        .line("GET / HTTP/01.1"),
        .line("GET / HTTP/1,1"),
        .line("GET / HTTP /1.1"),
        .line("GET / HTTPS/1.1"),
        .line("GET / HTTP/a.b"),
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\rHost: a\r\r",
        "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n",
        "GET / HTTP/\r\r1.1\r\nHost: a\r\n\r\n",
        .line("GET / HTTP/1.1\u{0}"),
        .line("GET / HTTP/+1.1"),
        .line("GET / HTTP/1.\u{FF}"),
        .line("GET / HTTP/-1.1"),
        .line("GET / HTTP/2"),
        .line("GET / HTTP\\1.1"),
        .line("GET / 1.1"),
        "GET / \r\n\r\n",
        "GET / HTTP/1.1\r\u{0}Host: a\r\n\r\n",
      ]),
    .init(
      400, "The method contains an invalid byte.",
      [
        .line("GET"),
        .line("GET\t/ HTTP/1.1"),
        .line(" GET / HTTP/1.1"),
        .line("G@T / HTTP/1.1"),
        .line("GE\u{0}T / HTTP/1.1"),
        .line("G\u{E9}T / HTTP/1.1"),
        .line("\u{16}\u{3}\u{1}\u{2}"),
        .line("/ HTTP/1.1"),
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        .line("\tGET / HTTP/1.1"),
        .line("GET\u{B}/ HTTP/1.1"),
        .line("GET\u{0} / HTTP/1.1"),
        .line("\u{0}GET / HTTP/1.1"),
        .line(":"),
        .line("HTTP/1.1 200 OK"),
        .line("GET: / HTTP/1.1"),
        .line("\u{80}GET / HTTP/1.1"),
        .line("\u{FF}\u{FE}GET / HTTP/1.1"),
        .line("\u{EF}\u{BB}\u{BF}GET / HTTP/1.1"),
        .line("{\"a\":1}"),
        "\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      ]),
    .init(
      400, "The request target is empty.",
      [
        .line("GET  / HTTP/1.1")
      ]),
    .init(
      400, "The request target contains a control byte or white space.",
      [
        .line("GET /\tHTTP/1.1"),
        .line("GET /\u{C}HTTP/1.1"),
      ]),
    .init(
      400, "HTTP/0.9 is not spoken here.",
      [
        .line("GET / HTTP/0.9"),
        .line("GET / HTTP/0.0"),
      ]),
    .init(
      505, "Only HTTP/1.0 and HTTP/1.1 are spoken here.",
      [
        .line("GET / HTTP/1.2"),
        .line("GET / HTTP/1.9"),
        .line("GET / HTTP/2.0"),
        .line("GET / HTTP/3.0"),
        .line("GET / HTTP/9.9"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        .line("GET / HTTP/1.3"),
        .line("GET / HTTP/2.1"),
      ]),
    .init(
      400, "Too many empty lines stand before the request.",
      [
        "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
      ]),
    .init(
      400, "A carriage return is not followed by a line feed.",
      [
        "\r\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"
      ]),
    .init(
      501, "The method is longer than any known method.",
      [
        Wire(String(repeating: "A", count: 33)),
        .line("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1"),
      ]),
    .init(
      400, "The request target contains a byte outside ASCII.",
      [
        .line("GET /\u{A0}HTTP/1.1")
      ]),
  ]
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

private func repeated(_ text: String, _ count: Int) -> String {
  String(repeating: text, count: count)
}

extension Refusal {
  static let tooLarge: [Class] = [
    .init(
      413, "The request body is larger than the limit.",
      [
        .fields("Content-Length: 67108865"),
        .fields("Content-Length: 67108865\r\nExpect: 100-continue", "POST / HTTP/1.1"),
        .fields("Content-Length: 9223372036854775807"),
        .chunked("4000001\r\n"),
        .chunked("7fffffffffffffff\r\n"),
        .chunked("1\r\na\r\n4000000\r\n"),
      ]),
    .init(
      414, "The request target is longer than the limit.",
      [
        .line("GET /\(repeated("a", 16384)) HTTP/1.1"),
        .line("GET /?\(repeated("a", 16383)) HTTP/1.1"),
        .line("GET http://\(repeated("a", 16384)) HTTP/1.1"),
        Wire("GET /\(repeated("a", 16384))"),
        Wire("GET /\(repeated("a", 60000))"),
      ]),
    .init(
      431, "The request line and header fields are larger than the limit.",
      [
        .fields("X: \(repeated("a", 32768))"),
        .fields("\(repeated("a", 32768)): X"),
        .fields(repeated("X: \(repeated("a", 1000))\r\n", 33) + "X: y"),
        Wire("GET / HTTP/1.1\r\nHost: a\r\nX: \(repeated("a", 60000))"),
        Wire("GET / HTTP/1.1\r\nHost: a\r\nX:\(repeated(" ", 60000))"),
      ]),
    .init(
      431, "The message has too many fields.",
      [
        .fields(repeated("X: y\r\n", 99) + "X: y"),
        .chunked("0\r\n" + repeated("X: y\r\n", 101)),
      ]),
    .init(
      431, "The trailer fields are larger than the limit.",
      [
        .chunked("0\r\nX: \(repeated("a", 8192))"),
        .chunked("0\r\n" + repeated("X: \(repeated("a", 1000))\r\n", 9)),
      ]),
    .init(
      400, "The chunk extensions are larger than the limit.",
      [
        .chunked("1;\(repeated("a", 4096))"),
        .chunked("1;a=\"\(repeated("a", 4096))"),
        .chunked("1\(repeated(";a", 2049))"),
        .chunked(repeated("1;\(repeated("a", 99))\r\nx\r\n", 41)),
      ]),
    .init(
      400, "The chunk size has too many digits.",
      [.chunked(repeated("0", 1000))]),
    .init(
      400, "The chunks are too small for their framing.",
      [
        .chunked(repeated("1\r\nx\r\n", 16385)),
        .chunked(repeated("0000000000000001\r\nx\r\n", 3500)),
      ]),
    .init(
      501, "The method is longer than any known method.",
      [Wire(repeated("A", 33)), Wire(repeated("A", 60000))]),
  ]

  static let notImplemented: [Class] = [
    .init(
      501, "CONNECT is not implemented.",
      [
        .host("Host: a:80", "CONNECT a:80 HTTP/1.1"),
        .host("Host: [::1]:443", "CONNECT [::1]:443 HTTP/1.1"),
        .host("Host: a:80\r\nContent-Length: 5", "CONNECT a:80 HTTP/1.1"),
        .host("Host: a:80\r\nTransfer-Encoding: chunked", "CONNECT a:80 HTTP/1.1"),
        .host("Connection: keep-alive", "CONNECT a:80 HTTP/1.0"),
      ])
  ]
}

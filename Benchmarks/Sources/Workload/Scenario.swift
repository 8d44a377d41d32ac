// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// What the client of a workload says.
struct Scenario: Sendable {
  /// What comes before the first round.
  var prepare: @Sendable (Client) -> Void = { _ in }
  let message: [UInt8]

  static let all: [String: Scenario] = [
    "get": Scenario(message: get),
    "get-pipelined-16": Scenario(message: Array(repeatElement(get, count: 16).joined())),
    "get-browser": Scenario(message: browserGet),
    "post-1k": Scenario(message: post),
    "websocket-echo-20": webSocket(payload: 20),
    "websocket-echo-16k": webSocket(payload: 16 << 10),
    "engineio-echo-20": engineIO(payload: 20),
  ]

  private static let get = Array("GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n".utf8)

  private static let browserGet = Array(
    """
    GET / HTTP/1.1\r
    Host: localhost:8080\r
    Connection: keep-alive\r
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140\r
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r
    Accept-Encoding: gzip, deflate, br, zstd\r
    Accept-Language: en-GB,en;q=0.9\r
    Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r
    \r

    """.utf8)

  private static let post =
    Array(
      "POST /items HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\n".utf8)
    + Array("Content-Length: 1024\r\n\r\n".utf8) + Array(repeating: UInt8(ascii: "x"), count: 1024)

  private static func webSocket(payload: Int) -> Scenario {
    Scenario(prepare: { $0.upgrade("/ws") }, message: frame(payload: payload, prefix: []))
  }

  private static func engineIO(payload: Int) -> Scenario {
    Scenario(
      prepare: { $0.upgrade("/engine.io/?EIO=4&transport=websocket") },
      message: frame(payload: payload, prefix: [UInt8(ascii: "4")]))
  }

  /// A masked text frame (RFC 6455 section 5.2) of `prefix` and `payload` times the letter x.
  private static func frame(payload: Int, prefix: [UInt8]) -> [UInt8] {
    let text = prefix + Array(repeating: UInt8(ascii: "x"), count: payload)
    let mask: [UInt8] = [0x12, 0x34, 0x56, 0x78]
    let length: [UInt8] =
      text.count < 126
      ? [UInt8(text.count)] : [126, UInt8(text.count >> 8), UInt8(text.count & 255)]
    return [0x81, length[0] | 0x80] + length.dropFirst() + mask
      + text.enumerated().map { $0.element ^ mask[$0.offset % 4] }
  }
}

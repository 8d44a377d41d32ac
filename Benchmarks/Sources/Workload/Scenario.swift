// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// What the client of a workload says.
struct Scenario: Sendable {
  /// Prepares a client, and returns what is to be counted: one exchange of it.
  let begin: @Sendable (Client) -> () -> Void

  static let all: [String: Scenario] = [
    "get": same(get),
    "get-pipelined-16": same(Array(repeatElement(get, count: 16).joined())),
    "get-browser": same(browserGet),
    "post-1k": same(post),
    "websocket-echo-20": webSocket(payload: 20),
    "websocket-echo-16k": webSocket(payload: 16 << 10),
    "engineio-echo-20": engineIO(payload: 20),
    "engineio-poll-echo-20": polling(payload: 20),
    "engineio-open-close": sessions,
  ]

  /// The same message again and again, with an answer of always the same length.
  private static func same(
    _ message: [UInt8], after prepare: @escaping @Sendable (Client) -> Void = { _ in }
  ) -> Scenario {
    Scenario { client in
      prepare(client)
      let length = client.answer(to: message).count
      return { client.exchange(message, length) }
    }
  }

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
    same(frame(payload: payload, prefix: []), after: { $0.upgrade("/ws") })
  }

  private static func engineIO(payload: Int) -> Scenario {
    same(
      frame(payload: payload, prefix: [UInt8(ascii: "4")]),
      after: { $0.upgrade("/engine.io/?EIO=4&transport=websocket") })
  }

  /// A message by POST and its echo by GET.
  private static func polling(payload: Int) -> Scenario {
    Scenario { client in
      let target = enginePath + "&sid=" + id(in: client.answer(to: handshake))
      let packet = "4" + String(repeating: "x", count: payload)
      let posting = request("POST", target, packet)
      let fetching = request("GET", target)
      let posted = client.answer(to: posting).count
      let fetched = client.answer(to: fetching).count
      return {
        client.exchange(posting, posted)
        client.exchange(fetching, fetched)
      }
    }
  }

  /// A handshake and a close packet by POST.
  private static let sessions = Scenario { client in
    let length = client.answer(to: handshake).count
    func close(_ answer: [UInt8]) -> [UInt8] {
      request("POST", enginePath + "&sid=" + id(in: answer), "1")
    }
    let closed = client.answer(to: close(client.answer(to: handshake))).count
    return { client.exchange(close(client.exchange(handshake, length)), closed) }
  }

  private static let enginePath = "/engine.io/?EIO=4&transport=polling"
  private static let handshake = request("GET", enginePath)

  private static func request(_ method: String, _ target: String, _ body: String? = nil) -> [UInt8]
  {
    let length = body.map { "Content-Length: \($0.utf8.count)\r\n" } ?? ""
    return Array(
      "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\(length)\r\n\(body ?? "")".utf8)
  }

  /// The session's id in the answer to a handshake: the twenty bytes behind `"sid":"`.
  private static func id(in answer: [UInt8]) -> String {
    let quote = UInt8(ascii: "\"")
    guard let start = answer.firstIndex(of: UInt8(ascii: "{")) else { return "" }
    let value = answer[(start + 8)...]
    return String(decoding: value.prefix { $0 != quote }, as: UTF8.self)
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

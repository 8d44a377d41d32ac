// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPTypes
import NIOCore

/// Reads the answer to an upgrade request: a head, and a body if the request was refused.
struct UpgradeResponse {
  private var received = ByteBuffer()
  private(set) var response: TestResponse?
  private(set) var isComplete = false

  /// Takes bytes of the answer.
  ///
  /// - Returns: the bytes behind it, once the answer is a switch to WebSocket.
  mutating func receive(_ bytes: ByteBuffer) -> ByteBuffer? {
    received.writeImmutableBuffer(bytes)
    if response == nil { readHead() }
    guard let response else { return nil }
    if response.status == .switchingProtocols {
      isComplete = true
      defer { received.clear() }
      return received
    }
    let length = response.headerFields[.contentLength].flatMap { Int($0) } ?? .max
    if received.readableBytes >= length { end() }
    return nil
  }

  /// The connection ended, and with it the answer.
  mutating func end() {
    response?.body = received
    isComplete = true
  }

  private mutating func readHead() {
    let text = String(buffer: received)
    guard let end = text.firstRange(of: "\r\n\r\n") else { return }
    received.moveReaderIndex(forwardBy: text[..<end.upperBound].utf8.count)
    let lines = text[..<end.lowerBound].split(separator: "\r\n")
    let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    var fields = HTTPFields()
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":"), let name = HTTPField.Name(String(line[..<colon]))
      else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      fields.append(HTTPField(name: name, value: String(value)))
    }
    response = TestResponse(
      status: .init(code: status ?? 0), headerFields: fields, body: ByteBuffer(),
      trailerFields: [:], informational: [])
  }
}

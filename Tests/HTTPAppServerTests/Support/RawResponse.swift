// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

/// A response as it was on the wire.
struct RawResponse {
  var status: Int
  /// The status line and the fields, without the date.
  var head: String
  var body: ByteBuffer
  /// What follows the last chunk, without the empty line.
  var trailers = ""

  var text: String { String(buffer: body) }

  subscript(_ name: String) -> String? {
    for line in head.split(separator: "\r\n").dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].lowercased() == name {
        return String(parts[1].drop { $0 == " " })
      }
    }
    return nil
  }
}

extension RawClient {
  struct Malformed: Error {
    let text: String
  }

  /// Takes one head.
  func receiveHead() async throws -> RawResponse {
    let head = try await receive(through: "\r\n\r\n")
    let parts = head.split(separator: " ", maxSplits: 2)
    guard parts.count == 3, parts[0] == "HTTP/1.1", let status = Int(parts[1]) else {
      throw Malformed(text: head)
    }
    return RawResponse(status: status, head: withoutDate(head), body: ByteBuffer())
  }

  /// Takes one response whose framing tells where it ends.
  func receiveResponse(hasBody: Bool = true) async throws -> RawResponse {
    var response = try await receiveHead()
    guard hasBody, response.status >= 200 else { return response }
    if let length = response["content-length"].flatMap({ Int($0) }) {
      response.body = try await receive(length)
    } else if response["transfer-encoding"] == "chunked" {
      while true {
        let line = try await receive(through: "\r\n")
        guard let size = Int(line.dropLast(), radix: 16) else { throw Malformed(text: line) }
        if size == 0 { break }
        var part = try await receive(size)
        response.body.writeBuffer(&part)
        guard try await receive(through: "\r\n") == "\r\n" else {
          throw Malformed(text: "chunk end")
        }
      }
      while true {
        let line = try await receive(through: "\r\n")
        if line == "\r\n" { break }
        response.trailers += line
      }
    }
    return response
  }

  /// Sends a request and takes its response.
  func exchange(_ request: String) async throws -> RawResponse {
    try await send(request)
    return try await receiveResponse()
  }

  /// Sends a GET of `target` and takes its response.
  func get(_ target: String) async throws -> RawResponse {
    try await exchange(request(target))
  }
}

/// The head of a request without a body.
func request(_ target: String, method: String = "GET", _ fields: String...) -> String {
  "\(method) \(target) HTTP/1.1\r\nhost: test\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
}

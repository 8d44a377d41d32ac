// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import NIOEmbedded
import NIOHTTP1

/// SwiftNIO's decoder, which is llhttp, the parser of Node.js.
enum Oracle {
  static func read(_ bytes: [UInt8]) -> Reading {
    var reading = Reading()
    let channel = EmbeddedChannel(
      handler: ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
    defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
    do {
      try channel.writeInbound(ByteBuffer(bytes: bytes))
    } catch {
      reading.error = "\(error)"
    }
    while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
      switch part {
      case .head(let head):
        reading.requests.append(ParsedRequest(head))
      case .body(let bytes):
        reading.requests[reading.requests.count - 1].body += bytes.readableBytesView
      case .end(let trailers):
        reading.requests[reading.requests.count - 1].isComplete = true
        reading.requests[reading.requests.count - 1].trailers =
          trailers?.map { ParsedRequest.Field(untrimmed: $0.name, $0.value) } ?? []
      }
    }
    reading.isFinished =
      reading.error == nil && reading.requests.last?.isComplete == true
      && reading.requests.last?.offersUpgrade == true
    return reading
  }
}

extension ParsedRequest {
  fileprivate init(_ head: HTTPRequestHead) {
    // SwiftNIO has lost the hyphen.
    method = head.method.rawValue == "MSEARCH" ? "M-SEARCH" : head.method.rawValue
    target = head.uri
    isHTTP1_1 = head.version == .http1_1
    fields = head.headers.map { Field(untrimmed: $0.name, $0.value) }
    if let host = fields.firstIndex(where: { $0.name == "host" }) {
      fields.insert(fields.remove(at: host), at: 0)
    }
  }
}

extension ParsedRequest.Field {
  fileprivate init(untrimmed name: String, _ value: String) {
    self.name = name.lowercased()
    self.value = value.trimmingBlanks()
  }
}

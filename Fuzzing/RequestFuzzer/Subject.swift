// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec
import HTTPTypes
import NIOCore

/// The parser under test.
enum Subject {
  /// Small, so that inputs of a few hundred bytes reach them.
  static let limits = {
    var limits = RequestParser.Limits()
    limits.headBytes = 2000
    limits.targetBytes = 300
    limits.headerCount = 20
    limits.bodyBytes = 1000
    limits.chunkExtensionBytes = 60
    limits.chunkOverheadBytes = 100
    limits.trailerBytes = 200
    return limits
  }()

  /// Reads `pieces` as a server does: until a request ends the connection or its protocol.
  static func read(_ pieces: [ArraySlice<UInt8>]) -> Reading {
    var reading = Reading()
    var parser = RequestParser(limits: limits)
    var buffer = ByteBuffer()
    var keepsAlive = true
    var upgrades = false
    do throws(HTTPParseError) {
      for piece in pieces {
        buffer.discardReadBytes()
        buffer.writeBytes(piece)
        while let event = try parser.next(in: &buffer) {
          switch event {
          case .head(let head):
            keepsAlive = head.keepsAlive
            upgrades = head.isWebSocketUpgrade || head.targetForm == .authority
            reading.requests.append(ParsedRequest(head))
          case .body(let bytes):
            reading.requests[reading.requests.count - 1].body += bytes.readableBytesView
          case .end(let trailers):
            reading.requests[reading.requests.count - 1].isComplete = true
            reading.requests[reading.requests.count - 1].trailers =
              trailers?.map(ParsedRequest.Field.init) ?? []
          }
          if reading.requests.last?.isComplete == true, !keepsAlive || upgrades {
            reading.isFinished = true
            return reading
          }
        }
      }
    } catch {
      reading.error = error.reason
      reading.rest = Array(buffer.readableBytesView)
    }
    return reading
  }
}

extension ParsedRequest {
  fileprivate init(_ head: RequestHead) {
    method = head.method.rawValue
    target = head.target
    isHTTP1_1 = head.version == .http1_1
    fields = head.makeHeaderFields().map(Field.init)
    if let name = HTTPField.Name("host"), let host = head.value(of: name) {
      // The order is lost: swift-http-types keeps Host apart.
      fields.insert(Field(name: "host", value: host), at: 0)
    }
    isComplete = head.bodyFraming == .none
  }
}

extension ParsedRequest.Field {
  fileprivate init(_ field: HTTPField) {
    name = field.name.canonicalName
    value = field.withUnsafeBytesOfValue { String(decoding: $0, as: UTF8.self) }
  }
}

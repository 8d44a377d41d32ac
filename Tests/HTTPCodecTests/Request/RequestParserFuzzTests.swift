// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec
import HTTPTypes
import NIOCore
import Testing

/// Mutates requests at random. What comes out is not known, but must hold together.
@Suite struct RequestParserFuzzTests {
  static let seeds = RequestParserTests.valid.map(\.0)

  /// Pieces that mean something to a parser.
  static let dictionary = [
    "\r\n", "\r", "\n", "\r\n\r\n", " ", "\t", ":", ",", ";", "=", "\"", "\\", "?", "#", "/", "%",
    "[", "]",
    "\u{0}", "\u{7F}", "0", "5", "f", "ffffffffffffffff", "HTTP/1.1", "HTTP/1.0", "Host: a\r\n",
    "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n",
    "Expect: 100-continue\r\n", "Upgrade: websocket\r\n", "chunked", "0\r\n\r\n", "GET ",
    "http://a/", "9223372036854775807",
  ].map { Array($0.utf8) }

  static let limits = {
    var limits = RequestParser.Limits()
    limits.headBytes = 400
    limits.targetBytes = 60
    limits.headerCount = 8
    limits.bodyBytes = 40
    limits.chunkExtensionBytes = 20
    limits.trailerBytes = 40
    return limits
  }()

  static func mutate(_ bytes: inout [UInt8], with random: inout SplitMix64) {
    let index = Int.random(in: 0...bytes.count, using: &random)
    switch Int.random(in: 0..<7, using: &random) {
    case 0: if index < bytes.count { bytes[index] = .random(in: .min ... .max, using: &random) }
    case 1: if index < bytes.count { bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
    case 2: bytes.insert(.random(in: .min ... .max, using: &random), at: index)
    case 3: if index < bytes.count { bytes.remove(at: index) }
    case 4: bytes.insert(contentsOf: dictionary.randomElement(using: &random) ?? [], at: index)
    case 5:
      let end = min(bytes.count, index + .random(in: 0..<30, using: &random))
      bytes.insert(contentsOf: Array(bytes[index..<end]), at: index)
    default:
      let end = min(bytes.count, index + .random(in: 0..<30, using: &random))
      bytes.removeSubrange(index..<end)
    }
  }

  @Test(arguments: UInt64(0)..<8)
  func mutationsHoldTogether(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<400 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 1...2, using: &random) {
        bytes += Array((Self.seeds.randomElement(using: &random) ?? pilot).utf8)
      }
      for _ in 0..<Int.random(in: 1...4, using: &random) { Self.mutate(&bytes, with: &random) }

      let whole = Transcript([bytes[...]], limits: Self.limits)
      let pieces = Self.pieces(of: bytes, with: &random)
      let split = Transcript(pieces, limits: Self.limits)
      if whole != split {
        Issue.record(
          "\(String(decoding: bytes, as: UTF8.self).debugDescription) in \(pieces.map(\.count)): \(whole) or \(split)"
        )
        return
      }
      Self.check(bytes)
    }
  }

  private static func pieces(
    of bytes: [UInt8], with random: inout SplitMix64
  ) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let length = min(rest.count, .random(in: 1...12, using: &random))
      pieces.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return pieces
  }

  /// What must be true of any head and body that the parser lets through.
  private static func check(_ bytes: [UInt8]) {
    var parser = RequestParser(limits: limits)
    var buffer = ByteBuffer(bytes: bytes)
    var body = 0
    do throws(HTTPParseError) {
      while let event = try parser.next(in: &buffer) {
        switch event {
        case .head(let head):
          body = 0
          check(head)
        case .body(let slice):
          body += slice.readableBytes
          #expect(slice.readableBytes > 0 && body <= 40)
        case .end(let trailers):
          #expect(trailers?[.contentLength] == nil)
        }
      }
    } catch {
      #expect([400, 413, 414, 417, 431, 501, 505].contains(error.status.code))
    }
  }

  private static func check(_ head: RequestHead) {
    let fields = head.makeHeaderFields()
    for field in fields {
      let clean = field.withUnsafeBytesOfValue { HTTPField.isValidValue(Array($0)) }
      #expect(clean)
      let joined = fields[values: field.name].joined(separator: field.name == .cookie ? "; " : ", ")
      #expect(head.value(of: field.name) == joined)
    }
    #expect(!head.contains(.contentLength) || !head.contains(.transferEncoding))
    #expect(head.authority != nil || head.version == .http1_0)
    #expect(head.target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    if head.targetForm == .origin {
      #expect(head.target == head.path + (head.query.map { "?" + $0 } ?? ""))
      #expect(head.path.hasPrefix("/"))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec
import HTTPTypes
import KnownRequests
import NIOCore

/// Everything that a parser said about some input, in a form that does not depend on how the input
/// was cut into pieces.
struct Transcript: Equatable, CustomStringConvertible {
  struct Message: Equatable {
    var line: String
    var authority: String?
    var framing: RequestHead.BodyFraming
    var keepsAlive: Bool
    var expectsContinue: Bool
    var isWebSocketUpgrade: Bool
    var fields: [String]
    var body: [UInt8] = []
    var trailers: [String]?
    var isComplete: Bool
  }

  var messages: [Message] = []
  var error: HTTPParseError?
  /// What the parser left in the buffer.
  var rest: [UInt8] = []

  var status: Int? { error?.status.code }
  var description: String {
    "\(messages.map(\.line)) \(error.map { "\($0.status.code) \($0.reason)" } ?? "no error")"
  }

  /// Parses `pieces` one after the other, moving the unread bytes between them.
  init(_ pieces: [ArraySlice<UInt8>], limits: RequestParser.Limits = .init()) {
    var parser = RequestParser(limits: limits)
    var buffer = ByteBuffer()
    do throws(HTTPParseError) {
      for piece in pieces {
        buffer.discardReadBytes()
        buffer.writeBytes(piece)
        while let event = try parser.next(in: &buffer) { take(event) }
      }
    } catch {
      self.error = error
      // A failed parser stays failed, whatever comes.
      buffer.writeString("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      do throws(HTTPParseError) {
        _ = try parser.next(in: &buffer)
        self.error = nil
      } catch let second where second == error {
      } catch {
        self.error = nil
      }
      return
    }
    rest = Array(buffer.readableBytesView)
  }

  init(_ text: String, limits: RequestParser.Limits = .init()) {
    self.init([Array(text.utf8)[...]], limits: limits)
  }

  private mutating func take(_ event: RequestParser.Event) {
    switch event {
    case .head(let head): messages.append(Message(head))
    case .body(let bytes): messages[messages.count - 1].body += Array(bytes.readableBytesView)
    case .end(let trailers):
      messages[messages.count - 1].isComplete = true
      messages[messages.count - 1].trailers = trailers.map { $0.map(\.description) }
    }
  }
}

extension Transcript.Message {
  init(_ head: RequestHead) {
    line = "\(head) \(head.targetForm) path=\(head.path) query=\(head.query ?? "-")"
    authority = head.authority
    framing = head.bodyFraming
    keepsAlive = head.keepsAlive
    expectsContinue = head.expectsContinue
    isWebSocketUpgrade = head.isWebSocketUpgrade
    fields = head.makeHeaderFields().map(\.description)
    isComplete = head.bodyFraming == .none
  }
}

extension Transcript {
  /// The transcripts of some input whole, cut in two at every byte, and one byte at a time.
  static func everySplit(
    _ text: String, limits: RequestParser.Limits = .init()
  ) -> [Transcript] {
    everySplit(Array(text.utf8), limits: limits)
  }

  static func everySplit(
    _ bytes: [UInt8], limits: RequestParser.Limits = .init()
  ) -> [Transcript] {
    var all = [Transcript([bytes[...]], limits: limits)]
    for cut in bytes.indices.dropFirst() {
      all.append(Transcript([bytes[..<cut], bytes[cut...]], limits: limits))
    }
    all.append(Transcript(bytes.indices.map { bytes[$0...$0] }, limits: limits))
    return all
  }
}

let pilot = KnownRequests.pilot

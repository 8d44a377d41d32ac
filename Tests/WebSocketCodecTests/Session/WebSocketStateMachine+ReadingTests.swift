// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import WebSocketCodec

/// Bytes of a peer and the events they make; every case runs whole and split at every byte.
struct ReadingCase: Sendable, CustomTestStringConvertible {
  var name: String
  var role = WebSocketStateMachine.Role.server
  var limits = WebSocketStateMachine.Limits()
  var bytes: [UInt8]
  var events: [Event]

  var testDescription: String { name }

  init(_ name: String, _ frames: RawFrame..., events: [Event]) {
    self.name = name
    self.bytes = frames.flatMap(\.bytes)
    self.events = events
  }

  init(_ name: String, _ frames: RawFrame..., fails error: WebSocketProtocolError) {
    self.name = name
    self.bytes = frames.flatMap(\.bytes)
    self.events = [.failure(error)]
  }

  func asClient() -> Self {
    var copy = self
    copy.role = .client
    return copy
  }

  func limited(frame: Int = 100, message: Int = 100, fragments: Int = 100) -> Self {
    var copy = self
    copy.limits = .init(maxFrameBytes: frame, maxMessageBytes: message, maxFragments: fragments)
    return copy
  }
}

struct WebSocketStateMachineReadingTests {
  @Test(arguments: messages + controls + protocolErrors + lengths + limits + texts + closes)
  func readsTheSameHoweverTheBytesAreSplit(test: ReadingCase) {
    func events(_ parts: [ArraySlice<UInt8>]) -> [Event] {
      var machine = WebSocketStateMachine(role: test.role, limits: test.limits)
      return machine.events(feeding: parts)
    }
    #expect(events([test.bytes[...]]) == test.events)
    for split in test.bytes.indices where test.bytes.count <= 400 {
      let found = events([test.bytes[..<split], test.bytes[split...]])
      #expect(found == test.events, "split at \(split)")
    }
    let single = test.bytes.indices.map { test.bytes[$0...$0] }
    #expect(events(single) == test.events)
  }

  static let messages: [ReadingCase] = [
    .init("empty text", .text(""), events: [.text("")]),
    .init("text", .text("hello"), events: [.text("hello")]),
    .init("longer text", .text("hello, hello, hello!"), events: [.text("hello, hello, hello!")]),
    .init("text of all lengths", .text("aé€𝄞"), events: [.text("aé€𝄞")]),
    .init("empty binary", .binary([]), events: [.binary(ByteBuffer())]),
    .init(
      "binary", .binary([0, 0xFF, 0x80]), events: [.binary(ByteBuffer(bytes: [0, 0xFF, 0x80]))]),
    .init(
      "zero mask", RawFrame(opcode: 1, mask: [0, 0, 0, 0], payload: Array("plain".utf8)),
      events: [.text("plain")]),
    .init(
      "several", .text("a"), .binary([1]), .text("b"),
      events: [.text("a"), .binary(ByteBuffer(bytes: [1])), .text("b")]),
    .init("server's text", RawFrame.text("aé").unmasked(), events: [.text("aé")]).asClient(),
    .init(
      "server's binary", RawFrame.binary([1, 2]).unmasked(),
      events: [.binary(ByteBuffer(bytes: [1, 2]))]
    ).asClient(),
    .init(
      "fragments", .text("one ", fin: false), .continuation(Array("two ".utf8), fin: false),
      .continuation(Array("three".utf8), fin: true), events: [.text("one two three")]),
    .init(
      "empty fragments", .binary([], fin: false), .continuation([], fin: false),
      .continuation([7], fin: false), .continuation([], fin: true),
      events: [.binary(ByteBuffer(bytes: [7]))]),
    .init(
      "only empty fragments", .text("", fin: false), .continuation([], fin: true),
      events: [.text("")]),
    .init(
      "control between fragments", .text("a", fin: false), .ping([1]),
      .continuation([0x62], fin: true), events: [.ping(ByteBuffer(bytes: [1])), .text("ab")]),
  ]

  static let controls: [ReadingCase] = [
    .init("ping", .ping(), events: [.ping(ByteBuffer())]),
    .init("pong nobody asked for", .pong([1, 2]), events: [.pong(ByteBuffer(bytes: [1, 2]))]),
    .init(
      "ping of 125", .ping([UInt8](repeating: 9, count: 125)),
      events: [.ping(ByteBuffer(repeating: 9, count: 125))]),
  ]

  static let protocolErrors: [ReadingCase] =
    [
      .init("client without mask", RawFrame.text("a").unmasked(), fails: .maskMissing),
      .init("client ping without mask", RawFrame.ping().unmasked(), fails: .maskMissing),
      .init("server with mask", .text("a"), fails: .maskForbidden).asClient(),
      .init(
        "ping without FIN", RawFrame(fin: false, opcode: 9), fails: .fragmentedControlFrame),
      .init(
        "close without FIN", RawFrame(fin: false, opcode: 8), fails: .fragmentedControlFrame),
      .init(
        "ping of 126", .ping([UInt8](repeating: 9, count: 126)), fails: .controlFrameTooLong),
      .init(
        "ping with a long length", RawFrame(opcode: 9, length: .long(1)),
        fails: .controlFrameTooLong),
      .init("orphan continuation", .continuation([], fin: true), fails: .unexpectedContinuation),
      .init(
        "orphan after a whole message", .text("a"), .continuation([1], fin: false),
        events: [.text("a"), .failure(.unexpectedContinuation)]),
      .init(
        "text within a text", .text("a", fin: false), .text("b"), fails: .expectedContinuation),
      .init(
        "binary within a text", .text("a", fin: false), .binary([1], fin: false),
        fails: .expectedContinuation),
      .init(
        "nothing after a failure", RawFrame(opcode: 3), .text("a"), .emptyClose,
        fails: .reservedOpcode),
      .init(
        "what came before a failure", .text("a"), RawFrame(opcode: 3),
        events: [.text("a"), .failure(.reservedOpcode)]),
    ]
    + [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map {
      .init("opcode \($0)", RawFrame(opcode: $0), fails: .reservedOpcode)
    }
    + [1, 2, 3, 4, 5, 6, 7].map {
      .init("RSV \($0)", RawFrame(rsv: $0, opcode: 1), fails: .reservedBits)
    }
    + [1, 4].map {
      .init("RSV \($0) on a ping", RawFrame(rsv: $0, opcode: 9), fails: .reservedBits)
    }

  static let lengths: [ReadingCase] = [
    .init("0 in 16 bits", RawFrame(opcode: 2, length: .medium(0)), fails: .lengthNotMinimal),
    .init("125 in 16 bits", RawFrame(opcode: 2, length: .medium(125)), fails: .lengthNotMinimal),
    .init("0 in 64 bits", RawFrame(opcode: 2, length: .long(0)), fails: .lengthNotMinimal),
    .init("65535 in 64 bits", RawFrame(opcode: 2, length: .long(65535)), fails: .lengthNotMinimal),
    .init("2^63", RawFrame(opcode: 2, length: .long(1 << 63)), fails: .lengthOutOfRange),
    .init("2^64-1", RawFrame(opcode: 2, length: .long(.max)), fails: .lengthOutOfRange),
    .init("2^63-1", RawFrame(opcode: 2, length: .long(1 << 63 - 1)), fails: .frameTooBig),
    .init("2^31", RawFrame(opcode: 2, length: .long(1 << 31)), fails: .frameTooBig),
    .init("1 MiB + 1", RawFrame(opcode: 2, length: .long(1 << 20 + 1)), fails: .frameTooBig),
    .init(
      "126 in 16 bits", .binary([UInt8](repeating: 1, count: 126)),
      events: [.binary(ByteBuffer(repeating: 1, count: 126))]),
    .init(
      "65535 in 16 bits", .binary([UInt8](repeating: 1, count: 65535)),
      events: [.binary(ByteBuffer(repeating: 1, count: 65535))]),
    .init(
      "65536 in 64 bits", .binary([UInt8](repeating: 1, count: 65536)),
      events: [.binary(ByteBuffer(repeating: 1, count: 65536))]),
  ]

  static let limits: [ReadingCase] = [
    .init(
      "a frame at its limit", .binary([1, 2, 3]), events: [.binary(ByteBuffer(bytes: [1, 2, 3]))]
    ).limited(frame: 3),
    .init("a frame above its limit", .binary([1, 2, 3, 4]), fails: .frameTooBig).limited(frame: 3),
    .init(
      "a header above the limit, nothing more", RawFrame(opcode: 2, length: .medium(4000)),
      fails: .frameTooBig
    ).limited(frame: 3999),
    .init(
      "fragments at the limit of the message", .binary([1, 2], fin: false),
      .continuation([3], fin: true), events: [.binary(ByteBuffer(bytes: [1, 2, 3]))]
    ).limited(message: 3),
    .init("a message above its limit", .binary([1, 2, 3, 4]), fails: .messageTooBig)
      .limited(message: 3),
    .init(
      "fragments above the limit of the message", .binary([1, 2], fin: false),
      .continuation([3], fin: false), .continuation([4], fin: false), fails: .messageTooBig
    ).limited(message: 3),
    .init(
      "as many fragments as allowed", .binary([], fin: false), .continuation([], fin: false),
      .continuation([], fin: true), events: [.binary(ByteBuffer())]
    ).limited(fragments: 3),
    .init(
      "more fragments than allowed, all empty", .binary([], fin: false),
      .continuation([], fin: false), .continuation([], fin: false), .continuation([], fin: true),
      fails: .tooManyFragments
    ).limited(fragments: 3),
    .init(
      "the count starts again with each message", .binary([], fin: false),
      .continuation([], fin: true), .binary([], fin: false), .continuation([], fin: true),
      events: [.binary(ByteBuffer()), .binary(ByteBuffer())]
    ).limited(fragments: 2),
    .init(
      "a ping is no part of a message", .binary([1], fin: false), .ping([1, 2, 3, 4]),
      .continuation([2], fin: true),
      events: [.ping(ByteBuffer(bytes: [1, 2, 3, 4])), .binary(ByteBuffer(bytes: [1, 2]))]
    ).limited(frame: 1, message: 2, fragments: 2),
  ]

  static let texts: [ReadingCase] = [
    .init(
      "a character over two frames", .text([0xE2, 0x82], fin: false),
      .continuation([0xAC], fin: true), events: [.text("€")]),
    .init(
      "a character over four frames", .text([0xF0], fin: false),
      .continuation([0x9D], fin: false), .continuation([0x84], fin: false),
      .continuation([0x9E], fin: true), events: [.text("𝄞")]),
    .init("invalid text", .text([0x61, 0xFF, 0x61]), fails: .invalidUTF8),
    .init("a surrogate", .text([0xED, 0xA0, 0x80]), fails: .invalidUTF8),
    .init("an overlong slash", .text([0xC0, 0xAF]), fails: .invalidUTF8),
    .init("above U+10FFFF", .text([0xF4, 0x90, 0x80, 0x80]), fails: .invalidUTF8),
    .init("an unfinished character", .text([0x61, 0xE2, 0x82]), fails: .invalidUTF8),
    .init(
      "a character unfinished in the last frame", .text([0x61], fin: false),
      .continuation([0xE2, 0x82], fin: true), fails: .invalidUTF8),
    .init(
      "ASCII instead of the rest of a character", .text([0xE2, 0x82], fin: false),
      .continuation([0x61], fin: false), fails: .invalidUTF8),
    .init(
      "binary need not be UTF-8", .binary([0xFF, 0xC0]),
      events: [.binary(ByteBuffer(bytes: [0xFF, 0xC0]))]),
    .init(
      "invalid text of a server", RawFrame.text([0xFF]).unmasked(), fails: .invalidUTF8
    ).asClient(),
    .init(
      "long text", .text(String(repeating: "aé€𝄞", count: 200)),
      events: [.text(String(repeating: "aé€𝄞", count: 200))]),
    .init(
      "long invalid text",
      .text(Array(String(repeating: "aé€𝄞", count: 200).utf8) + [0xC3]), fails: .invalidUTF8),
  ]

  static let closes: [ReadingCase] =
    [
      .init("close without a code", .emptyClose, events: [.close(nil, reason: "")]),
      .init(
        "close with a reason", .close(1001, Array("bye é".utf8)),
        events: [.close(.goingAway, reason: "bye é")]),
      .init(
        "close with the longest reason", .close(1000, [UInt8](repeating: 0x61, count: 123)),
        events: [.close(.normalClosure, reason: String(repeating: "a", count: 123))]),
      .init(
        "nothing after close", .emptyClose, .text("late"), RawFrame(opcode: 3), .emptyClose,
        events: [.close(nil, reason: "")]),
      .init(
        "close within a message", .text("a", fin: false), .close(1000),
        .continuation([0x62], fin: true), events: [.close(.normalClosure, reason: "")]),
      .init(
        "close of one byte", RawFrame(opcode: 8, payload: [3]), fails: .invalidCloseBody),
      .init(
        "invalid UTF-8 in the reason", .close(1000, [0x61, 0xFF]), fails: .invalidUTF8),
      .init(
        "unfinished character in the reason", .close(1000, [0xC3]), fails: .invalidUTF8),
      .init(
        "close without mask", RawFrame.emptyClose.unmasked(), fails: .maskMissing),
    ]
    + ([1000...1003, 1007...1014, 3000...3000, 3999...4000, 4999...4999] as [ClosedRange<UInt16>])
    .joined().map { code in
      .init(
        "code \(code)", .close(code),
        events: [.close(WebSocketCloseCode(rawValue: code), reason: "")])
    }
    + ([0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] as [UInt16])
    .map { .init("invalid code \($0)", .close($0), fails: .invalidCloseCode) }
}

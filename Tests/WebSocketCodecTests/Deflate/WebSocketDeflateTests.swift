// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import WebSocketCodec

/// The state machine with permessage-deflate agreed.
struct WebSocketDeflateTests {
  private static func agreed(
    takeover: Bool, bits: Int = 15, minimumBytes: Int = 1
  ) -> WebSocketDeflate {
    WebSocketDeflate(
      serverNoContextTakeover: !takeover, clientNoContextTakeover: !takeover,
      options: .init(minimumBytes: minimumBytes), announcedServerMaxWindowBits: bits,
      announcedClientMaxWindowBits: bits)
  }

  private static func compressed(_ payload: [UInt8], fin: Bool = true, opcode: UInt8 = 1)
    -> RawFrame
  {
    RawFrame(fin: fin, rsv: 4, opcode: opcode, payload: payload)
  }

  // The examples of RFC 7692 section 7.2.3.
  static let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
  static let examples: [(String, [RawFrame], [Event])] = [
    ("one block", [compressed(hello)], [.text("Hello")]),
    (
      "two frames",
      [
        compressed(Array(hello[..<3]), fin: false), .ping(),
        .continuation(Array(hello[3...]), fin: true),
      ], [.ping(ByteBuffer()), .text("Hello")]
    ),
    (
      "sliding window", [compressed(hello), compressed([0xF2, 0x00, 0x11, 0x00, 0x00])],
      [.text("Hello"), .text("Hello")]
    ),
    (
      "block without compression",
      [compressed([0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00])],
      [.text("Hello")]
    ),
    (
      "final block", [compressed([0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00])],
      [.text("Hello")]
    ),
    (
      "two blocks",
      [compressed([0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00])],
      [.text("Hello")]
    ),
    ("empty message", [compressed([0x00], opcode: 2)], [.binary(ByteBuffer())]),
    ("no bytes at all", [compressed([], opcode: 2)], [.binary(ByteBuffer())]),
    (
      "compressed and not", [.text("a"), compressed(hello), .text("b")],
      [.text("a"), .text("Hello"), .text("b")]
    ),
    (
      "RSV1 on a continuation", [.text("a", fin: false), RawFrame(rsv: 4, opcode: 0)],
      [.failure(.reservedBits)]
    ),
    ("RSV1 on a ping", [RawFrame(rsv: 4, opcode: 9)], [.failure(.reservedBits)]),
    ("RSV2", [RawFrame(rsv: 2, opcode: 1)], [.failure(.reservedBits)]),
    ("RSV1 and RSV3", [RawFrame(rsv: 5, opcode: 1)], [.failure(.reservedBits)]),
    ("not DEFLATE", [compressed([0xFF, 0xFF])], [.failure(.invalidCompression)]),
    (
      "a distance before the start", [compressed([0xF2, 0x00, 0x11, 0x00, 0x00])],
      [.failure(.invalidCompression)]
    ),
    (
      "text that is not UTF-8", [compressed([0x00, 0x01, 0x00, 0xFE, 0xFF, 0xC3, 0x00])],
      [.failure(.invalidUTF8)]
    ),
  ]

  @Test(arguments: examples)
  func readsTheSameHoweverTheBytesAreSplit(name: String, frames: [RawFrame], events: [Event]) {
    let bytes = frames.flatMap(\.bytes)
    let machine = WebSocketStateMachine(role: .server, deflate: Self.agreed(takeover: true))
    for split in 0...bytes.count {
      var machine = machine
      let found = machine.events(feeding: [bytes[..<split], bytes[split...]])
      #expect(found == events, "\(name), split at \(split)")
    }
    var byByte = machine
    #expect(byByte.events(feeding: bytes.map { [$0] }) == events, "\(name)")
  }

  /// Between messages that share a window one may go as it is.
  @Test func messagesThatAreNotToBeCompressed() {
    var sender = WebSocketStateMachine(role: .server, deflate: Self.agreed(takeover: true))
    var receiver = WebSocketStateMachine(role: .client, deflate: Self.agreed(takeover: true))
    var events: [Event] = []
    let text = String(repeating: "again and ", count: 20)
    let bytes = ByteBuffer(string: text)
    var firsts: [UInt8] = []
    for compress in [true, false, true] {
      var wire = ByteBuffer()
      sender.write(text: text, compress: compress, into: &wire)
      firsts += wire.readableBytesView.prefix(1)
      events += receiver.events(feeding: [Array(wire.readableBytesView)])
      wire.clear()
      let rest = sender.write(
        binary: bytes, compress: compress, detachingFrom: 100, into: &wire)
      #expect((rest == bytes) == !compress)
      firsts += wire.readableBytesView.prefix(1)
      events += receiver.events(
        feeding: [Array(wire.readableBytesView), rest.map { Array($0.readableBytesView) } ?? []])
    }
    #expect(firsts == [0xC1, 0xC2, 0x81, 0x82, 0xC1, 0xC2])
    #expect(
      events == [
        .text(text), .binary(bytes), .text(text), .binary(bytes), .text(text), .binary(bytes),
      ])
  }

  @Test func theWindowIsForgottenUnlessItIsTakenOver() {
    var machine = WebSocketStateMachine(role: .server, deflate: Self.agreed(takeover: false))
    let events = machine.events(
      feeding: Self.compressed(Self.hello), Self.compressed([0xF2, 0x00, 0x11, 0x00, 0x00]))
    #expect(events == [.text("Hello"), .failure(.invalidCompression)])
  }

  @Test(arguments: [true, false], [9, 12, 15])
  func messagesArriveAsTheyWereSent(takeover: Bool, bits: Int) {
    var generator = SplitMix64(state: 7)
    let agreed = Self.agreed(takeover: takeover, bits: bits, minimumBytes: 100)
    for role in [WebSocketStateMachine.Role.client, .server] {
      var sender = WebSocketStateMachine(role: role, deflate: agreed)
      var receiver = WebSocketStateMachine(
        role: role == .client ? .server : .client, deflate: agreed)
      var wire = ByteBuffer()
      var expected: [Event] = []
      for count in [0, 1, 99, 100, 1000, 40_000, 100_000] {
        let text = String(
          (0..<count / 4).map { _ in "abcdeé€𝄞".randomElement(using: &generator)! })
        let noise = ByteBuffer(bytes: generator.bytes(count))
        expected += [.text(text), .binary(noise), .text(text)]
        sender.write(text: text, into: &wire)
        sender.write(binary: noise, into: &wire)
        sender.write(text: text, into: &wire)
      }
      let parts = pieces(of: Array(wire.readableBytesView), upTo: 7000, using: &generator)
      #expect(receiver.events(feeding: parts) == expected)
    }
  }

  @Test func onlyLargeMessagesThatShrinkAreCompressed() {
    var generator = SplitMix64(state: 8)
    var server = WebSocketStateMachine(
      role: .server, deflate: Self.agreed(takeover: false, minimumBytes: 1024))
    func firstByte(_ payload: ByteBuffer) -> UInt8? {
      var out = ByteBuffer()
      server.write(binary: payload, into: &out)
      return out.readableBytesView.first
    }
    #expect(firstByte(ByteBuffer(repeating: 7, count: 1023)) == 0x82)
    #expect(firstByte(ByteBuffer(repeating: 7, count: 1024)) == 0xC2)
    #expect(firstByte(ByteBuffer(bytes: generator.bytes(1024))) == 0x82)
  }

  @Test func aWindowOf8BitsIsReadButNotWritten() {
    var server = WebSocketStateMachine(
      role: .server, deflate: Self.agreed(takeover: false, bits: 8))
    var out = ByteBuffer()
    server.write(binary: ByteBuffer(repeating: 7, count: 1000), into: &out)
    #expect(out.readableBytesView.first == 0x82)
    #expect(server.events(feeding: Self.compressed(Self.hello)) == [.text("Hello")])
  }

  @Test func aPayloadThatMayBeCompressedIsNotDetached() {
    var server = WebSocketStateMachine(
      role: .server, deflate: Self.agreed(takeover: false, minimumBytes: 1000))
    var out = ByteBuffer()
    let large = ByteBuffer(repeating: 7, count: 1000)
    #expect(server.write(binary: large, detachingFrom: 10, into: &out) == nil)
    #expect(out.readableBytesView.first == 0xC2)
    let small = ByteBuffer(repeating: 7, count: 999)
    #expect(server.write(binary: small, detachingFrom: 10, into: &out) == small)
  }

  @Test func aBombFailsAtTheLimitOfTheMessage() throws {
    var client = WebSocketStateMachine(role: .client, deflate: Self.agreed(takeover: false))
    var wire = ByteBuffer()
    client.write(binary: ByteBuffer(repeating: 0, count: 8 << 20), into: &wire)
    #expect(wire.readableBytes < 10_000)

    let limit = 100_000
    var server = WebSocketStateMachine(
      role: .server, limits: .init(maxMessageBytes: limit), deflate: Self.agreed(takeover: false))
    var largest = 0
    var received = ByteBuffer()
    for byte in wire.readableBytesView {
      received.writeInteger(byte)
      let event = server.next(in: &received)
      largest = max(largest, server.message.bytes.storageCapacity)
      if let event {
        #expect(event == .failure(.messageTooBig))
        break
      }
    }
    #expect(server.closeState == .closeReceived)
    #expect(largest <= 4 * limit)
  }

  @Test func aMessageOfExactlyTheLimitPasses() {
    let payload = ByteBuffer(repeating: 0, count: 5000)
    var client = WebSocketStateMachine(role: .client, deflate: Self.agreed(takeover: false))
    var wire = ByteBuffer()
    client.write(binary: payload, into: &wire)
    let bytes = Array(wire.readableBytesView)
    var server = WebSocketStateMachine(
      role: .server, limits: .init(maxMessageBytes: 5000), deflate: Self.agreed(takeover: false))
    #expect(server.events(feeding: [bytes]) == [.binary(payload)])
    server = WebSocketStateMachine(
      role: .server, limits: .init(maxMessageBytes: 4999), deflate: Self.agreed(takeover: false))
    #expect(server.events(feeding: [bytes]) == [.failure(.messageTooBig)])
  }

  @Test func emptyBlocksCountAgainstTheLimitToo() {
    var server = WebSocketStateMachine(
      role: .server, limits: .init(maxMessageBytes: 1000), deflate: Self.agreed(takeover: false))
    let blocks = [[UInt8]](repeating: [0x00, 0x00, 0x00, 0xFF, 0xFF], count: 400).flatMap { $0 }
    #expect(server.events(feeding: Self.compressed(blocks)) == [.failure(.messageTooBig)])
  }

  @Test func aWindowTakenOverMakesTheSameMessageSmall() {
    var generator = SplitMix64(state: 9)
    let noise = ByteBuffer(bytes: generator.bytes(2000))
    for takeover in [true, false] {
      var server = WebSocketStateMachine(role: .server, deflate: Self.agreed(takeover: takeover))
      var first = ByteBuffer()
      server.write(binary: noise, into: &first)
      var second = ByteBuffer()
      server.write(binary: noise, into: &second)
      #expect((second.readableBytes < first.readableBytes / 10) == takeover)
    }
  }

  @Test func copiesDoNotShareTheStreamTheyReadWith() {
    var first = WebSocketStateMachine(role: .server, deflate: Self.agreed(takeover: true))
    var client = WebSocketStateMachine(role: .client, deflate: Self.agreed(takeover: true))
    let text = String(repeating: "the same words ", count: 20)
    func frame(_ text: String) -> [UInt8] {
      var wire = ByteBuffer()
      client.write(text: text, into: &wire)
      return Array(wire.readableBytesView)
    }
    #expect(first.events(feeding: [frame(text)]) == [.text(text)])
    var second = first
    let next = frame(text + "!")
    #expect(first.events(feeding: [next]) == [.text(text + "!")])
    #expect(second.events(feeding: [next]) == [.text(text + "!")])
  }

  @Test func copiesDoNotShareTheStreamTheyWriteWith() {
    var first = WebSocketStateMachine(role: .server, deflate: Self.agreed(takeover: true))
    var wires = [ByteBuffer(), ByteBuffer()]
    first.write(text: "what both have in common", into: &wires[0])
    wires[1] = wires[0]
    var second = first
    first.write(text: "only the first has said this", into: &wires[0])
    second.write(text: "only the first has said this, says the second", into: &wires[1])

    for (wire, text) in zip(
      wires, ["only the first has said this", "only the first has said this, says the second"])
    {
      var client = WebSocketStateMachine(role: .client, deflate: Self.agreed(takeover: true))
      let events = client.events(feeding: [wire.readableBytesView])
      #expect(events == [.text("what both have in common"), .text(text)])
    }
  }

  @Test func compressedFramesAfterOurCloseAreSkipped() {
    var server = WebSocketStateMachine(role: .server, deflate: Self.agreed(takeover: true))
    var out = ByteBuffer()
    #expect(
      server.events(feeding: Self.compressed(Array(Self.hello[..<3]), fin: false)).isEmpty)
    server.writeClose(.normalClosure, into: &out)
    let events = server.events(
      feeding: .continuation([0xFF], fin: true), Self.compressed([0xFF]), .close(1000))
    #expect(events == [.close(.normalClosure, reason: "")])
  }

  @Test(arguments: 0..<100)
  func noiseNeverTraps(seed: UInt64) {
    var generator = SplitMix64(state: seed)
    var client = WebSocketStateMachine(role: .client, deflate: Self.agreed(takeover: true))
    var wire = ByteBuffer()
    for _ in 0..<5 {
      let unit = String(generator.next(), radix: 16)
      client.write(text: String(repeating: unit, count: 20), into: &wire)
    }
    var bytes = Array(wire.readableBytesView)
    for _ in 0..<3 {
      bytes[Int.random(in: bytes.indices, using: &generator)] ^= UInt8.random(
        in: 1...255, using: &generator)
    }
    let machine = WebSocketStateMachine(role: .server, deflate: Self.agreed(takeover: true))
    var whole = machine
    var split = machine
    let expected = whole.events(feeding: [bytes])
    let parts = pieces(of: bytes, upTo: 30, using: &generator)
    #expect(split.events(feeding: parts) == expected)
  }
}

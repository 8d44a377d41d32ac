// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import WebSocketCodec

/// Both roles with each other, and with noise.
struct WebSocketStateMachineTests {
  @Test(arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 1 << 20], [true, false])
  func messagesArriveAsTheyWereSent(count: Int, fromClient: Bool) {
    var generator = SplitMix64(state: UInt64(count))
    let binary = ByteBuffer(bytes: generator.bytes(count))
    let text = String(repeating: "x", count: count % 2) + String(repeating: "é", count: count / 2)
    var sender = WebSocketStateMachine(role: fromClient ? .client : .server)
    var receiver = WebSocketStateMachine(role: fromClient ? .server : .client)

    var wire = ByteBuffer()
    sender.write(binary: binary, into: &wire)
    sender.write(text: text, into: &wire)
    sender.write(ping: ByteBuffer(bytes: [1]), into: &wire)
    sender.writeClose(.goingAway, reason: "done", into: &wire)
    let expected: [Event] = [
      .binary(binary), .text(text), .ping(ByteBuffer(bytes: [1])),
      .close(.goingAway, reason: "done"),
    ]

    var whole = receiver
    #expect(whole.events(feeding: [wire.readableBytesView]) == expected)
    let parts = pieces(of: Array(wire.readableBytesView), upTo: 9000, using: &generator)
    #expect(receiver.events(feeding: parts) == expected)
  }

  @Test(arguments: 0..<50)
  func randomFragmentsMakeTheirConcatenation(seed: UInt64) {
    var generator = SplitMix64(state: seed)
    var wire: [UInt8] = []
    var expected: [Event] = []
    for _ in 0..<20 {
      let isText = Bool.random(using: &generator)
      let count = Int.random(in: 0...700, using: &generator)
      let payload =
        isText
        ? Array(
          String((0..<count).map { _ in "ab é€𝄞".randomElement(using: &generator)! }).utf8)
        : generator.bytes(count)
      expected.append(
        isText
          ? .text(String(decoding: payload, as: UTF8.self)) : .binary(ByteBuffer(bytes: payload)))
      var fragments = pieces(of: payload, upTo: 200, using: &generator).map(Array.init)
      fragments.insert([], at: Int.random(in: 0...fragments.count, using: &generator))
      for (index, fragment) in fragments.enumerated() {
        var frame = RawFrame(opcode: index > 0 ? 0 : isText ? 1 : 2, payload: fragment)
        frame.fin = index == fragments.count - 1
        frame.mask = generator.bytes(4)
        wire += frame.bytes
        if !frame.fin, Int.random(in: 0..<4, using: &generator) == 0 {
          wire += RawFrame.ping([UInt8(index)]).bytes
          expected.insert(.ping(ByteBuffer(bytes: [UInt8(index)])), at: expected.count - 1)
        }
      }
    }
    var machine = WebSocketStateMachine(role: .server)
    let limit = Int.random(in: 1...400, using: &generator)
    let parts = pieces(of: wire, upTo: limit, using: &generator)
    #expect(machine.events(feeding: parts) == expected)
  }

  /// Frames with random damage and plain noise: any result is fine, but no trap, no event after the
  /// last one, and the same result however the bytes are split.
  @Test(arguments: 0..<200)
  func noiseNeverTraps(seed: UInt64) {
    var generator = SplitMix64(state: seed &+ 1000)
    var wire: [UInt8] = []
    for _ in 0..<30 {
      var frame = RawFrame(opcode: UInt8.random(in: 0...10, using: &generator))
      frame.opcode = frame.opcode < 8 ? frame.opcode % 3 : frame.opcode
      frame.fin = frame.opcode >= 8 || Bool.random(using: &generator)
      frame.payload = generator.bytes(Int.random(in: 0...130, using: &generator))
      if Bool.random(using: &generator) { frame.payload = frame.payload.map { $0 & 0x7F } }
      wire += frame.bytes
    }
    for _ in 0..<Int.random(in: 0...3, using: &generator) {
      wire[Int.random(in: wire.indices, using: &generator)] = UInt8.random(
        in: .min ... .max, using: &generator)
    }
    wire += generator.bytes(50)

    var whole = WebSocketStateMachine(role: .server)
    let expected = whole.events(feeding: [wire])
    let last = expected.firstIndex { event in
      switch event {
      case .close, .failure: true
      default: false
      }
    }
    #expect(last == nil || last == expected.indices.last)

    var split = WebSocketStateMachine(role: .server)
    let parts = pieces(of: wire, upTo: 40, using: &generator)
    #expect(split.events(feeding: parts) == expected)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import NIOCore
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct WebSocketConnectionClosingTests {
  // MARK: In order (RFC 6455 section 7)

  @Test func answersTheClientsClose() async throws {
    let events = Events()
    try await withSocket(handler: { socket in
      for try await message in socket.messages { events.record("\(message)") }
      events.record("\(socket.closure!.code.rawValue) \(socket.closure!.reason)")
      events.record("by peer: \(socket.closure!.byPeer), after: \(socket.offer(.text("x")))")
    }) { client, _ async throws in
      try await client.send(.close(4001, "enough"))
      #expect(try await client.receiveFrame() == .close(4001))
      #expect(await client.receiveToEnd() == "")
      #expect(client.end == .closed)
      await events.wait(for: "by peer: true, after: closed")
      #expect(events.all.first == "4001 enough")
    }
  }

  /// Of one write, and so usually of one read.
  @Test(arguments: [RawFrame.close(4001), RawFrame(opcode: 3)])
  func answersWhatCameBeforeTheEnd(last: RawFrame) async throws {
    try await withSocket(handler: echoMessages) { client, _ async throws in
      try await client.send(RawFrame.bytes([.text("a"), .ping("b"), .text("c"), last, .text("d")]))
      #expect(try await client.receiveFrame() == .pong("b"))
      #expect(try await client.receiveFrame() == .text("a"))
      #expect(try await client.receiveFrame() == .text("c"))
      #expect(try await client.receiveFrame().closeCode == (last.closeCode ?? 1002))
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test func answersACloseWithoutStatus() async throws {
    let events = Events()
    try await withSocket(handler: { socket in
      for try await _ in socket.messages {}
      events.record("\(socket.closure!.code.rawValue)")
    }) { client, _ async throws in
      try await client.send(RawFrame(opcode: 8))
      #expect(try await client.receiveFrame() == RawFrame(opcode: 8))
      #expect(await client.receiveToEnd() == "")
      await events.wait(for: "1005")
    }
  }

  @Test func closesWhenTheHandlerReturns() async throws {
    try await withSocket(handler: { try await $0.send("bye") }) { client, _ async throws in
      #expect(try await client.receiveFrame() == .text("bye"))
      #expect(try await client.receiveFrame() == .close(1000))
      try await client.send(.close(1000))
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test func closesWith1011WhenTheHandlerThrows() async throws {
    struct Failure: Error {}
    try await withSocket(handler: { _ in throw Failure() }) { client, _ async throws in
      #expect(try await client.receiveFrame() == .close(1011))
    }
  }

  @Test func closesWithTheApplicationsCodeOnce() async throws {
    let events = Events()
    try await withSocket(handler: { socket in
      socket.close(.init(rawValue: 4000), reason: "first")
      socket.close(.policyViolation, reason: "second")
      events.record("\(try await socket.receive() == nil) \(socket.closure!.reason)")
      await #expect(throws: WebSocketError.closed) { try await socket.send("late") }
      events.record("done")
    }) { client, _ async throws in
      #expect(try await client.receiveFrame() == .close(4000, "first"))
      // What crosses the close frame is not delivered.
      try await client.send(.text("crossing"))
      try await client.send(.close(4000))
      #expect(await client.receiveToEnd() == "")
      await events.wait(for: "done")
      #expect(events.all.first == "true first")
    }
  }

  @Test(arguments: [nil, RawFrame.text("never mind"), .ping("")])
  func dropsAPeerThatDoesNotAnswerAClose(instead: RawFrame?) async throws {
    try await withSocket({ $0.closeTimeout = .milliseconds(200) }, handler: { _ in }) {
      client, _ async throws in
      #expect(try await client.receiveFrame() == .close(1000))
      if let instead { client.post(instead.bytes()) }
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test(arguments: ["close", "reset"])
  func tellsAndCancelsTheHandlerWhenTheConnectionIsLost(how: String) async throws {
    let events = Events()
    try await withSocket(handler: { socket in
      await withTaskCancellationHandler {
        do {
          for try await _ in socket.messages { events.record("message") }
        } catch {
          events.record("\(error) \(socket.closure!.code.rawValue)")
        }
      } onCancel: {
        events.record("cancelled")
      }
    }) { client, _ async throws in
      try await client.send(.text(""))
      await events.wait(for: "message")
      if how == "close" { client.close() } else { try await client.reset() }
      await events.wait(for: "connectionLost 1006")
      await events.wait(for: "cancelled")
    }
  }

  @Test func sendsWhatWasSentBeforeAClose() async throws {
    let bytes = ByteBuffer(repeating: 0x61, count: 16 << 20)
    let events = Events()
    try await withSocket(
      isReading: false,
      handler: { socket in
        events.record("\(socket.offer(.binary(bytes)))")
        for try await _ in socket.messages {}
      }
    ) { client, _ async throws in
      await events.wait(for: "buffered")
      try await client.send(.close(1000))
      await client.startReading()
      #expect(try await client.receiveHead().status == 101)
      #expect(try await client.receiveFrame().payload.readableBytes == bytes.readableBytes)
      #expect(try await client.receiveFrame() == .close(1000))
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test func givesUpOnASlowPeerIfToldTo() async throws {
    let events = Events()
    let size = 32 << 20
    try await withSocket(
      { $0.closeTimeout = .milliseconds(200) }, isReading: false,
      handler: { socket in
        socket.offer(.binary(ByteBuffer(repeating: 0x61, count: size)))
        #expect(socket.offer(.text("too much")) == .full)
        socket.close(.policyViolation, reason: "too slow")
        #expect(socket.offer(.text("x"), beyondHighWaterMark: true) == .closed)
        let message = try await socket.receive()
        #expect(message == nil)
        #expect(socket.closure == .init(code: .policyViolation, reason: "too slow", byPeer: false))
        while socket.bufferedBytes > 0 { await Task.yield() }
        events.record("dropped")
      }
    ) { client, _ async throws in
      await events.wait(for: "dropped")
      await client.startReading()
      // What the operating system had taken, and no more.
      #expect(await client.countToEnd() < size)
    }
  }

  // MARK: Violations

  static let violations: [(what: String, bytes: ByteBuffer, code: UInt16)] = [
    ("unmasked", RawFrame.text("a").bytes(isMasked: false), 1002),
    ("reserved bit", ByteBuffer(bytes: [0xc1, 0x80, 0, 0, 0, 0]), 1002),
    ("reserved opcode", RawFrame(opcode: 3).bytes(), 1002),
    ("orphan", RawFrame(opcode: 0).bytes(), 1002),
    ("long ping", RawFrame(opcode: 9, payload: ByteBuffer(repeating: 0, count: 126)).bytes(), 1002),
    ("fragmented ping", RawFrame(opcode: 9, isFinal: false).bytes(), 1002),
    ("bad close code", RawFrame.close(1005).bytes(), 1002),
    ("invalid UTF-8", RawFrame(opcode: 1, payload: ByteBuffer(bytes: [0xc3, 0x28])).bytes(), 1007),
    (
      "invalid reason", RawFrame(opcode: 8, payload: ByteBuffer(bytes: [3, 232, 0xff])).bytes(),
      1007
    ),
    ("big frame", RawFrame.binary(zeros: 1001).bytes(), 1009),
    (
      "huge frame",
      ByteBuffer(bytes: [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
      1009
    ),
    (
      "big message",
      RawFrame.bytes([
        RawFrame(opcode: 2, payload: ByteBuffer(repeating: 0, count: 600), isFinal: false),
        RawFrame(opcode: 0, payload: ByteBuffer(repeating: 0, count: 600)),
      ]), 1009
    ),
    (
      "many fragments",
      RawFrame.bytes(
        [RawFrame(opcode: 1, isFinal: false)]
          + [RawFrame](repeating: RawFrame(opcode: 0, isFinal: false), count: 10)), 1009
    ),
    // All of these are unfinished: what is wrong with them is known before the rest comes.
    ("invalid UTF-8 at once", ByteBuffer(bytes: [0x81, 0xa0, 0, 0, 0, 0, 0x61, 0xff]), 1007),
    (
      "a surrogate at its second byte",
      ByteBuffer(bytes: [
        0x01, 0x83, 0, 0, 0, 0, 0xe2, 0x82, 0xac, 0x00, 0xa0, 0, 0, 0, 0, 0xed, 0xa0,
      ]),
      1007
    ),
    ("big frame by its header", ByteBuffer(bytes: [0x82, 0xfe, 0x03, 0xe9, 0, 0, 0, 0]), 1009),
  ]

  @Test(arguments: violations.indices)
  func closesOnViolations(index: Int) async throws {
    let (what, bytes, code) = Self.violations[index]
    let events = Events()
    try await withSocket(
      {
        $0.maxFrameBytes = 1000
        $0.maxMessageBytes = 1000
        $0.maxFragments = 10
      },
      handler: { socket in
        do {
          for try await _ in socket.messages { events.record("message") }
          events.record("end")
        } catch WebSocketError.protocolViolation(let code, _) {
          events.record("\(code.rawValue)")
          throw WebSocketError.closed
        }
      }
    ) { client, _ async throws in
      try await client.send(bytes)
      #expect(try await client.receiveFrame().closeCode == code, "\(what)")
      client.post(RawFrame.text("never").bytes())
      #expect(await client.receiveToEnd() == "", "\(what)")
      await events.wait(for: "\(code)")
      #expect(events.all == ["\(code)"], "\(what)")
    }
  }
}

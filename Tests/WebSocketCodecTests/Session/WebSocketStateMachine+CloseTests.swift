// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import WebSocketCodec

struct WebSocketStateMachineCloseTests {
  private var server = WebSocketStateMachine(role: .server)
  private var out = ByteBuffer()

  private mutating func expectNothingIsWritten(
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let before = out
    let payload = ByteBuffer(bytes: [1])
    let written = [
      server.write(text: "a", into: &out), server.write(binary: payload, into: &out),
      server.write(ping: payload, into: &out), server.write(pong: payload, into: &out),
      server.write(WebSocketPreparedMessage(text: "a"), into: &out),
    ]
    #expect(!written.contains(true), sourceLocation: sourceLocation)
    #expect(
      server.write(binary: payload, detachingFrom: 0, into: &out) == nil,
      sourceLocation: sourceLocation)
    #expect(out == before, sourceLocation: sourceLocation)
  }

  @Test mutating func weCloseFirst() {
    #expect(server.closeState == .open)
    #expect(server.writeClose(.goingAway, reason: "bye", into: &out))
    #expect(out == ByteBuffer(bytes: RawFrame.close(1001, Array("bye".utf8)).unmasked().bytes))
    #expect(server.closeState == .closeSent)
    expectNothingIsWritten()
    #expect(!server.writeClose(.normalClosure, into: &out))

    let events = server.events(
      feeding: .text("late"), .ping([1]), .pong(), .binary([1], fin: false), .close(1001))
    #expect(events == [.close(.goingAway, reason: "")])
    #expect(server.closeState == .closed)
    #expect(!server.writeClose(nil, into: &out))
    #expect(server.events(feeding: .text("later")).isEmpty)
  }

  @Test mutating func thePeerClosesFirst() {
    #expect(server.events(feeding: .close(1000)) == [.close(.normalClosure, reason: "")])
    #expect(server.closeState == .closeReceived)
    #expect(server.events(feeding: .text("late"), .emptyClose).isEmpty)

    #expect(server.write(text: "answer", into: &out))
    #expect(server.writeClose(.normalClosure, into: &out))
    let frames = [RawFrame.text("answer"), .close(1000)].map { $0.unmasked() }
    #expect(out == ByteBuffer(bytes: frames.flatMap(\.bytes)))
    #expect(server.closeState == .closed)
    expectNothingIsWritten()
    #expect(!server.writeClose(.normalClosure, into: &out))
  }

  @Test mutating func aFailureLeavesOurCloseFrameDue() {
    #expect(server.events(feeding: RawFrame(opcode: 3)) == [.failure(.reservedOpcode)])
    #expect(server.closeState == .closeReceived)
    #expect(server.write(pong: ByteBuffer(), into: &out))
    #expect(server.writeClose(.protocolError, into: &out))
    #expect(server.closeState == .closed)
    expectNothingIsWritten()
  }

  @Test mutating func aFailureAfterOurCloseFrameEndsAll() {
    server.writeClose(nil, into: &out)
    #expect(server.events(feeding: RawFrame(opcode: 3)) == [.failure(.reservedOpcode)])
    #expect(server.closeState == .closed)
  }

  @Test(arguments: [true, false])
  mutating func theRestOfAMessageIsSkippedAfterOurCloseFrame(isLastFrame: Bool) {
    let frame = RawFrame.text([UInt8](repeating: 0x61, count: 300), fin: isLastFrame).bytes
    #expect(server.events(feeding: [frame.prefix(100)]).isEmpty)
    server.writeClose(.normalClosure, into: &out)
    var rest = [Array(frame.dropFirst(100))]
    if !isLastFrame { rest.append(RawFrame.continuation([0xFF], fin: true).bytes) }
    rest.append(RawFrame.close(1000).bytes)
    #expect(server.events(feeding: rest) == [.close(.normalClosure, reason: "")])
  }

  @Test mutating func discardsAllBytesAfterTheEnd() {
    _ = server.events(feeding: .emptyClose)
    var late = ByteBuffer(bytes: RawFrame.text("late").bytes)
    #expect(server.next(in: &late) == nil)
    #expect(late.readableBytes == 0)
  }

  @Test(
    arguments: [nil, .noStatusReceived, .abnormalClosure, .tlsHandshake] as [WebSocketCloseCode?])
  mutating func codesThatMayNotBeSentSendAnEmptyFrame(code: WebSocketCloseCode?) {
    server.writeClose(code, reason: "not sent", into: &out)
    #expect(out == ByteBuffer(bytes: [0x88, 0]))
  }

  @Test(arguments: [
    (String(repeating: "a", count: 123), 123), (String(repeating: "a", count: 124), 123),
    (String(repeating: "é", count: 62), 122), ("a" + String(repeating: "é", count: 61), 123),
    (String(repeating: "𝄞", count: 40), 120), (String(repeating: "👩‍👩‍👧‍👦", count: 10), 100),
  ])
  mutating func longReasonsAreCutBetweenCharacters(reason: String, count: Int) throws {
    server.writeClose(.normalClosure, reason: reason, into: &out)
    var client = WebSocketStateMachine(role: .client)
    guard case .close(.normalClosure, let kept) = client.next(in: &out) else {
      Issue.record("no close frame")
      return
    }
    #expect(kept.utf8.count == count)
    #expect(reason.hasPrefix(kept))
  }
}

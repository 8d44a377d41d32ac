// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import WebSocketCodec

/// What is observable of how payloads are taken: when text fails, what is copied, what is kept.
struct WebSocketStateMachineMessagesTests {
  @Test func invalidTextFailsAtItsFirstBadByteInsideAnUnfinishedFrame() {
    let frame = RawFrame(
      fin: false, opcode: 1, length: .long(70_000), payload: [0x61, 0xE2, 0x82, 0xC0]
    ).bytes
    var machine = WebSocketStateMachine(role: .server)
    #expect(machine.events(feeding: [frame.dropLast()]).isEmpty)

    var last = ByteBuffer(bytes: frame.suffix(1))
    #expect(machine.next(in: &last) == .failure(.invalidUTF8))
  }

  @Test func consumesAllButAnUnfinishedHeader() {
    var machine = WebSocketStateMachine(role: .server)
    let frame = RawFrame.binary([UInt8](repeating: 1, count: 1000)).bytes
    var buffer = ByteBuffer(bytes: frame.prefix(500))
    #expect(machine.next(in: &buffer) == nil)
    #expect(buffer.readableBytes == 0)

    buffer = ByteBuffer(bytes: frame.dropFirst(500) + frame.prefix(7))
    #expect(machine.next(in: &buffer) != nil)
    #expect(machine.next(in: &buffer) == nil)
    #expect(buffer.readableBytes == 7)
  }

  @Test func aLongHeaderAllocatesNothingInAdvance() {
    var machine = WebSocketStateMachine(
      role: .server, limits: .init(maxFrameBytes: 1 << 30, maxMessageBytes: 1 << 30))
    _ = machine.events(feeding: RawFrame(opcode: 2, length: .long(1 << 30), payload: [1, 2, 3]))
    #expect(machine.message.bytes.capacity <= 64 << 10)
  }

  @Test func nothingIsKeptBetweenMessages() {
    var machine = WebSocketStateMachine(role: .server)
    let empty = ByteBuffer().storageCapacity
    _ = machine.events(
      feeding: .text("long text in a fragment", fin: false), .continuation([0x61], fin: true))
    #expect(machine.message.bytes.storageCapacity == empty)
  }

  @Test func unmasksALargePayloadInPlaceWhenTheBufferIsUnshared() throws {
    let payload = [UInt8](repeating: 0x5A, count: 16_384)
    var buffer = ByteBuffer(bytes: RawFrame.binary(payload).bytes)
    let range = buffer.withUnsafeReadableBytes { Self.addresses($0) }
    var machine = WebSocketStateMachine(role: .server)
    guard case .binary(let message) = machine.next(in: &buffer) else {
      Issue.record("no binary message")
      return
    }
    #expect(message == ByteBuffer(bytes: payload))
    #expect(range.contains(message.withUnsafeReadableBytes { Self.addresses($0).lowerBound }))
  }

  @Test(arguments: [20, 1023, 1024, 16_384])
  func leavesASharedBufferAsItIs(count: Int) {
    let bytes = RawFrame.binary([UInt8](repeating: 0x5A, count: count)).bytes
    let original = ByteBuffer(bytes: bytes)
    var buffer = original
    var machine = WebSocketStateMachine(role: .server)
    #expect(machine.next(in: &buffer) == .binary(ByteBuffer(repeating: 0x5A, count: count)))
    #expect(original == ByteBuffer(bytes: bytes))

    let text = RawFrame.text(String(repeating: "é", count: count / 2))
    let originalText = ByteBuffer(bytes: text.bytes)
    buffer = originalText
    #expect(machine.next(in: &buffer) == .text(String(repeating: "é", count: count / 2)))
    #expect(originalText == ByteBuffer(bytes: text.bytes))
  }

  @Test func aSmallMessageDoesNotKeepTheReceiveBufferAlive() {
    var buffer = ByteBuffer()
    buffer.reserveCapacity(65_536)
    buffer.writeBytes(RawFrame.binary([1, 2, 3]).bytes)
    buffer.writeBytes(RawFrame.binary([UInt8](repeating: 1, count: 1100)).bytes)
    var machine = WebSocketStateMachine(role: .server)
    while case .binary(let message) = machine.next(in: &buffer) {
      #expect(message.storageCapacity <= 2 * message.readableBytes + 64)
    }
    #expect(buffer.readableBytes == 0)
  }

  @Test(arguments: [10, 2000])
  func limitsAreForEachMessage(count: Int) {
    var machine = WebSocketStateMachine(
      role: .server,
      limits: .init(maxFrameBytes: count, maxMessageBytes: count, maxFragments: 1))
    let frame = RawFrame.binary([UInt8](repeating: 1, count: count))
    let expected = Event.binary(ByteBuffer(repeating: 1, count: count))
    #expect(machine.events(feeding: frame, frame, frame) == [expected, expected, expected])
  }

  @Test func largeTextIsReadTheSameSharedOrNot() {
    let text = String(repeating: "0123456789 é ", count: 1000)
    let bytes = RawFrame.text(text).bytes
    var machine = WebSocketStateMachine(role: .server)
    var unshared = ByteBuffer(bytes: bytes)
    #expect(machine.next(in: &unshared) == .text(text))
    let original = ByteBuffer(bytes: bytes)
    var shared = original
    #expect(machine.next(in: &shared) == .text(text))
    #expect(original == ByteBuffer(bytes: bytes))
  }

  private static func addresses(_ bytes: UnsafeRawBufferPointer) -> Range<UInt> {
    let start = UInt(bitPattern: bytes.baseAddress)
    return start..<start + UInt(bytes.count)
  }
}

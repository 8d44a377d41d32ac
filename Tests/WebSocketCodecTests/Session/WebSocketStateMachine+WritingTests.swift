// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import WebSocketCodec

struct WebSocketStateMachineWritingTests {
  private var server = WebSocketStateMachine(role: .server)
  private var out = ByteBuffer()

  @Test(arguments: [0, 1, 20, 125, 126, 127, 65_535, 65_536, 100_000])
  mutating func serverFramesAreThoseOfTheRFC(count: Int) {
    let payload = [UInt8](repeating: 0x61, count: count)
    #expect(server.write(binary: ByteBuffer(bytes: payload), into: &out))
    #expect(out == ByteBuffer(bytes: RawFrame.binary(payload).unmasked().bytes))

    out.clear()
    #expect(server.write(text: String(decoding: payload, as: UTF8.self), into: &out))
    #expect(out == ByteBuffer(bytes: RawFrame.text(payload).unmasked().bytes))
  }

  @Test mutating func framesAreAppended() {
    server.write(text: "é", into: &out)
    server.write(ping: ByteBuffer(bytes: [1]), into: &out)
    server.write(pong: ByteBuffer(bytes: [2]), into: &out)
    server.write(ping: ByteBuffer(), into: &out)
    let frames = [RawFrame.text("é"), .ping([1]), .pong([2]), .ping()]
    #expect(out == ByteBuffer(bytes: frames.flatMap { $0.unmasked().bytes }))
  }

  @Test mutating func controlPayloadsAreCutAt125Bytes() {
    server.write(ping: ByteBuffer(repeating: 7, count: 126), into: &out)
    let cut = RawFrame.ping([UInt8](repeating: 7, count: 125)).unmasked()
    #expect(out == ByteBuffer(bytes: cut.bytes))
  }

  @Test func clientFramesAreMaskedWithChangingKeys() {
    var client = WebSocketStateMachine(role: .client)
    var keys: Set<[UInt8]> = []
    for _ in 0..<8 {
      var out = ByteBuffer()
      client.write(text: "hello", into: &out)
      let bytes = Array(out.readableBytesView)
      let key = Array(bytes[2..<6])
      let frame = RawFrame(opcode: 1, mask: key, payload: Array("hello".utf8))
      #expect(bytes == frame.bytes)
      keys.insert(key)
    }
    #expect(keys.count > 1)
  }

  @Test mutating func aLargePayloadCanBeSentFromWhereItIs() throws {
    let payload = ByteBuffer(repeating: 7, count: 70_000)
    let detached = server.write(binary: payload, detachingFrom: 1000, into: &out)
    #expect(detached == payload)
    let frame = RawFrame.binary([UInt8](repeating: 7, count: 70_000)).unmasked().bytes
    #expect(Array(out.readableBytesView) == Array(frame.dropLast(70_000)))

    out.clear()
    #expect(server.write(binary: payload, detachingFrom: 70_001, into: &out) == nil)
    #expect(Array(out.readableBytesView) == frame)
  }

  @Test func aClientDetachesNothing() {
    var client = WebSocketStateMachine(role: .client)
    var out = ByteBuffer()
    let payload = ByteBuffer(repeating: 7, count: 2000)
    #expect(client.write(binary: payload, detachingFrom: 1, into: &out) == nil)
    var server = WebSocketStateMachine(role: .server)
    #expect(server.next(in: &out) == .binary(payload))
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing
import WebSocketCodec

struct WebSocketPreparedMessageTests {
  private static let messages: [(WebSocketPreparedMessage, RawFrame)] = [
    (WebSocketPreparedMessage(text: "é"), .text("é")),
    (WebSocketPreparedMessage(text: ""), .text("")),
    (WebSocketPreparedMessage(binary: ByteBuffer(bytes: [1, 2])), .binary([1, 2])),
    (
      WebSocketPreparedMessage(binary: ByteBuffer(repeating: 3, count: 200)),
      .binary([UInt8](repeating: 3, count: 200))
    ),
  ]

  @Test(arguments: messages.indices)
  func isTheServersFrame(index: Int) {
    let (prepared, frame) = Self.messages[index]
    #expect(prepared.serverFrame == ByteBuffer(bytes: frame.unmasked().bytes))
    var out = ByteBuffer(bytes: [9])
    var server = WebSocketStateMachine(role: .server)
    #expect(server.write(prepared, into: &out))
    #expect(out == ByteBuffer(bytes: [9] + frame.unmasked().bytes))
  }

  @Test(arguments: messages.indices)
  func isMaskedByAClient(index: Int) {
    let (prepared, frame) = Self.messages[index]
    var out = ByteBuffer()
    var client = WebSocketStateMachine(role: .client)
    #expect(client.write(prepared, into: &out))
    var server = WebSocketStateMachine(role: .server)
    var expected = WebSocketStateMachine(role: .server)
    var bytes = ByteBuffer(bytes: frame.bytes)
    #expect(server.next(in: &out) == expected.next(in: &bytes))
  }
}

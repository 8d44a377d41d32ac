// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

/// A message encoded once and sent on many connections, such as a broadcast.
///
/// A server's frames are not masked, so the same bytes serve all of them and are shared, not copied.
public struct WebSocketPreparedMessage: Sendable {
  /// The complete unmasked frame, header and payload.
  public let serverFrame: ByteBuffer

  let opcode: Opcode
  let headerLength: Int

  /// Encodes a text message.
  public init(text: String) {
    var text = text
    self = text.withUTF8 { Self(.text, UnsafeRawBufferPointer($0)) }
  }

  /// Encodes a binary message.
  public init(binary payload: ByteBuffer) {
    self = payload.withUnsafeReadableBytes { Self(.binary, $0) }
  }

  private init(_ opcode: Opcode, _ payload: UnsafeRawBufferPointer) {
    var machine = WebSocketStateMachine(role: .server)
    var frame = ByteBuffer()
    machine.writeFrame(opcode, payload, into: &frame)
    self.opcode = opcode
    self.headerLength = frame.readableBytes - payload.count
    self.serverFrame = frame
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

internal import NIOCore

extension WebSocketStateMachine {
  /// Takes a message of at most 125 bytes that is complete at the head of `bytes`, in one frame.
  ///
  /// The commonest messages by far are small, and cost less than the general way there: header and
  /// payload are read in one access to the buffer, since every access to its storage pays for a
  /// dynamic exclusivity check. Knows no errors; what it does not take it leaves to the general
  /// way, which finds them.
  ///
  /// - Parameter frameLength: set to the bytes taken.
  @inline(__always)
  func readSmallMessage(_ bytes: UnsafeRawBufferPointer, _ frameLength: inout Int) -> Event? {
    guard bytes.count >= 2, let base = bytes.baseAddress else { return nil }
    // FIN, no reserved bit, and text or binary.
    let first = base.load(as: UInt8.self)
    guard first == 0x81 || first == 0x82 else { return nil }
    let isMasked = role == .server
    // The mask bit cleared if it is right and set if it is wrong: then the length is above 125.
    let length = Int(base.load(fromByteOffset: 1, as: UInt8.self) ^ (isMasked ? 0x80 : 0))
    let headerLength = isMasked ? 6 : 2
    guard length <= 125, bytes.count >= headerLength &+ length,
      length <= limits.maxFrameBytes, length <= limits.maxMessageBytes
    else { return nil }
    let mask =
      isMasked
      ? UInt32(littleEndian: base.loadUnaligned(fromByteOffset: 2, as: UInt32.self)) : 0

    let source = base + headerLength
    frameLength = headerLength &+ length
    guard first == 0x81 else {
      return .binary(Self.unmasked(source, mask: mask, count: length))
    }
    return withUnsafeTemporaryAllocation(byteCount: 128, alignment: 16) { scratch in
      guard let target = scratch.baseAddress else { return nil }
      let isASCII = Masking.apply(mask, from: source, to: target, count: length)
      let text = UnsafeRawBufferPointer(start: target, count: length)
      return Self.string(text, isASCII: isASCII).map(Event.text)
    }
  }

  @inline(never)
  private static func unmasked(
    _ source: UnsafeRawPointer, mask: UInt32, count: Int
  ) -> ByteBuffer {
    var payload = ByteBufferAllocator().buffer(capacity: count)
    payload.append(upTo: count) { target in
      _ = Masking.apply(mask, from: source, to: target, count: count)
      return count
    }
    return payload
  }
}

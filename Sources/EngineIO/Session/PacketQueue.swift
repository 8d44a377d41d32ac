// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The packets of a session that wait for a poll or a WebSocket, in order.
struct PacketQueue: Sendable, Hashable {
  private(set) var packets: [Packet] = []
  private(set) var byteCount = 0

  var isEmpty: Bool { packets.isEmpty }

  mutating func append(_ packet: Packet) {
    packets.append(packet)
    byteCount += packet.byteCount
  }

  mutating func takeAll() -> [Packet] {
    defer { self = PacketQueue() }
    return packets
  }
}

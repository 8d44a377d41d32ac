// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The packets of a session that wait for a poll or a WebSocket, in order.
struct PacketQueue: Sendable, Hashable {
  private(set) var packets: [Packet] = []
  private(set) var byteCount = 0
  /// Whether a packet of the heartbeat waits, so that the client cannot know of it.
  private(set) var holdsHeartbeat = false

  var isEmpty: Bool { packets.isEmpty }

  mutating func append(_ packet: Packet) {
    packets.append(packet)
    byteCount += packet.byteCount
    switch packet {
    case .ping, .pong: holdsHeartbeat = true
    default: break
    }
  }

  mutating func takeAll() -> [Packet] {
    defer { self = PacketQueue() }
    return packets
  }
}

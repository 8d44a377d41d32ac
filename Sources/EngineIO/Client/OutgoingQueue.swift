// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The packets of a client that wait for a post or a WebSocket, in order.
struct OutgoingQueue: Sendable, Hashable {
  private var packets: [Packet] = []
  /// Packets at the front that were taken and are not yet removed.
  private var taken = 0
  private(set) var byteCount = 0

  var count: Int { packets.count - taken }
  var isEmpty: Bool { count == 0 }

  mutating func append(_ packet: Packet) {
    packets.append(packet)
    byteCount += packet.byteCount
  }

  mutating func takeAll() -> [Packet] {
    defer { self = OutgoingQueue() }
    return taken == 0 ? packets : Array(packets[taken...])
  }

  /// The first packets that fit into a payload; at least one, unless the queue is empty.
  mutating func takePayload(maxBytes: Int, maxPackets: Int) -> [Packet] {
    var size = 0
    var end = taken
    while end < packets.count, end - taken < max(maxPackets, 1) {
      let (sum, overflow) = size.addingReportingOverflow(
        PayloadEncoder.encodedCount(of: packets[end]) + (end > taken ? 1 : 0))
      guard end == taken || !overflow && sum <= maxBytes else { break }
      size = sum
      end += 1
    }
    if end == packets.count { return takeAll() }
    let payload = Array(packets[taken..<end])
    for packet in payload { byteCount -= packet.byteCount }
    taken = end
    if taken >= 64 && taken * 2 >= packets.count {
      packets.removeFirst(taken)
      taken = 0
    }
    return payload
  }
}

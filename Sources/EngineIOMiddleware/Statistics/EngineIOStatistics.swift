// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO

/// What an Engine.IO server did since it was created, at one moment.
///
/// Packets and bytes are those of the protocol: a packet's type and its data, before base64 and the
/// framing of HTTP and WebSocket. What is sent counts when it goes to a WebSocket or into the answer
/// to a poll.
public struct EngineIOStatistics: Sendable, Hashable {
  /// The sessions that are open, by how their packets travel now.
  public var openSessions: [TransportKind: Int] = [.polling: 0, .websocket: 0]
  /// The sessions whose connect handler returned, in all.
  public var sessionsOpened = 0
  /// The sessions that ended, by the reason; none of a reason that did not occur.
  public var sessionsEnded: [DisconnectReason: Int] = [:]
  /// The sessions that went over from polling to a WebSocket.
  public var upgrades = 0
  /// Packets that clients sent, those of heartbeats and probes too.
  public var packetsReceived = 0
  /// Packets that clients were sent.
  public var packetsSent = 0
  /// Messages among the packets received.
  public var messagesReceived = 0
  /// Messages among the packets sent.
  public var messagesSent = 0
  /// Bytes of the packets received.
  public var bytesReceived = 0
  /// Bytes of the packets sent.
  public var bytesSent = 0

  /// Creates statistics of nothing.
  public init() {}

  mutating func add(_ traffic: EngineIOTraffic) {
    upgrades += traffic.hasUpgraded ? 1 : 0
    packetsReceived += traffic.received.packets
    packetsSent += traffic.sent.packets
    messagesReceived += traffic.received.messages
    messagesSent += traffic.sent.messages
    bytesReceived += traffic.received.bytes
    bytesSent += traffic.sent.bytes
  }
}

/// What went through one session.
struct EngineIOTraffic: Sendable {
  var received = Direction()
  var sent = Direction()
  var hasUpgraded = false

  struct Direction: Sendable {
    var packets = 0
    var messages = 0
    var bytes = 0

    @inline(__always)
    mutating func count(_ message: EngineIOMessage) {
      packets &+= 1
      messages &+= 1
      bytes &+= 1 &+ message.byteCount
    }

    @inline(__always)
    mutating func count(_ packet: Packet) {
      packets &+= 1
      bytes &+= packet.byteCount
      if case .message = packet { messages &+= 1 }
    }

    mutating func count(_ packets: [Packet]) {
      for packet in packets { count(packet) }
    }
  }
}

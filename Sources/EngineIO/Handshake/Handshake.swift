// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// What the open packet tells the client: the session's id and the server's settings.
public struct Handshake: Sendable, Hashable {
  /// The session's id.
  public var sid: String
  /// The transports that the client may upgrade to.
  public var upgrades: [String]
  /// The time between a pong and the next ping. On the wire: whole milliseconds, rounded up.
  public var pingInterval: Duration
  /// The time that the client has to answer a ping. On the wire: whole milliseconds, rounded up.
  public var pingTimeout: Duration
  /// The largest payload that the server accepts, in bytes.
  public var maxPayload: Int

  /// Creates a handshake.
  public init(
    sid: String, upgrades: [String], pingInterval: Duration, pingTimeout: Duration, maxPayload: Int
  ) {
    self.sid = sid
    self.upgrades = upgrades
    self.pingInterval = pingInterval
    self.pingTimeout = pingTimeout
    self.maxPayload = maxPayload
  }

  /// The JSON text of the open packet, with exactly the five keys of the protocol.
  public var json: String { json(for: .v4) }

  /// The JSON text of the open packet, with exactly the keys of the protocol: `maxPayload` came with
  /// version 4.
  public func json(for version: ProtocolVersion) -> String {
    var json = ""
    JSONText.append(sid, to: &json)
    return #"{"sid":"# + json + "," + settings(for: version)
  }

  /// The open packet's text for `id`, which has nothing to escape, and the settings that all sessions
  /// of its kind have in common.
  public static func json(for id: SessionID, settings: String) -> String {
    var json = #"{"sid":""#
    json.reserveCapacity(json.utf8.count + id.rawValue.utf8.count + 2 + settings.utf8.count)
    json += id.rawValue
    json += #"","#
    json += settings
    return json
  }

  /// What follows the session's id in the open packet.
  public func settings(for version: ProtocolVersion) -> String {
    var json = #""upgrades":["#
    for (index, upgrade) in upgrades.enumerated() {
      if index > 0 { json += "," }
      JSONText.append(upgrade, to: &json)
    }
    json += #"],"pingInterval":\#(Self.milliseconds(pingInterval))"#
    json += #","pingTimeout":\#(Self.milliseconds(pingTimeout))"#
    if version == .v4 { json += #","maxPayload":\#(maxPayload)"# }
    return json + "}"
  }

  private static func milliseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    guard !overflow else { return .max }
    let step: Int64 = 1_000_000_000_000_000
    return whole &+ attoseconds / step &+ (attoseconds % step > 0 ? 1 : 0)
  }
}

/// Why a handshake could not be read.
public enum HandshakeError: Error, Sendable, Hashable {
  /// The text is not a JSON object (RFC 8259) or is nested too deeply.
  case malformed
  /// A required key is missing, or its value is of the wrong type or out of range.
  case invalid(key: String)
}

extension Handshake {
  /// Reads the JSON text of an open packet. Unknown keys are skipped; of repeated keys the last
  /// counts; a missing `maxPayload`, which older servers do not send, means no limit.
  ///
  /// - Throws: `HandshakeError`.
  public init(json text: String) throws(HandshakeError) {
    var sid: String?
    var upgrades: [String]?
    var interval: Int?
    var timeout: Int?
    var maxPayload: Int? = .max
    var reader = JSONReader(text)
    try reader.readObject { (key, value) throws(HandshakeError) in
      switch key {
      case "sid": sid = value.string
      case "upgrades": upgrades = value.strings
      case "pingInterval": interval = value.count
      case "pingTimeout": timeout = value.count
      case "maxPayload": maxPayload = value.count
      default: break
      }
    }
    guard let sid, !sid.isEmpty else { throw .invalid(key: "sid") }
    guard let upgrades else { throw .invalid(key: "upgrades") }
    guard let interval else { throw .invalid(key: "pingInterval") }
    guard let timeout else { throw .invalid(key: "pingTimeout") }
    guard let maxPayload else { throw .invalid(key: "maxPayload") }
    self.init(
      sid: sid, upgrades: upgrades, pingInterval: .milliseconds(interval),
      pingTimeout: .milliseconds(timeout), maxPayload: maxPayload)
  }
}

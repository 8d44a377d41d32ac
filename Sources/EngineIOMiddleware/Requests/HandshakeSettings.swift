// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO

/// What open packets tell besides the session's id, written once for all sessions of a kind.
struct HandshakeSettings: Sendable {
  private let allowsUpgrades: Bool
  private let upgradeable: Texts
  private let other: Texts

  private struct Texts: Sendable {
    let v3: String
    let v4: String

    init(_ handshake: Handshake) {
      v3 = handshake.settings(for: .v3)
      v4 = handshake.settings(for: .v4)
    }
  }

  init(_ configuration: EngineIOServer.Configuration) {
    allowsUpgrades = configuration.session.allowsUpgrades
    var handshake = Handshake(
      sid: "", upgrades: [],
      pingInterval: configuration.pingInterval + configuration.pingIntervalGrace,
      pingTimeout: configuration.pingTimeout, maxPayload: configuration.maxPayload)
    other = Texts(handshake)
    handshake.upgrades = [TransportKind.websocket.rawValue]
    upgradeable = Texts(handshake)
  }

  subscript(transport: TransportKind, version: ProtocolVersion) -> String {
    let texts = transport == .polling && allowsUpgrades ? upgradeable : other
    return version == .v3 ? texts.v3 : texts.v4
  }
}

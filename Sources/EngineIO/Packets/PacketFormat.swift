// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// A version of the Engine.IO protocol.
public enum ProtocolVersion: UInt8, Sendable, Hashable, CaseIterable {
  /// That of Socket.IO 1 and 2. The client pings and the server answers.
  case v3 = 3
  /// That of Socket.IO 3 and later. The server pings and the client answers.
  case v4 = 4
}

/// How the packets of a session are written.
public enum PacketFormat: Sendable, Hashable, CaseIterable {
  /// Version 4.
  case v4
  /// Version 3.
  case v3
  /// Version 3 for a client that asked, with `b64=1`, for base64 in place of binary data.
  case v3Base64

  /// The protocol version.
  public var version: ProtocolVersion {
    switch self {
    case .v4: .v4
    case .v3, .v3Base64: .v3
    }
  }
}

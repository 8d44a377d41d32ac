// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Why a connection was closed (RFC 6455 section 7.4 and the IANA close code registry).
public struct WebSocketCloseCode: RawRepresentable, Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt16

  /// Makes a code of any number; see ``isAllowedOnWire``.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// 1000: the purpose of the connection is fulfilled.
  public static let normalClosure = Self(rawValue: 1000)
  /// 1001: a server goes down, or a browser leaves the page.
  public static let goingAway = Self(rawValue: 1001)
  /// 1002: the peer broke the protocol.
  public static let protocolError = Self(rawValue: 1002)
  /// 1003: a kind of data that this endpoint does not take.
  public static let unsupportedData = Self(rawValue: 1003)
  /// 1005: stands for a close frame without a code; never sent.
  public static let noStatusReceived = Self(rawValue: 1005)
  /// 1006: stands for a connection lost without a close frame; never sent.
  public static let abnormalClosure = Self(rawValue: 1006)
  /// 1007: data not consistent with its type, such as text that is not UTF-8.
  public static let invalidPayload = Self(rawValue: 1007)
  /// 1008: a policy of the endpoint was broken.
  public static let policyViolation = Self(rawValue: 1008)
  /// 1009: a message too big to process.
  public static let messageTooBig = Self(rawValue: 1009)
  /// 1010: the client expected an extension the server did not accept.
  public static let mandatoryExtension = Self(rawValue: 1010)
  /// 1011: the server met an unexpected condition.
  public static let internalError = Self(rawValue: 1011)
  /// 1012: the service restarts.
  public static let serviceRestart = Self(rawValue: 1012)
  /// 1013: try again later.
  public static let tryAgainLater = Self(rawValue: 1013)
  /// 1014: a gateway got an invalid answer from upstream.
  public static let badGateway = Self(rawValue: 1014)
  /// 1015: stands for a failed TLS handshake; never sent.
  public static let tlsHandshake = Self(rawValue: 1015)

  /// Whether the code may stand in a close frame: the registered 1000–1003 and 1007–1014, and
  /// 3000–4999 for libraries and applications (RFC 6455 sections 7.4.1 and 7.4.2).
  public var isAllowedOnWire: Bool {
    switch rawValue {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}

extension WebSocketCloseCode: CustomStringConvertible {
  /// The number in decimal.
  public var description: String { String(rawValue) }
}

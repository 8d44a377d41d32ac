// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension WebSocket {
  /// The status of a close frame (RFC 6455 section 7.4).
  public struct CloseCode: RawRepresentable, Sendable, Hashable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) {
      self.rawValue = rawValue
    }

    /// 1000: the purpose of the connection has been fulfilled.
    public static let normalClosure = CloseCode(rawValue: 1000)
    /// 1001: a server going down or a page being left.
    public static let goingAway = CloseCode(rawValue: 1001)
    /// 1002: a violation of the protocol.
    public static let protocolError = CloseCode(rawValue: 1002)
    /// 1003: a type of data that cannot be accepted.
    public static let unsupportedData = CloseCode(rawValue: 1003)
    /// 1005: the peer's close frame had no status; never sent.
    public static let noStatusReceived = CloseCode(rawValue: 1005)
    /// 1006: the connection was lost without a close frame; never sent.
    public static let abnormalClosure = CloseCode(rawValue: 1006)
    /// 1007: data that does not fit the message's type, such as invalid UTF-8.
    public static let invalidPayload = CloseCode(rawValue: 1007)
    /// 1008: a message that violates a policy.
    public static let policyViolation = CloseCode(rawValue: 1008)
    /// 1009: a message that is too big.
    public static let messageTooBig = CloseCode(rawValue: 1009)
    /// 1011: an unexpected condition on the server.
    public static let internalError = CloseCode(rawValue: 1011)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPTypes

/// Why a request was refused, as the answer that the peer should get.
///
/// The framing of the connection is unknown after any of these: answer with ``status`` and close.
public struct HTTPParseError: Error, Equatable, Sendable {
  /// 400, 413, 414, 417, 431, 501 or 505.
  public var status: HTTPResponse.Status
  /// One sentence for logs and developers; it never quotes bytes of the peer.
  public var reason: String

  /// Creates an error with the status to answer and the reason to log.
  public init(status: HTTPResponse.Status, reason: String) {
    self.status = status
    self.reason = reason
  }
}

extension HTTPParseError {
  @inline(never)
  static func badRequest(_ reason: String) -> Self { Self(status: .badRequest, reason: reason) }

  static var headTooLarge: Self {
    Self(
      status: .requestHeaderFieldsTooLarge,
      reason: "The request line and header fields are larger than the limit.")
  }
  static var tooManyFields: Self {
    Self(status: .requestHeaderFieldsTooLarge, reason: "The message has too many fields.")
  }
  static var trailersTooLarge: Self {
    Self(
      status: .requestHeaderFieldsTooLarge, reason: "The trailer fields are larger than the limit.")
  }
  static var targetTooLong: Self {
    Self(status: .uriTooLong, reason: "The request target is longer than the limit.")
  }
  static var bodyTooLarge: Self {
    Self(status: .contentTooLarge, reason: "The request body is larger than the limit.")
  }
  static var methodTooLong: Self {
    Self(status: .notImplemented, reason: "The method is longer than any known method.")
  }
  static var unknownTransferCoding: Self {
    Self(status: .notImplemented, reason: "The transfer coding is not implemented.")
  }
  static var unknownExpectation: Self {
    Self(status: .expectationFailed, reason: "The expectation is not supported.")
  }
  static var unsupportedVersion: Self {
    Self(status: .httpVersionNotSupported, reason: "Only HTTP/1.0 and HTTP/1.1 are spoken here.")
  }
}

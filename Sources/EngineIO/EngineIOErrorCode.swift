// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// An error answer of an Engine.IO server: the code and message of the JSON body, and the HTTP
/// status to send it with.
///
/// Codes 0 to 5 are those of the JavaScript server. Answers that it does not have share the code
/// of the nearest one it has and are told apart by status and message.
public struct EngineIOErrorCode: Error, Sendable, Hashable {
  /// The number in the body.
  public var code: Int
  /// The text in the body.
  public var message: String
  /// The HTTP status.
  public var status: Int

  /// Creates an error answer.
  public init(code: Int, message: String, status: Int = 400) {
    self.code = code
    self.message = message
    self.status = status
  }

  /// Code 0: no transport, or one that is unknown or not enabled.
  public static let transportUnknown = Self(code: 0, message: "Transport unknown")
  /// Code 1: no session has this id.
  public static let sessionIDUnknown = Self(code: 1, message: "Session ID unknown")
  /// Code 2: a handshake must be a GET.
  public static let badHandshakeMethod = Self(code: 2, message: "Bad handshake method")
  /// Code 3: the request does not fit the session or the protocol.
  public static let badRequest = Self(code: 3, message: "Bad request")
  /// Code 4: the request is not allowed.
  public static let forbidden = Self(code: 4, message: "Forbidden", status: 403)
  /// Code 5: the protocol version is not 4, nor 3 where that is allowed.
  public static let unsupportedProtocolVersion =
    Self(code: 5, message: "Unsupported protocol version")

  /// The request's origin may not use this server.
  public static let originNotAllowed = Self(code: 3, message: "Origin not allowed")
  /// The method is not one that a session answers.
  public static let methodNotAllowed = Self(code: 3, message: "Method not allowed", status: 405)
  /// A post exceeds the size limit.
  public static let payloadTooLarge = Self(code: 3, message: "Payload too large", status: 413)
  /// The server is not running, or shutting down.
  public static let unavailable = Self(code: 4, message: "Service unavailable", status: 503)

  /// An answer to a handshake that the application rejected.
  public static func rejected(_ message: String = "Unauthorized") -> Self {
    Self(code: 4, message: message, status: 401)
  }

  /// A copy with another message.
  public func with(message: String) -> Self {
    Self(code: code, message: message, status: status)
  }

  /// The JSON body: `{"code":n,"message":"…"}`.
  public var body: String {
    var json = #"{"code":"# + String(code) + #","message":"#
    JSONText.append(message, to: &json)
    json += "}"
    return json
  }
}

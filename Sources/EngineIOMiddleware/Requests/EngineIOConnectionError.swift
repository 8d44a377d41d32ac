// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO
public import HTTPApp
import HTTPTypes

/// A request that an Engine.IO server refused; see `EngineIOServer.onConnectionError`.
public struct EngineIOConnectionError: Sendable {
  /// The request.
  public let request: Request
  /// What it was answered. Where the application answered with a response of its own: code 4 with
  /// that response's status.
  public let code: EngineIOErrorCode
  /// Which check it did not pass.
  public let context: Context
  /// What a handler or `generateID` threw, if that is why.
  public let cause: (any Error)?

  /// The checks that a request has to pass, in the order in which they are made.
  public enum Context: String, Sendable, Hashable, CaseIterable {
    /// The page that makes the request may not use the server.
    case origin
    /// No transport, or one that is unknown or not enabled.
    case transport
    /// A session id or a transport that is there twice, or a `j` that is no number.
    case query
    /// No session has this id.
    case sessionID
    /// A session's request with another transport than the session's, without the upgrade that a
    /// WebSocket needs or with one that polling does not, or an upgrade that is not allowed.
    case transportMismatch
    /// A method that neither opens a session nor is one of a session's.
    case method
    /// A handshake by WebSocket without an upgrade, or by polling with one.
    case upgrade
    /// The server is not running, or shutting down.
    case unavailable
    /// Refused by the handler of `onHandshakeRequest`.
    case handshakeRequest
    /// A version of the protocol that is not served.
    case version
    /// `generateID` threw, or made the id of another session.
    case idGeneration
    /// Refused by the handler of `onConnect`.
    case connect
    /// Refused by the session that it is for, such as for overlapping with another request or for a
    /// payload that is too large or cannot be read; if that ended the session, its disconnect
    /// handler hears of it too.
    case session
  }
}

/// Thrown where a request is refused.
struct Refusal: Error {
  var code: EngineIOErrorCode
  var context: EngineIOConnectionError.Context
  /// The answer, if it is the application's own.
  var response: Response?
  /// What the application threw.
  var cause: (any Error)?

  init(_ code: EngineIOErrorCode, _ context: EngineIOConnectionError.Context) {
    self.code = code
    self.context = context
  }

  /// What comes of an error that a handler threw; `nil` if it is none that answers.
  init?(_ error: any Error, thrownBy context: EngineIOConnectionError.Context) {
    switch error {
    case let refused as HandshakeRefused:
      self.init(.forbidden.with(message: refused.message), context)
    case let rejected as ConnectionRejected:
      self.init(.rejected(rejected.message), context)
    case let code as EngineIOErrorCode:
      self.init(code, context)
    case let error as any HTTPResponseError:
      let response = error.response
      self.init(
        EngineIOErrorCode(
          code: EngineIOErrorCode.forbidden.code, message: response.status.reasonPhrase,
          status: response.status.code),
        context)
      self.response = response
    default:
      return nil
    }
    cause = error
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// What went wrong for a client: at which step, on which transport, why, and what the server said.
public struct EngineIOClientError: Error, Sendable, Hashable {
  /// What the client was doing.
  public enum Step: String, Sendable, Hashable, CaseIterable {
    /// Reading the URL and the configuration.
    case configuration
    /// Opening the session: the first poll, or the WebSocket up to its open packet.
    case handshake
    /// Fetching packets by GET.
    case poll
    /// Sending packets by POST.
    case post
    /// Going over from polling to a WebSocket.
    case upgrade
    /// Using the WebSocket that carries the session.
    case webSocket
    /// Waiting for the server's ping.
    case heartbeat
    /// Sending what was left before a disconnect.
    case disconnect
    /// Running a handler of the application.
    case handler
  }

  /// Why it went wrong.
  public enum Cause: Sendable, Hashable {
    /// The URL or the configuration cannot be used; with the reason.
    case invalid(String)
    /// There was no connection: name resolution, TCP, TLS or the proxy failed; with what was said.
    case connectionFailed(String)
    /// The connection ended in the middle; with what was said.
    case connectionLost(String)
    /// There was no answer in time.
    case timeout
    /// The server answered with a status that means no; see `EngineIOClientError.response`.
    case refused
    /// The server's answer cannot be read; with the reason.
    case malformed(String)
    /// The server sent a packet that has no place here.
    case unexpectedPacket(Packet.Kind)
    /// The server's answer is longer than the limit, in bytes.
    case tooLarge(limit: Int)
    /// The server closed the WebSocket, with this code (RFC 6455, section 7.4) and reason.
    case webSocketClosed(code: UInt16?, reason: String)
    /// A handler of the application threw an error; with its description.
    case handlerFailed(String)
    /// The task that connects was cancelled, or the client was told to disconnect.
    case cancelled
  }

  /// What the client was doing.
  public var step: Step
  /// Why it went wrong.
  public var cause: Cause
  /// The transport it went wrong on.
  public var transport: TransportKind?
  /// What the server answered, if it was HTTP and not a success.
  public var response: Response?

  /// Creates an error.
  public init(
    _ step: Step, _ cause: Cause, transport: TransportKind? = nil, response: Response? = nil
  ) {
    self.step = step
    self.cause = cause
    self.transport = transport
    self.response = response
  }

  func at(_ step: Step, _ transport: TransportKind) -> Self {
    Self(step, cause, transport: transport, response: response)
  }
}

extension EngineIOClientError: CustomStringConvertible {
  /// Step, transport and cause in a line, with what the server said.
  public var description: String {
    var text = step.rawValue
    if let transport { text += " (" + transport.rawValue + ")" }
    text += ": " + cause.description
    if let response { text += ": " + response.description }
    return text
  }
}

extension EngineIOClientError.Cause: CustomStringConvertible {
  /// The cause in a few words.
  public var description: String {
    switch self {
    case .invalid(let why): why
    case .connectionFailed(let why): "no connection: " + why
    case .connectionLost(let why): "connection lost: " + why
    case .timeout: "no answer in time"
    case .refused: "refused"
    case .malformed(let why): "answer cannot be read: " + why
    case .unexpectedPacket(let kind): "unexpected \(kind) packet"
    case .tooLarge(let limit): "answer of more than \(limit) bytes"
    case .webSocketClosed(let code, let reason):
      "WebSocket closed" + (code.map { " with \($0)" } ?? "")
        + (reason.isEmpty ? "" : ", " + reason)
    case .handlerFailed(let why): "handler failed: " + why
    case .cancelled: "cancelled"
    }
  }
}

extension EngineIOClientError {
  /// An answer of a server that is not a success.
  public struct Response: Sendable, Hashable, CustomStringConvertible {
    /// The HTTP status.
    public let status: Int
    /// The number in a JSON body such as `{"code":1,"message":"Session ID unknown"}`.
    public let code: Int?
    /// The message of such a body, the text if the body is a JSON string as Python's server sends,
    /// or else the body, if it is a short text.
    public let message: String?

    /// Reads the body of an answer.
    public init(status: Int, body: String) {
      self.status = status
      var code: Int?
      var message: String?
      var reader = JSONReader(body)
      do throws(HandshakeError) {
        if body.utf8.first == UInt8(ascii: "\"") {
          message = try reader.readOnlyString()
        } else {
          try reader.readObject { (key, value) throws(HandshakeError) in
            switch key {
            case "code": code = value.count ?? value.string.flatMap { Int($0) }
            case "message": message = value.string
            default: break
            }
          }
        }
      } catch {
        (code, message) = (nil, nil)
      }
      self.code = code
      self.message = message ?? (body.isEmpty || body.utf8.count > 1024 ? nil : body)
    }

    /// The status, and the message if there is one.
    public var description: String {
      "status \(status)" + (code.map { ", code \($0)" } ?? "") + (message.map { ", " + $0 } ?? "")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPTypes

/// One HTTP request, as a value: copies are cheap and changing one leaves the others alone.
public struct Request: Sendable {
  @usableFromInline var storage: Storage

  /// Creates a request from its parts, as a host or a test does.
  ///
  /// - Parameters:
  ///   - target: the request target as received (RFC 9112 section 3.2), such as `/search?q=1`.
  ///   - scheme: `http` or `https`.
  ///   - authority: the host and port that the request names (RFC 9110 section 7.2).
  public init(
    method: HTTPRequest.Method = .get, target: String = "/", scheme: String = "http",
    authority: String? = nil, headerFields: HTTPFields = [:], body: RequestBody = .empty,
    httpVersion: HTTPVersion = .http11, isWebSocketUpgrade: Bool = false,
    connection: ConnectionInfo = ConnectionInfo()
  ) {
    storage = Storage(
      method: method, target: target, pathLength: Storage.pathLength(of: target),
      authority: authority, head: .fields(headerFields), body: body,
      httpVersion: httpVersion, isWebSocketUpgrade: isWebSocketUpgrade, connection: connection,
      scheme: scheme)
  }

  /// Creates a request whose fields stay in the bytes they came in until somebody asks.
  package init(
    method: HTTPRequest.Method, target: String, pathLength: Int, head: some RequestHeadSource,
    body: RequestBody, httpVersion: HTTPVersion, isWebSocketUpgrade: Bool,
    connection: ConnectionInfo,
    informationalSender: (any InformationalSender)?
  ) {
    storage = Storage(
      method: method, target: target, pathLength: pathLength, authority: nil, head: .source(head),
      body: body,
      httpVersion: httpVersion, isWebSocketUpgrade: isWebSocketUpgrade, connection: connection,
      scheme: connection.isSecure ? "https" : "http")
    storage.informationalSender = informationalSender
  }

  /// The request method (RFC 9110 section 9).
  public var method: HTTPRequest.Method {
    get { storage.method }
    set { mutableStorage.method = newValue }
  }

  /// The request target as received (RFC 9112 section 3.2), not percent-decoded.
  public var target: String {
    get { storage.target }
    set { mutableStorage.setTarget(newValue) }
  }

  /// The path of the target below ``mount``, not percent-decoded, without the query.
  public var path: String { storage.path }

  /// What follows the first `?` of the target; nil without one.
  public var query: String? { storage.query }

  /// The part of the path that routing has consumed so far; empty at the root. `mount` and
  /// ``path`` together are the whole path.
  public var mount: String { storage.mount }

  /// The same request below `prefix`, or nil when ``path`` is not in it. Whole segments count:
  /// `/api` contains `/api` and `/api/users`, not `/apis`.
  public func mounted(at prefix: String) -> Request? {
    guard let rest = storage.pathRemainder(below: prefix) else { return nil }
    var request = self
    request.mutableStorage.mountLength += storage.path.utf8.count - rest
    return request
  }

  /// `http` or `https`.
  public var scheme: String {
    get { storage.scheme }
    set { mutableStorage.scheme = newValue }
  }

  /// The host and optional port that the request names (RFC 9110 section 7.2).
  public var authority: String? {
    get { storage.authority }
    set { mutableStorage.setAuthority(newValue) }
  }

  /// The header fields, built from the received bytes when first asked for.
  public var headerFields: HTTPFields {
    get { storage.headerFields }
    set { mutableStorage.setHeaderFields(newValue) }
  }

  /// One field's value without building the whole collection; several lines of a field are
  /// joined by `, ` (RFC 9110 section 5.3).
  public func headerValue(_ name: HTTPField.Name) -> String? { storage.headerValue(name) }

  /// The body: a single-pass sequence of byte buffers.
  public var body: RequestBody {
    get { storage.body }
    set { mutableStorage.body = newValue }
  }

  /// The version of HTTP that the request came in.
  public var httpVersion: HTTPVersion { storage.httpVersion }

  /// Whether the client asks to switch this connection to WebSocket (RFC 6455 section 4.1); only
  /// then may ``Response/webSocket(subprotocol:options:_:)`` be the answer.
  public var isWebSocketUpgrade: Bool { storage.isWebSocketUpgrade }

  /// The connection that the request came on.
  public var connection: ConnectionInfo { storage.connection }

  /// A value that middleware hands down, by its key.
  public subscript<Key: RequestValueKey>(key: Key.Type) -> Key.Value? {
    get { storage.values[key] }
    set { mutableStorage.values[key] = newValue }
  }

  /// Sends an informational response, such as 103 Early Hints, before the final one
  /// (RFC 9110 section 15.2). Does nothing where the host or the client has no means for it.
  public func sendInformational(_ status: HTTPResponse.Status, headerFields: HTTPFields = [:]) {
    precondition(
      status.kind == .informational && status != .switchingProtocols,
      "an informational response has a 1xx status other than 101")
    storage.informationalSender?.sendInformational(status, headerFields: headerFields)
  }

  /// Where ``sendInformational(_:headerFields:)`` goes.
  package var informationalSender: (any InformationalSender)? {
    get { storage.informationalSender }
    set { mutableStorage.informationalSender = newValue }
  }

  private var mutableStorage: Storage {
    mutating get {
      if !isKnownUniquelyReferenced(&storage) { storage = Storage(copying: storage) }
      return storage
    }
  }
}

/// The version of HTTP in which a message came.
public struct HTTPVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The first digit.
  public var major: UInt8
  /// The second digit.
  public var minor: UInt8

  /// Creates a version from its digits.
  public init(major: UInt8, minor: UInt8) {
    self.major = major
    self.minor = minor
  }

  /// HTTP/1.0.
  public static let http10 = HTTPVersion(major: 1, minor: 0)
  /// HTTP/1.1 (RFC 9112).
  public static let http11 = HTTPVersion(major: 1, minor: 1)
  /// HTTP/2 (RFC 9113).
  public static let http2 = HTTPVersion(major: 2, minor: 0)

  public static func < (lhs: HTTPVersion, rhs: HTTPVersion) -> Bool {
    (lhs.major, lhs.minor) < (rhs.major, rhs.minor)
  }

  public var description: String { "HTTP/\(major).\(minor)" }
}

/// Names a value that middleware attaches to a request.
///
/// ```swift
/// enum CurrentUser: RequestValueKey { typealias Value = User }
/// request[CurrentUser.self] = user
/// ```
public protocol RequestValueKey {
  /// The type of the value.
  associatedtype Value: Sendable
}

/// The head of a request as the host received it. An object, so that requests refer to it instead of
/// carrying it.
package protocol RequestHeadSource: AnyObject, Sendable {
  var authority: String? { get }
  func makeHeaderFields() -> HTTPFields
  func value(of name: HTTPField.Name) -> String?
}

/// Sends 1xx responses on behalf of a request.
package protocol InformationalSender: AnyObject, Sendable {
  func sendInformational(_ status: HTTPResponse.Status, headerFields: HTTPFields)
}

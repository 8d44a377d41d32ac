// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO
public import HTTPApp
public import HTTPTypes
public import Logging

extension EngineIOServer {
  /// Changes the header fields of the answer to a request. Called in the request's task; it must
  /// not block.
  public typealias HeaderHook = @Sendable (inout HTTPFields, Request) -> Void

  /// The settings of a server.
  public struct Configuration: Sendable {
    /// The time between a pong and the next ping; the first ping comes this long after the
    /// handshake.
    public var pingInterval: Duration
    /// What clients are told to allow for on top of `pingInterval` before they take the server for
    /// lost, such as for a network that delays pings; the pings themselves come as often as without. In
    /// version 3, where clients ping, the server allows for it as well.
    public var pingIntervalGrace: Duration
    /// The time that a client has to answer a ping before its session ends.
    public var pingTimeout: Duration
    /// The largest post and the largest WebSocket message accepted, in bytes. More is answered
    /// 413, or closes the WebSocket with 1009, and ends the session.
    public var maxPayload: Int
    /// The largest number of packets in one post. More ends the session.
    public var maxPacketsPerPayload: Int
    /// Whether clients of protocol version 3 (`EIO=3`), that of Socket.IO 1 and 2, are served as
    /// well. They ping and the server answers; one that has not for `pingInterval`,
    /// `pingIntervalGrace` and `pingTimeout` together is gone. Everything else is as in version 4.
    public var allowEIO3: Bool
    /// Whether a polling session may go over to a WebSocket.
    public var allowUpgrades: Bool
    /// The transports that a session may begin with.
    public var transports: Set<TransportKind>
    /// Whether clients may poll by loading scripts and post by submitting forms (JSONP), with `j=` in
    /// the query, as old clients do in browsers that know no CORS.
    ///
    /// Off by default, because pages load scripts of others without saying who they are:
    /// `allowedOrigins` then keeps no page from opening a session with its visitor's cookies and
    /// reading what it is sent.
    public var allowJSONP: Bool
    /// How long a WebSocket may probe for an upgrade before it is closed; polling goes on.
    public var upgradeTimeout: Duration
    /// How long a session that was closed here waits for the poll that takes its last messages.
    public var closeTimeout: Duration
    /// How answers to polls are compressed; `nil`: not at all.
    public var httpCompression: HTTPCompression?
    /// How messages are compressed on WebSockets whose client offers it (RFC 7692); `nil`: not at
    /// all. It costs memory for every session that takes its window over from one message to the
    /// next, and time for every message that is long enough.
    public var webSocketCompression: WebSocketCompression?
    /// The pages that may use the server.
    public var allowedOrigins: AllowedOrigins
    /// Whether browsers may send cookies from other origins: `access-control-allow-credentials`.
    public var allowCredentials: Bool
    /// Whether `x-forwarded-proto` and `x-forwarded-host` say what the client asked for when the
    /// same origin is decided. Only behind a proxy that sets or removes both.
    public var trustForwardedHeaders: Bool
    /// A cookie with the session's id in the answer to the handshake. A name or an attribute that
    /// cannot be sent stops the program when the server is created.
    public var cookie: EngineIOCookie?
    /// Makes the cookie for a request that opens a session, or none; in place of `cookie`, where
    /// attributes depend on the request or the time. A cookie that cannot be sent fails the request
    /// with `EngineIOCookieError`, which is the host's to log and answer, and opens no session.
    public var makeCookie: (@Sendable (Request) -> EngineIOCookie?)?
    /// Changes the header fields of answers that open a session, the 101 of a WebSocket included.
    public var initialHeaders: HeaderHook?
    /// Changes the header fields of all answers of this server, its errors and the 101 of a WebSocket
    /// included, after `initialHeaders`; not of what the host answers for an error thrown to it.
    public var headers: HeaderHook?
    /// Bytes waiting for one client above which `send` suspends and `offer` refuses.
    public var sendBufferBytes: Int
    /// Messages waiting for one client's poll above which `send` suspends and `offer` refuses.
    public var sendBufferMessages: Int
    /// Messages waiting for the handler above which reading from the client pauses.
    public var receiveBufferMessages: Int
    /// Whether the message handlers of one session may run at the same time.
    public var handlerConcurrency: HandlerConcurrency
    /// Whether a client that goes away during a poll ends its session at once; otherwise the
    /// heartbeat finds out. Turn it off behind intermediaries that cut idle requests.
    public var endsSessionOnAbandonedPoll: Bool
    /// Turns values into JSON and back for `EngineIOSession.send(json:)` and `decode(_:from:)`.
    public var jsonCodec: (any EngineIOJSONCodec)?
    /// A name of this node, 1 to 16 characters of `a-z0-9`, that every session id begins with, so
    /// that a load balancer can tell the owner.
    public var nodeTag: String?
    /// Makes the id of the session that a request opens, in place of the server's own random ones
    /// and of `nodeTag`. Ids are bearer secrets: what others can guess they can take over.
    ///
    /// If it throws, or if the id is still that of another session, the request is answered 400
    /// with code 3. A session keeps its id until what it has to say has been fetched, at most
    /// `closeTimeout` after its end, and its handlers have returned.
    public var generateID: (@Sendable (Request) async throws -> SessionID)?
    /// Where to tell what happens: sessions and refused requests as `debug`, the first refused
    /// request as `notice`, the first page of another origin as `warning`, what handlers throw as
    /// `error`. Session ids are shortened.
    public var logger: Logger?

    /// Creates settings; each has a default that suits most servers.
    public init(
      pingInterval: Duration = .seconds(25), pingIntervalGrace: Duration = .zero,
      pingTimeout: Duration = .seconds(20),
      maxPayload: Int = 1_000_000, maxPacketsPerPayload: Int = 10_000, allowEIO3: Bool = false,
      allowUpgrades: Bool = true,
      transports: Set<TransportKind> = [.polling, .websocket],
      allowJSONP: Bool = false, upgradeTimeout: Duration = .seconds(10),
      closeTimeout: Duration = .seconds(30),
      httpCompression: HTTPCompression? = HTTPCompression(),
      webSocketCompression: WebSocketCompression? = nil,
      allowedOrigins: AllowedOrigins = .sameOrigin, allowCredentials: Bool = false,
      trustForwardedHeaders: Bool = false, cookie: EngineIOCookie? = nil,
      makeCookie: (@Sendable (Request) -> EngineIOCookie?)? = nil,
      initialHeaders: HeaderHook? = nil, headers: HeaderHook? = nil, sendBufferBytes: Int = 1 << 20,
      sendBufferMessages: Int = 1_000, receiveBufferMessages: Int = 256,
      handlerConcurrency: HandlerConcurrency = .serial,
      endsSessionOnAbandonedPoll: Bool = true,
      jsonCodec: (any EngineIOJSONCodec)? = nil, nodeTag: String? = nil,
      generateID: (@Sendable (Request) async throws -> SessionID)? = nil, logger: Logger? = nil
    ) {
      self.pingInterval = pingInterval
      self.pingIntervalGrace = pingIntervalGrace
      self.pingTimeout = pingTimeout
      self.maxPayload = maxPayload
      self.maxPacketsPerPayload = maxPacketsPerPayload
      self.allowEIO3 = allowEIO3
      self.allowUpgrades = allowUpgrades
      self.transports = transports
      self.allowJSONP = allowJSONP
      self.upgradeTimeout = upgradeTimeout
      self.closeTimeout = closeTimeout
      self.httpCompression = httpCompression
      self.webSocketCompression = webSocketCompression
      self.allowedOrigins = allowedOrigins
      self.allowCredentials = allowCredentials
      self.trustForwardedHeaders = trustForwardedHeaders
      self.cookie = cookie
      self.makeCookie = makeCookie
      self.initialHeaders = initialHeaders
      self.headers = headers
      self.sendBufferBytes = sendBufferBytes
      self.sendBufferMessages = sendBufferMessages
      self.receiveBufferMessages = receiveBufferMessages
      self.handlerConcurrency = handlerConcurrency
      self.endsSessionOnAbandonedPoll = endsSessionOnAbandonedPoll
      self.jsonCodec = jsonCodec
      self.nodeTag = nodeTag
      self.generateID = generateID
      self.logger = logger
    }

    var session: SessionStateMachine.Configuration {
      var session = SessionStateMachine.Configuration()
      session.pingInterval = pingInterval
      session.pingTimeout = pingTimeout
      session.upgradeTimeout = upgradeTimeout
      session.closeTimeout = closeTimeout
      session.allowsUpgrades = allowUpgrades && transports.contains(.websocket)
      session.highWaterMarkBytes = sendBufferBytes
      session.highWaterMarkPackets = sendBufferMessages
      return session
    }
  }
}

/// The pages that may use an Engine.IO server, by the `origin` field of their requests. Enforced for
/// HTTP and WebSocket alike, before a session exists.
///
/// Requests without that field are always let through: programs that are not browsers send none.
/// Neither does a page of another origin that loads `<img src="…">` or a script: so it can open a
/// session in its visitor's name, without seeing the answer or being able to use it.
public enum AllowedOrigins: Sendable {
  /// Pages from the same scheme, host and port.
  case sameOrigin
  /// Pages from these origins, such as `https://example.com`, besides those from the same one.
  case only(Set<String>)
  /// Pages from the origins that a predicate accepts, which is asked about the same origin too. It
  /// is asked at every request and must not block.
  case matching(@Sendable (_ origin: String, Request) -> Bool)
  /// All pages.
  case any
  /// All pages as far as this server is concerned, and no CORS fields in the answers: somebody
  /// else sees to it.
  case unchecked
}

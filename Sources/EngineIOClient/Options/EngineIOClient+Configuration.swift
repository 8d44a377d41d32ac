// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import AsyncHTTPClient
public import EngineIO
public import Logging
public import NIOSSL
public import WebSocketCodec

extension EngineIOClient {
  /// The settings of a client; each has a default.
  public struct Configuration: Sendable {
    /// Where the server is on its host.
    public var path = "/engine.io/"
    /// Whether the next transport is tried when one cannot open the session.
    public var tryAllTransports = false
    /// Whether a session that polls goes over to a WebSocket if that is among the transports and the
    /// server offers it.
    public var upgrade = true
    /// Whether a client begins with a WebSocket, if that is among its transports, after one of this
    /// process has got through to the same server. A WebSocket that fails is forgotten again.
    public var rememberUpgrade = false

    /// How long making a connection may take: name resolution, TCP and TLS.
    public var connectTimeout: Duration = .seconds(10)
    /// How long the handshake on one transport may take, connection included, and each post.
    public var requestTimeout: Duration = .seconds(10)
    /// How long going over to a WebSocket may take.
    public var upgradeTimeout: Duration = .seconds(10)
    /// How long `disconnect()` may take.
    public var closeTimeout: Duration = .seconds(10)

    /// What TLS trusts and shows, for both transports: by default what the system trusts. A CA of
    /// one's own is `trustRoots`, a client's certificate `certificateChain` and `privateKey`, and
    /// `certificateVerification = .none` turns verification off.
    public var tls = TLSConfiguration.makeClientConfiguration()
    /// A proxy that both transports go through, by CONNECT.
    public var proxy: Proxy?
    /// How many redirects the handshake follows. What comes later goes to where they led.
    public var maxRedirects = 5
    /// The HTTP client for polling, which the caller shuts down; its own settings then count in place
    /// of `connectTimeout`, `tls`, `proxy` and `maxRedirects`, which go on to count for WebSockets. By
    /// default each client has its own, with a pool of its own, and shuts it down.
    public var httpClient: HTTPClient?
    /// How messages are compressed on a WebSocket, if the server agrees (RFC 7692); `nil`: not at all.
    public var webSocketCompression: WebSocketDeflate.Options?
    /// Whether every poll and post has a `t=` of its own in its query, for caches that keep what they
    /// must not.
    public var timestampRequests = false

    /// Bytes waiting for the server above which the send buffer is full.
    public var sendBufferBytes = 1 << 20
    /// Messages waiting for a post above which the send buffer is full.
    public var sendBufferMessages = 1_000
    /// What `send` does when the send buffer is full.
    public var whenSendBufferIsFull = SendBufferPolicy.suspend
    /// Messages waiting for the application above which reading from the server pauses.
    public var receiveBufferMessages = 256
    /// The largest answer to a poll and the largest WebSocket message accepted, in bytes.
    public var maxReceivedBytes = 1 << 24
    /// The largest number of packets in one post. Servers in Python drop posts of more than 16.
    public var maxPacketsPerPayload = 16

    /// Turns values into JSON and back for `send(json:)` and `decode(_:from:)`.
    public var jsonCodec: (any EngineIOJSONCodec)?
    /// Where to tell what happens, as `debug`. Session ids and messages are never logged.
    public var logger: Logger?

    /// Creates settings.
    public init() {}
  }

  /// What `send` does when the send buffer is full.
  public enum SendBufferPolicy: Sendable, Hashable {
    /// Wait until there is room.
    case suspend
    /// Throw `bufferFull`: the message is not sent.
    case dropNewest
    /// End the connection, with the reason `sendBufferFull`: no message is lost unknowingly.
    case disconnect
  }

  /// An HTTP proxy, which is asked for a tunnel (CONNECT; RFC 9110, section 9.3.6).
  public struct Proxy: Sendable, Hashable {
    /// The proxy's name or address.
    public var host: String
    /// The proxy's port.
    public var port: Int
    /// The user's name and password for basic authentication.
    public var credentials: Credentials?

    /// A user's name and password.
    public struct Credentials: Sendable, Hashable {
      /// The name, without a colon.
      public var user: String
      /// The password.
      public var password: String

      /// Creates credentials.
      public init(user: String, password: String) {
        self.user = user
        self.password = password
      }
    }

    /// Creates a proxy.
    public init(host: String, port: Int, credentials: Credentials? = nil) {
      self.host = host
      self.port = port
      self.credentials = credentials
    }
  }
}

extension EngineIOClient.Configuration {
  func machine(transports: [TransportKind]) -> ClientStateMachine.Configuration {
    var machine = ClientStateMachine.Configuration()
    machine.transports = transports
    machine.triesAllTransports = tryAllTransports
    machine.allowsUpgrades = upgrade
    machine.requestTimeout = requestTimeout
    machine.upgradeTimeout = upgradeTimeout
    machine.closeTimeout = closeTimeout
    machine.maxPacketsPerPayload = maxPacketsPerPayload
    machine.maxReceivedBytes = maxReceivedBytes
    machine.highWaterMarkBytes = sendBufferBytes
    machine.highWaterMarkPackets = sendBufferMessages
    return machine
  }
}

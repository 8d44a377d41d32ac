// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The connection that a request came on; one for all its requests.
public final class ConnectionInfo: Sendable {
  /// The peer's address, where the host knows it.
  public let peerAddress: Address?
  /// The address that the peer connected to.
  public let localAddress: Address?
  /// Whether the connection is protected by TLS.
  public let isSecure: Bool
  /// Where the connection's requests run. A long-lived task that mostly serves this connection
  /// saves thread hand-offs by running there too; nil: the global pool.
  public let executor: (any TaskExecutor)?

  /// Creates a description of a connection.
  public init(
    peerAddress: Address? = nil, localAddress: Address? = nil, isSecure: Bool = false,
    executor: (any TaskExecutor)? = nil
  ) {
    self.peerAddress = peerAddress
    self.localAddress = localAddress
    self.isSecure = isSecure
    self.executor = executor
  }

  /// One end of a connection.
  public enum Address: Sendable, Hashable, CustomStringConvertible {
    /// An IPv4 or IPv6 address in its usual text form, and a port.
    case ip(String, port: Int)
    /// A Unix domain socket; unnamed ones have an empty path.
    case unix(path: String)

    public var description: String {
      switch self {
      case .ip(let host, let port):
        host.utf8.contains(0x3a) ? "[\(host)]:\(port)" : "\(host):\(port)"
      case .unix(let path): "unix:\(path)"
      }
    }
  }
}

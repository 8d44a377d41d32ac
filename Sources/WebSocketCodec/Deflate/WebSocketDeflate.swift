// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The permessage-deflate extension as agreed for one connection (RFC 7692).
///
/// A server makes it from the client's offers with ``accept(offers:options:)``, a client from the
/// server's answer with ``agreed(answer:options:)``; give it to
/// ``WebSocketStateMachine/init(role:limits:deflate:)``.
///
/// ## Memory
/// A stream is created for the first message that needs it. Compressing takes
/// 2^(windowBits + 2) + 2^(memoryLevel + 9) bytes and 6 KiB: 262 KiB at 15 and 8. Decompressing
/// takes 2^windowBits bytes and 7 KiB: 39 KiB at 15. With no context takeover, the default here, a
/// stream lives only while its message is processed, so an idle connection holds none; with
/// context takeover it lives as long as the connection. Decompressed bytes count against
/// ``WebSocketStateMachine/Limits/maxMessageBytes`` as they are made, so a small frame cannot
/// become a large message.
public struct WebSocketDeflate: Hashable, Sendable {
  /// The server forgets its sliding window after each message (RFC 7692 section 7.1.1.1).
  public internal(set) var serverNoContextTakeover: Bool
  /// The client forgets its sliding window after each message (RFC 7692 section 7.1.1.2).
  public internal(set) var clientNoContextTakeover: Bool
  /// The binary logarithm of the server's sliding window, 8 to 15 (RFC 7692 section 7.1.2.1).
  public var serverMaxWindowBits: Int { announcedServerMaxWindowBits ?? 15 }
  /// The binary logarithm of the client's sliding window, 8 to 15 (RFC 7692 section 7.1.2.2).
  public var clientMaxWindowBits: Int { announcedClientMaxWindowBits ?? 15 }
  /// How this end compresses.
  public let options: Options

  /// Nil where the answer does not have the parameter.
  var announcedServerMaxWindowBits: Int?
  var announcedClientMaxWindowBits: Int?

  static let name = "permessage-deflate"
}

extension WebSocketDeflate {
  /// What one end wants of the extension.
  public struct Options: Hashable, Sendable {
    /// The server is to forget its window after each message.
    public let serverNoContextTakeover: Bool
    /// The client is to forget its window after each message.
    public let clientNoContextTakeover: Bool
    /// The largest window for the server, 9 to 15.
    public let serverMaxWindowBits: Int
    /// The largest window for the client, 9 to 15. A server can only ask for less than 15 if the
    /// client offers it.
    public let clientMaxWindowBits: Int
    /// From 1, fastest, to 9, smallest.
    public let compressionLevel: Int
    /// Memory for the compressor's own state, 1 to 9.
    public let memoryLevel: Int
    /// Messages of fewer bytes are sent as they are; at least 1.
    public let minimumBytes: Int

    /// Makes options; values out of range are brought into it.
    public init(
      serverNoContextTakeover: Bool = true, clientNoContextTakeover: Bool = true,
      serverMaxWindowBits: Int = 15, clientMaxWindowBits: Int = 15, compressionLevel: Int = 6,
      memoryLevel: Int = 8, minimumBytes: Int = 1024
    ) {
      self.serverNoContextTakeover = serverNoContextTakeover
      self.clientNoContextTakeover = clientNoContextTakeover
      self.serverMaxWindowBits = min(max(serverMaxWindowBits, 9), 15)
      self.clientMaxWindowBits = min(max(clientMaxWindowBits, 9), 15)
      self.compressionLevel = min(max(compressionLevel, 1), 9)
      self.memoryLevel = min(max(memoryLevel, 1), 9)
      self.minimumBytes = max(minimumBytes, 1)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// How the messages of a WebSocket are compressed: permessage-deflate (RFC 7692), as
/// ``WebSocketOptions/compression``.
///
/// It is agreed with clients that offer it; with others messages go as they are. A received message
/// counts against ``WebSocketOptions/maxMessageBytes`` as it is decompressed, and decompression stops
/// there: a small frame cannot become a large message.
///
/// ## Memory
/// A compressor takes 2^(window bits + 2) + 2^(memory level + 9) bytes and 6 KiB, a decompressor
/// 2^(window bits) bytes and 7 KiB:
///
/// | window bits | memory level | compressor | decompressor |
/// |---|---|---|---|
/// | 15 | 8 | 262 KiB | 39 KiB |
/// | 12 | 5 | 38 KiB | 11 KiB |
/// | 10 | 4 | 18 KiB | 8 KiB |
/// | 9 | 1 | 9 KiB | 8 KiB |
///
/// Without context takeover, the default, the compressor exists only while a message is compressed
/// and the decompressor from the first to the last byte of a message: an idle connection has neither.
/// With context takeover each is made for the first message that needs it and kept as long as the
/// connection, which then never takes more than the sum of both.
public struct WebSocketCompression: Sendable, Hashable {
  /// Messages to send of fewer bytes are not compressed; at least 1.
  public var minimumBytes = 1024
  /// How hard to compress, from 1, fastest, to 9, smallest.
  public var level = 6
  /// Memory for the compressor besides its window, from 1 to 9.
  public var memoryLevel = 8
  /// The largest window of the server, in bits from 9 to 15; the client may ask for a smaller one
  /// (RFC 7692 section 7.1.2.1).
  public var serverMaxWindowBits = 15
  /// The largest window of the client, in bits from 9 to 15. It holds for clients whose offer has the
  /// parameter; the windows of others have 15 bits (RFC 7692 section 7.1.2.2).
  public var clientMaxWindowBits = 15
  /// Whether the server keeps its window from one message to the next, which makes similar messages
  /// smaller, unless the client asks it not to (RFC 7692 section 7.1.1.1).
  public var serverContextTakeover = false
  /// Whether the client may keep its window from one message to the next (RFC 7692 section 7.1.1.2).
  public var clientContextTakeover = false

  /// Creates a value with the defaults.
  ///
  /// Values out of their range count as the nearest in it.
  public init() {}
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension RequestParser {
  /// How much a peer may send before it is refused; sizes in bytes.
  public struct Limits: Sendable, Equatable {
    /// Request line, header fields and the empty line together; then 431. At most 16 MiB.
    public var headBytes = 32 * 1024 { didSet { headBytes = min(headBytes, Self.maximum) } }
    /// The request target; then 414.
    public var targetBytes = 16 * 1024 { didSet { targetBytes = min(targetBytes, Self.maximum) } }
    /// Field lines in a head, and as many again in trailers; then 431.
    public var headerCount = 100
    /// The body without its framing, nil for any size; then 413.
    public var bodyBytes: Int?
    /// Chunk extensions of one body together; then 400.
    public var chunkExtensionBytes = 4 * 1024
    /// Bytes that the framing of a body's chunks may be ahead of what the chunks carry; then 400.
    ///
    /// A chunk pays back its size, so that only a body of many tiny chunks ever gets there: one-byte
    /// chunks after 16384 in a row.
    public var chunkOverheadBytes = 64 * 1024
    /// Trailer fields with their line ends; then 431.
    public var trailerBytes = 8 * 1024
    /// Empty lines tolerated before a request line; then 400.
    public var leadingEmptyLines = 1

    // Offsets in a head are kept in 32 bits, and a slice of a buffer begins in its first 16 MiB.
    private static let maximum = 16 * 1024 * 1024

    /// Creates the default limits.
    public init() {}
  }
}

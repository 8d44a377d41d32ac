// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

/// The body of a response. A host sees its kind before it sends, and so picks the fastest way.
public struct ResponseBody: Sendable {
  /// The kinds of body.
  public enum Kind: Sendable {
    /// No bytes.
    case empty
    /// Bytes that are all there.
    case bytes(ByteBuffer)
    /// A region of an open file, in bytes.
    case file(OpenFile, range: Range<Int>)
    /// Bytes written piece by piece, `length` of them where that is known.
    case stream(length: Int?, @Sendable (inout ResponseWriter) async throws -> Void)
    /// No body: the connection becomes a WebSocket. Indirect, because every response would be as
    /// large as the largest kind.
    indirect case webSocket(WebSocketUpgrade)
  }

  /// Which kind this body is, with its content.
  public var kind: Kind

  /// Creates a body of a kind.
  public init(_ kind: Kind) {
    self.kind = kind
  }

  /// Creates a body of bytes.
  public init(_ bytes: ByteBuffer) {
    kind = bytes.readableBytes == 0 ? .empty : .bytes(bytes)
  }

  /// A body of no bytes.
  public static let empty = ResponseBody(.empty)

  /// A region of an open file; nil: the whole of it.
  public static func file(_ file: OpenFile, range: Range<Int>? = nil) -> ResponseBody {
    ResponseBody(.file(file, range: range ?? 0..<file.size))
  }

  /// Bytes written piece by piece; see ``Response/stream(status:headerFields:length:_:)``.
  public static func stream(
    length: Int? = nil, _ write: @escaping @Sendable (inout ResponseWriter) async throws -> Void
  ) -> ResponseBody {
    ResponseBody(.stream(length: length, write))
  }

  /// The connection becomes a WebSocket.
  public static func webSocket(_ upgrade: WebSocketUpgrade) -> ResponseBody {
    ResponseBody(.webSocket(upgrade))
  }

  /// The bytes, where they are all there.
  package var readyBytes: ByteBuffer? {
    switch kind {
    case .empty: ByteBuffer()
    case .bytes(let bytes): bytes
    case .file, .stream, .webSocket: nil
    }
  }

  /// The number of bytes, where it is known before sending.
  public var length: Int? {
    switch kind {
    case .empty, .webSocket: 0
    case .bytes(let bytes): bytes.readableBytes
    case .file(_, let range): range.count
    case .stream(let length, _): length
    }
  }
}

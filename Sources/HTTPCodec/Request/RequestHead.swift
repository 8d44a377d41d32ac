// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPTypes
import NIOCore

/// A validated HTTP/1 request head: its bytes, and what the parser concluded while reading them.
///
/// Strings and fields are made when asked for, so a head that nobody inspects costs no allocation.
/// A head keeps the storage of the receive buffer alive; drop it before the next read to let that
/// buffer be reused.
public struct RequestHead: Sendable {
  /// The protocol version of the message, RFC 9112 section 2.3.
  public enum Version: Sendable {
    case http1_0
    case http1_1
  }

  /// The form of the request target, RFC 9112 section 3.2.
  public enum TargetForm: Sendable {
    /// `/where?q=now`
    case origin
    /// `http://www.example.org/pub`
    case absolute
    /// `www.example.com:80`, only with CONNECT
    case authority
    /// `*`, only with OPTIONS
    case asterisk
  }

  /// How the length of the request body is found, RFC 9112 section 6.3.
  public enum BodyFraming: Sendable, Equatable {
    /// No body: the parser goes on to the next head, without an end event.
    case none
    /// At least one byte; a Content-Length of zero is ``none``.
    case contentLength(Int)
    case chunked
  }

  /// The head as received, from the method to the empty line.
  let bytes: ByteBuffer
  let index: HeadIndex

  @inline(always)
  init(bytes: ByteBuffer, index: HeadIndex) {
    self.bytes = bytes
    self.index = index
  }

  /// The request method; registered ones without an allocation.
  public var method: HTTPRequest.Method {
    if let method = index.method.method { return method }
    let text = string(Span32(0, Int(index.methodLength)))
    // The scanner accepted these bytes as a token, which is all that a method has to be.
    return HTTPRequest.Method(text) ?? .get
  }

  /// The protocol version of the message.
  public var version: Version { index.version }
  /// The form of ``target``.
  public var targetForm: TargetForm { index.form }
  /// How the length of the body is found.
  public var bodyFraming: BodyFraming { index.framing }
  /// Whether the client wants the connection to persist, RFC 9112 section 9.3.
  public var keepsAlive: Bool { index.keepsAlive }
  /// Whether the client waits for a 100 response before it sends the body, RFC 9110 section 10.1.1.
  ///
  /// Never true of HTTP/1.0 or of a request without a body.
  public var expectsContinue: Bool { index.expectsContinue }
  /// Whether this is a GET of HTTP/1.1 that asks for `Upgrade: websocket`, RFC 6455 section 4.1.
  ///
  /// The key and version of the handshake are not checked here.
  public var isWebSocketUpgrade: Bool { index.isWebSocketUpgrade }
  /// The number of field lines.
  public var fieldCount: Int { Int(index.fieldCount) }

  /// The request target as received.
  public var target: String { string(index.target) }

  /// The number of bytes of ``target`` in front of the query's `?`.
  public var targetLengthWithoutQuery: Int {
    Int(index.hasQuery ? index.query.lower &- 1 : index.target.upper) - Int(index.target.lower)
  }

  /// The path of the target, not percent-decoded.
  ///
  /// `/` for an absolute-form without a path, `*` for the asterisk-form, empty for the
  /// authority-form.
  public var path: String {
    if index.path.isEmpty && index.form == .absolute { return "/" }
    return string(index.path)
  }

  /// The query without its `?`, not percent-decoded; nil if the target has none.
  public var query: String? { index.hasQuery ? string(index.query) : nil }

  /// The authority of the request: from an absolute-form or authority-form target, else from Host.
  ///
  /// Nil only for HTTP/1.0 without Host. The form is `host` or `host:port`, validated, in the
  /// letter case of the client.
  public var authority: String? {
    index.authority.isEmpty ? nil : string(index.authority)
  }

  /// Calls `body` with the bytes of ``path``, which are valid during the call only.
  public func withUnsafePathBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try bytes.withByteView { (bytes) throws(Failure) -> Result in
      if index.path.isEmpty && index.form == .absolute {
        let slash: StaticString = "/"
        return try body(UnsafeRawBufferPointer(start: slash.utf8Start, count: 1))
      }
      return try body(bytes.slice(index.path.range))
    }
  }

  @inline(always)
  func string(_ span: Span32) -> String {
    bytes.withByteView { bytes in
      String(decoding: bytes.slice(span.range), as: UTF8.self)
    }
  }
}

extension RequestHead: CustomStringConvertible {
  /// The request line, for logs.
  public var description: String {
    "\(method.rawValue) \(target) \(version == .http1_1 ? "HTTP/1.1" : "HTTP/1.0")"
  }
}

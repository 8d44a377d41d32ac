// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ContentCodec
import HTTPApp
import HTTPTypes
import NIOCore

extension EngineIOServer {
  /// How answers to polls are compressed, with gzip or deflate (RFC 9110 section 8.4.1), as the
  /// client likes best.
  ///
  /// An answer is compressed at once, where its request runs. Like all compression of HTTPS it lets
  /// who can have a client send chosen text, and sees the length of answers, guess what else is in
  /// them: turn it off where messages mix secrets with what others wrote.
  public struct HTTPCompression: Sendable, Hashable {
    /// Answers of fewer bytes are sent as they are.
    public var minimumBytes = 1024
    /// How hard to compress, from 1, fastest, to 9, smallest; other values count as the nearest of
    /// these. Answers of more than 64 KiB are compressed as fast as possible, since other clients
    /// wait meanwhile.
    public var level = 6

    /// Creates a value with the defaults.
    public init() {}
  }
}

extension EngineIOServer.HTTPCompression {
  // Not inlined, because few answers are that long.
  @inline(never)
  func apply(to response: inout Response, for request: Request) {
    response.headerFields[.vary] = "accept-encoding"
    guard case .bytes(let content) = response.body.kind,
      let accepted = request.headerValue(.acceptEncoding),
      let coding = ContentCoding.preferred(by: accepted),
      let encoded = coding.encode(content, level: content.readableBytes > 64 << 10 ? 1 : level)
    else { return }
    response.headerFields[.contentEncoding] = coding.rawValue
    response.body = ResponseBody(encoded)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPTypes
import Testing

@testable import HTTPCodec

@Suite struct RegisteredNamesTests {
  static let names: [HTTPField.Name] = [
    .te, .age, .via, .eTag, .date, .from, .vary, .range, .accept, .cookie, .origin, .expect,
    .server, .referer, .upgrade, .trailer, .ifMatch, .ifRange, .priority, .location, .userAgent,
    .connection, .setCookie, .traceparent, .secPurpose, .contentType, .maxForwards, .cacheControl,
    .authorization, .ifNoneMatch, .lastModified, .contentLength, .acceptEncoding, .acceptLanguage,
    .contentEncoding, .ifModifiedSince, .transferEncoding, .secWebSocketKey, .ifUnmodifiedSince,
    .proxyAuthorization, .contentDisposition, .secWebSocketVersion, .secWebSocketProtocol,
    .secWebSocketExtensions, .accessControlRequestMethod, .accessControlRequestHeaders, .dnt,
    .forwarded, .keepAlive, .pragma, .secCHUA, .secCHUAMobile,
    .secCHUAPlatform, .secFetchDest, .secFetchMode, .secFetchSite, .secFetchUser,
    .upgradeInsecureRequests, .xForwardedFor, .xForwardedHost, .xForwardedProto, .xRealIP,
    .xRequestedWith,
  ]

  private func registered(_ text: String) -> HTTPField.Name? {
    // Bytes around the name, so that reading beyond it would show.
    let bytes = Array(("<" + text + ">").utf8)
    return bytes.withUnsafeBytes { .registered(ByteView($0), 1..<$0.count - 1) }
  }

  @Test(arguments: names)
  func knowsTheNameInAnyCase(_ name: HTTPField.Name) {
    #expect(registered(name.rawName)?.rawName == name.rawName)
    #expect(registered(name.canonicalName)?.rawName == name.rawName)
    #expect(registered(name.canonicalName.uppercased())?.rawName == name.rawName)
  }

  @Test(arguments: names)
  func doesNotKnowItsNeighbours(_ name: HTTPField.Name) {
    let text = name.canonicalName
    for index in text.utf8.indices {
      var bytes = Array(text.utf8)
      bytes[text.utf8.distance(from: text.startIndex, to: index)] = UInt8(ascii: "_")
      #expect(registered(String(decoding: bytes, as: UTF8.self)) == nil)
    }
    #expect(registered(text + "x") == nil)
  }

  @Test func leavesHostOut() {
    #expect(registered("host") == nil)
  }
}

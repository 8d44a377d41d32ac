// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import Testing

@testable import DevelopmentServer

struct ForwardedFieldsTests {
  @Test func fieldsOfOneConnectionStay() {
    let fields = HTTPFields([
      HTTPField(name: .connection, value: "X-One, keep-alive"),
      HTTPField(name: .connection, value: "x-two"),
      HTTPField(name: .init("X-One")!, value: "1"),
      HTTPField(name: .init("x-two")!, value: "2"),
      HTTPField(name: .init("Keep-Alive")!, value: "timeout=5"),
      HTTPField(name: .te, value: "trailers"),
      HTTPField(name: .transferEncoding, value: "chunked"),
      HTTPField(name: .upgrade, value: "h2c"),
      HTTPField(name: .contentLength, value: "5"),
      HTTPField(name: .expect, value: "100-continue"),
      HTTPField(name: .proxyAuthorization, value: "Basic x"),
      HTTPField(name: .cookie, value: "a=b"),
      HTTPField(name: .setCookie, value: "a=b"),
      HTTPField(name: .setCookie, value: "c=d"),
    ])
    let kept = ForwardedFields.endToEnd(fields)
    #expect(kept.map(\.name) == [.cookie, .setCookie, .setCookie])
  }

  private func forwarded(_ fields: HTTPFields = [:], peer: String = "192.0.2.1") -> HTTPFields {
    let request = Request(
      authority: "localhost:8000", headerFields: fields,
      connection: ConnectionInfo(peerAddress: .ip(peer, port: 5000)))
    return ForwardedFields.request(request, pseudonym: "us")
  }

  @Test func whoAskedForWhatIsAdded() {
    let fields = forwarded()
    #expect(fields[.init("via")!] == "1.1 us")
    #expect(fields[.init("x-forwarded-for")!] == "192.0.2.1")
    #expect(fields[.init("x-forwarded-host")!] == "localhost:8000")
    #expect(fields[.init("x-forwarded-proto")!] == "http")
    #expect(
      fields[.init("forwarded")!] == "for=192.0.2.1;host=\"localhost:8000\";proto=http")
  }

  @Test func addressesWithColonsAreQuoted() {
    #expect(forwarded(peer: "::1")[.init("forwarded")!]?.hasPrefix("for=\"[::1]\";") ?? false)
  }

  @Test func whatAnotherProxyAddedIsKept() {
    let fields = forwarded([
      .init("via")!: "1.1 other", .init("x-forwarded-for")!: "198.51.100.7",
      .init("x-forwarded-host")!: "example.com", .init("x-forwarded-proto")!: "https",
      .init("forwarded")!: "for=198.51.100.7",
    ])
    #expect(fields[.init("via")!] == "1.1 other, 1.1 us")
    #expect(fields[.init("x-forwarded-for")!] == "198.51.100.7, 192.0.2.1")
    #expect(fields[.init("x-forwarded-host")!] == "example.com")
    #expect(fields[.init("x-forwarded-proto")!] == "https")
    #expect(fields[.init("forwarded")!]?.hasPrefix("for=198.51.100.7, for=192.0.2.1;") ?? false)
  }
}

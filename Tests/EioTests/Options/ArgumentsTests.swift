// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser
import EngineIOClient
import HTTPTypes
import Testing

@testable import Eio

struct ArgumentsTests {
  @Test func aHeaderIsANameAndAValue() {
    #expect(
      HeaderArgument(argument: "X-Token: a: b")?.field
        == HTTPField(name: HTTPField.Name("X-Token")!, value: "a: b"))
    #expect(HeaderArgument(argument: "Empty:")?.field.value == "")
    #expect(HeaderArgument(argument: "no colon") == nil)
    #expect(HeaderArgument(argument: "bad name: value") == nil)
    #expect(HeaderArgument(argument: "Name: one\nX: two") == nil)
  }

  @Test(
    arguments: [
      ("10s", .seconds(10)), ("250ms", .milliseconds(250)), ("1.5", .milliseconds(1500)),
      ("0s", nil), ("-1s", nil), ("", nil), ("s", nil), ("1h", nil), ("nan", nil), ("inf", nil),
      ("1e300", nil),
    ] as [(String, Duration?)])
  func aTimeSpanHasAUnit(text: String, duration: Duration?) {
    #expect(TimeSpan(argument: text)?.duration == duration)
  }

  @Test func aProxyHasAHostAndAPort() throws {
    let plain = try #require(ProxyArgument(argument: "proxy:3128")).proxy
    #expect(plain == .init(host: "proxy", port: 3128))
    let full = try #require(ProxyArgument(argument: "http://me:a:b@[::1]:8080/")).proxy
    #expect(
      full == .init(host: "::1", port: 8080, credentials: .init(user: "me", password: "a:b")))
    for text in ["proxy", "socks5://proxy:1", "proxy:0", ":3128", "me@proxy:1", "proxy:99999", ""] {
      #expect(ProxyArgument(argument: text) == nil, "\(text)")
    }
  }

  @Test(arguments: [
    ["localhost", "--count", "0"], ["localhost", "--json", "--quiet"],
    ["localhost", "--json-input", "--binary", "hex"], ["localhost", "--cert", "file"],
    ["localhost", "--max-attempts", "2"], ["localhost", "--binary", "hex", "--send", "xy"],
    ["localhost", "--header", "none"], ["localhost", "--transport", "carrier-pigeon"], [],
  ])
  func aWrongCommandLineIsRefused(arguments: [String]) {
    #expect(throws: (any Error).self) { try Eio.parseAsRoot(arguments) }
  }
}

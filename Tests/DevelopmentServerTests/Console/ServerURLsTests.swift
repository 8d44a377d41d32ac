// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import Testing

@testable import DevelopmentServer

struct ServerURLsTests {
  private let devices = ["127.0.0.1", "::1", "192.0.2.7", "10.0.0.7", "2001:db8::7", "fe80::7"]

  @Test func everywhereIsEveryDevice() {
    let four = ServerURLs(.ip("0.0.0.0", port: 8000), deviceAddresses: devices)
    #expect(four.local == "http://localhost:8000/")
    #expect(four.network == ["http://192.0.2.7:8000/", "http://10.0.0.7:8000/"])
    let six = ServerURLs(.ip("::", port: 8000), deviceAddresses: devices)
    #expect(six.network == four.network + ["http://[2001:db8::7]:8000/"])
  }

  @Test(arguments: [
    ("127.0.0.1", "http://localhost:80/"), ("::1", "http://localhost:80/"),
    ("192.0.2.7", "http://192.0.2.7:80/"), ("2001:db8::7", "http://[2001:db8::7]:80/"),
  ])
  func oneAddressIsOneURL(host: String, url: String) {
    let urls = ServerURLs(.ip(host, port: 80), deviceAddresses: devices)
    #expect(urls.local == url)
    #expect(urls.network.isEmpty)
  }
}

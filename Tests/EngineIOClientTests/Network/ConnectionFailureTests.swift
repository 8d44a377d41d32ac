// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOMiddleware
import HTTPAppTesting
import Testing

@testable import EngineIOClient

struct ConnectionFailureTests {
  @Test(arguments: TransportKind.allCases)
  func aClosedPortIsSaidInWords(transport: TransportKind) async throws {
    let error = await #expect(throws: EngineIOClientError.self) {
      try await EngineIOClient.connect(
        "http://127.0.0.1:1", transports: [transport], configuration: .patient)
    }
    #expect(error?.cause == .connectionFailed("127.0.0.1 port 1: Connection refused"))
  }

  @Test func aServerWithoutTLSIsSaidInWords() async throws {
    try await EngineIOApp(EngineIOServer()).test(.live) { test in
      let origin = try #require(test.origin).replacing("http:", with: "https:")
      let error = await #expect(throws: EngineIOClientError.self) {
        try await EngineIOClient.connect(
          origin, transports: [.polling], configuration: .patient)
      }
      #expect(error?.cause == .connectionFailed("TLS handshake failed: WRONG_VERSION_NUMBER"))
    }
  }
}

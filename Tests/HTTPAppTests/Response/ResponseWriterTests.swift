// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ResponseWriterTests {
  @Test(arguments: TestMode.allCases)
  func writesPartsAndTrailers(mode: TestMode) async throws {
    let app = HTTPHandler { _ in
      .stream { writer in
        try await writer.write("a")
        try await writer.write("")
        try await writer.write(ByteBuffer(string: "b"))
        writer.trailerFields[.server] = "x"
      }
    }
    try await app.test(mode) { client async throws in
      let response = try await client.get("/")
      #expect(response.text == "ab")
      #expect(response.trailerFields[.server] == "x")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HTTPErrorTests {
  @Test(arguments: TestMode.allCases)
  func becomesTheAnswer(mode: TestMode) async throws {
    struct Teapot: HTTPResponseError {
      var response: Response { .text("short", status: .init(code: 418)) }
    }
    let app = HTTPHandler { request in
      switch request.path {
      case "/message": throw HTTPError(.notFound, "no such thing")
      case "/status": throw HTTPError(.forbidden)
      case "/response": throw HTTPError(Response(status: .seeOther, headerFields: [.location: "/"]))
      default: throw Teapot()
      }
    }
    try await app.test(mode) { client async throws in
      let message = try await client.get("/message")
      #expect(message.status == .notFound && message.text == "no such thing\n")
      let status = try await client.get("/status")
      #expect(status.status == .forbidden && status.text == "Forbidden\n")
      let response = try await client.get("/response")
      #expect(response.status == .seeOther && response.headerFields[.location] == "/")
      let teapot = try await client.get("/")
      #expect(teapot.status.code == 418 && teapot.text == "short")
    }
  }
}

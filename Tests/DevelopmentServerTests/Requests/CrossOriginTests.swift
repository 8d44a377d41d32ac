// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@testable import DevelopmentServer

struct CrossOriginTests {
  @Test(arguments: TestMode.allCases)
  func everyAnswerMayBeRead(mode: TestMode) async throws {
    let app = HTTPHandler { request in
      if request.path == "/none" { throw HTTPError(.notFound) }
      return .text("hello")
    }
    try await app.wrapped(by: CrossOrigin()).test(mode) { client in
      for path in ["/", "/none"] {
        let response = try await client.get(path, headerFields: [.origin: "http://a.example"])
        #expect(response.headerFields[.accessControlAllowOrigin] == "*")
      }
      let options = try await client.send(.options, "/")
      #expect(options.text == "hello")
    }
  }

  @Test(arguments: TestMode.allCases)
  func everyRequestMayBeSent(mode: TestMode) async throws {
    try await HTTPHandler { _ in .notFound }.wrapped(by: CrossOrigin()).test(mode) { client in
      let response = try await client.send(
        .options, "/",
        headerFields: [
          .origin: "http://a.example", .accessControlRequestMethod: "PUT",
          .accessControlRequestHeaders: "x-one, x-two",
        ])
      #expect(response.status == .noContent)
      #expect(response.headerFields[.accessControlAllowOrigin] == "*")
      #expect(response.headerFields[.accessControlAllowMethods]?.contains("PUT") ?? false)
      #expect(response.headerFields[.accessControlAllowHeaders] == "x-one, x-two")
      #expect(response.headerFields[.vary] == "access-control-request-headers")
    }
  }

  @Test func whatABackendAllowsIsKept() async throws {
    let app = HTTPHandler { _ in
      Response(headerFields: [.accessControlAllowOrigin: "http://a.example"])
    }
    try await app.wrapped(by: CrossOrigin()).test { client in
      let fields = try await client.get("/").headerFields
      #expect(fields[values: .accessControlAllowOrigin] == ["http://a.example"])
    }
  }
}

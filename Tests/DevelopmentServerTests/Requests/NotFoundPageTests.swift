// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@testable import DevelopmentServer

struct NotFoundPageTests {
  @Test func browsersGetAPage() async throws {
    try await HTTPHandler { _ in .notFound }.wrapped(by: NotFoundPage()).test { client in
      let page = try await client.get("/<i>&\"", headerFields: [.accept: "text/html,*/*"])
      #expect(page.status == .notFound)
      #expect(page.headerFields[.contentType] == "text/html; charset=utf-8")
      #expect(page.text.contains("There is no <code>/&lt;i&gt;&amp;&quot;</code> here."))
      let text = try await client.get("/a", headerFields: [.accept: "image/png"])
      #expect(text.status == .notFound)
      #expect(text.text == "Not Found")
    }
  }

  @Test func pagesOfOthersStay() async throws {
    let app = HTTPHandler { request in
      .text(
        "my own", status: request.path == "/found" ? .ok : .notFound,
        contentType: request.path == "/found" ? "text/plain" : "text/html")
    }
    try await app.wrapped(by: NotFoundPage()).test { client in
      for path in ["/", "/found"] {
        let page = try await client.get(path, headerFields: [.accept: "text/html"])
        #expect(page.text == "my own")
      }
    }
  }
}

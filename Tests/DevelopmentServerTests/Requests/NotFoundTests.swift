// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@testable import DevelopmentServer

struct NotFoundTests {
  @Test func browsersGetAPage() async throws {
    try await NotFound().test { client in
      let page = try await client.get("/<i>&\"", headerFields: [.accept: "text/html,*/*"])
      #expect(page.status == .notFound)
      #expect(page.headerFields[.contentType] == "text/html; charset=utf-8")
      #expect(page.text.contains("There is no <code>/&lt;i&gt;&amp;&quot;</code> here."))
      let text = try await client.get("/a", headerFields: [.accept: "image/png"])
      #expect(text.status == .notFound)
      #expect(text.text == "Not Found")
    }
  }
}

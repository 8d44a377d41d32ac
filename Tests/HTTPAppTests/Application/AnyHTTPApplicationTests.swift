// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import Testing

struct AnyHTTPApplicationTests {
  @Test func choosesAnApplicationAtRunTime() async throws {
    for name in ["one", "two"] {
      let app =
        name == "one"
        ? AnyHTTPApplication(NotingApplication("one", Journal()))
        : AnyHTTPApplication(HTTPHandler { _ in .text("two") })
      try await app.test { client async throws in
        #expect(try await client.get("/").text == name)
      }
    }
  }

  /// The layers would otherwise grow with every function that erases what it is given.
  @Test func addsNoLayerToAnErasedApplication() {
    let once = AnyHTTPApplication(HTTPHandler { _ in .notFound })
    let twice = AnyHTTPApplication(once)
    #expect(!(Mirror(reflecting: twice).children.first?.value is AnyHTTPApplication))
    #expect(Mirror(reflecting: twice).children.first?.value is HTTPHandler)
  }
}

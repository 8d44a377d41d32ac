// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import DevelopmentServer

struct HTMLInjectorTests {
  private func inject(_ parts: [String]) -> String {
    var injector = HTMLInjector { $0 ? "<BASED>" : "<TAG>" }
    var out = ByteBuffer()
    for part in parts { out.writeImmutableBuffer(injector.take(ByteBuffer(string: part))) }
    out.writeImmutableBuffer(injector.finish())
    return String(buffer: out)
  }

  @Test(arguments: [
    ("<body>a</body></html>", "<body>a<TAG></body></html>"),
    ("<body>a</BODY >", "<body>a<TAG></BODY >"),
    ("<script>'</body>'</script>b</body>", "<script>'</body>'</script>b<TAG></body>"),
    ("no end", "no end<TAG>"),
    ("cut </bod", "cut </bod<TAG>"),
    ("", "<TAG>"),
    ("<base href=/a/><body>a</body>", "<base href=/a/><body>a<BASED></body>"),
    ("<BASE href=/a/>", "<BASE href=/a/><BASED>"),
  ])
  func theTagComesBeforeTheLastEndOfTheBody(document: String, expected: String) {
    #expect(inject([document]) == expected)
    // However the document is cut.
    #expect(inject(document.map { String($0) }) == expected)
    for count in 0...document.count {
      let parts = [String(document.prefix(count)), String(document.dropFirst(count))]
      #expect(inject(parts) == expected)
    }
  }

  @Test func whatIsFarFromTheEndIsPassedOn() {
    var injector = HTMLInjector { _ in "<TAG>" }
    let text = String(repeating: "x", count: HTMLInjector.mostHeld)
    let early = injector.take(ByteBuffer(string: "<body></body>"))
    #expect(String(buffer: early) == "<body>")
    let late = injector.take(ByteBuffer(string: text))
    #expect(String(buffer: late).hasPrefix("</body>xxx"))
    #expect(String(buffer: injector.finish()) == "xxxxx<TAG>")
  }
}

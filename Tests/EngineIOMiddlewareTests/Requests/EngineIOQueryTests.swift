// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import EngineIOMiddleware

@Suite struct EngineIOQueryTests {
  @Test func parametersInAnyOrderAndBesideOthers() {
    let query = EngineIOQuery("t=abc&sid=S&x&transport=websocket&=&&EIO=4&y=1=2")
    #expect(query.sid == "S")
    #expect(query.transport == .websocket)
    #expect(query.version == .v4)
    #expect(!query.isAmbiguous)
  }

  @Test(arguments: [nil, "", "&", "=", "sid", "transport", "EIO", "%", "%=%"])
  func nothing(text: String?) {
    let query = EngineIOQuery(text)
    #expect(query.sid == nil)
    #expect(query.transport == nil)
    #expect(query.version == nil)
    #expect(!query.isAmbiguous)
  }

  @Test func percentEncoding() {
    let query = EngineIOQuery("%73id=%41b&transport=poll%69ng&EIO=%34")
    #expect(query.sid == "Ab")
    #expect(query.transport == .polling)
    #expect(query.version == .v4)
  }

  @Test(arguments: [
    "sid=a&sid=b", "sid=a&sid=a", "sid=&sid=a", "sid=a&sid=", "transport=polling&transport=polling",
    "transport=polling&transport=websocket", "transport=x&transport=polling",
    "sid=a&%73id=b",
  ])
  func repetitionIsAmbiguous(text: String) {
    #expect(EngineIOQuery(text).isAmbiguous)
  }

  @Test func emptySessionIDIsNone() {
    #expect(EngineIOQuery("sid=&transport=polling").sid == nil)
  }

  @Test func firstVersionCounts() {
    #expect(EngineIOQuery("EIO=4&EIO=3").version == .v4)
    #expect(EngineIOQuery("EIO=3&EIO=4").version == .v3)
    #expect(EngineIOQuery("EIO=44").version == nil)
    #expect(EngineIOQuery("EIO=2").version == nil)
    #expect(EngineIOQuery("eio=4").version == nil)
  }

  @Test(arguments: [
    ("a%2fb", "a/b"), ("%C3%A9", "é"), ("a+b", "a+b"), ("", ""), ("%2", nil), ("%", nil),
    ("%zz", nil), ("%C3", nil), ("%2%30", nil),
  ])
  func decoding(text: String, decoded: String?) {
    #expect(PercentEncoding.decode(text.utf8) == decoded)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import EngineIO

@Suite struct HandshakeTests {
  static let handshake = Handshake(
    sid: "abc", upgrades: ["websocket"], pingInterval: .milliseconds(300),
    pingTimeout: .milliseconds(200), maxPayload: 1_000_000)

  @Test func exactlyTheKeysOfTheProtocol() {
    #expect(
      Self.handshake.json == #"{"sid":"abc","upgrades":["websocket"],"pingInterval":300,"#
        + #""pingTimeout":200,"maxPayload":1000000}"#)
  }

  @Test func noUpgradesIsAnEmptyArray() throws {
    var handshake = Self.handshake
    handshake.upgrades = []
    #expect(handshake.json.contains(#""upgrades":[]"#))
    #expect(try Handshake(json: handshake.json) == handshake)
  }

  @Test(arguments: [
    (Duration.seconds(25), "25000"), (.milliseconds(1), "1"), (.microseconds(1), "1"),
    (.microseconds(1500), "2"), (.zero, "0"), (.seconds(Int64.max), String(Int64.max)),
  ])
  func intervalsAreMillisecondsRoundedUp(duration: Duration, text: String) {
    var handshake = Self.handshake
    handshake.pingInterval = duration
    #expect(handshake.json.contains(#""pingInterval":"# + text + ","))
  }

  @Test func everyStringSurvives() throws {
    let strings = ["", "\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}", "\u{2028}\u{2029}é€🙂", "e\u{301}"]
    for string in strings {
      var handshake = Self.handshake
      handshake.sid = "x" + string
      handshake.upgrades = [string, string]
      #expect(try Handshake(json: handshake.json) == handshake)
      #expect(handshake.json.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{2028}" })
    }
  }

  @Test func readsWhatOthersWrite() throws {
    let text = """
       { "pingTimeout" : 2e0 , "pingTimeout":20000,"x":{"y":[1,-2.5e+3,null,true,false,{}]},
      "upgrades":[ "websocket" , "a\\u00e9\\ud83d\\ude42" ],"sid":"s\\/1", "pingInterval":25000 }
      """
    let handshake = try Handshake(json: text)
    #expect(handshake.sid == "s/1")
    #expect(handshake.upgrades == ["websocket", "aé🙂"])
    #expect(handshake.pingInterval == .seconds(25))
    #expect(handshake.pingTimeout == .seconds(20))
    #expect(handshake.maxPayload == .max)
  }

  @Test(arguments: [
    (#"{"upgrades":[],"pingInterval":1,"pingTimeout":1}"#, "sid"),
    (#"{"sid":"","upgrades":[],"pingInterval":1,"pingTimeout":1}"#, "sid"),
    (#"{"sid":1,"upgrades":[],"pingInterval":1,"pingTimeout":1}"#, "sid"),
    (#"{"sid":"a","upgrades":[1],"pingInterval":1,"pingTimeout":1}"#, "upgrades"),
    (#"{"sid":"a","upgrades":[],"pingInterval":-1,"pingTimeout":1}"#, "pingInterval"),
    (#"{"sid":"a","upgrades":[],"pingInterval":1,"pingTimeout":1.5}"#, "pingTimeout"),
    (
      #"{"sid":"a","upgrades":[],"pingInterval":1,"pingTimeout":99999999999999999999}"#,
      "pingTimeout"
    ),
    (#"{"sid":"a","upgrades":[],"pingInterval":1,"pingTimeout":1,"maxPayload":"9"}"#, "maxPayload"),
  ])
  func invalidMembers(text: String, key: String) {
    #expect(throws: HandshakeError.invalid(key: key)) { try Handshake(json: text) }
  }

  @Test(arguments: [
    "", " ", "{", "{}x", "[]", "null", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#, #"{"a":01}"#,
    #"{"a":1.}"#, #"{"a":-}"#, #"{"a":1e}"#, #"{"a":tru}"#, #"{"a":[1,]}"#, #"{"a":"\x"}"#,
    #"{"a":"\u12"}"#, #"{"a":"\ud800"}"#, #"{"a":"\ud800A"}"#, #"{"a":"\udc00"}"#, #"{"a":"b}"#,
    "{\"a\":\"\n\"}", #"{"a":1 "b":2}"#,
  ])
  func malformed(text: String) {
    #expect(throws: HandshakeError.malformed) { try Handshake(json: text) }
  }

  @Test func depthIsBounded() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: HandshakeError.malformed) { try Handshake(json: #"{"a":"# + deep) }
    let objects = String(repeating: #"{"a":"#, count: 100_000)
    #expect(throws: HandshakeError.malformed) { try Handshake(json: objects) }
  }

  @Test func garbageNeverTraps() {
    var generator = TestRandom(seed: 42)
    let base = Array(Self.handshake.json.utf8)
    for _ in 0..<5_000 {
      var bytes = base
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
          in: 0x20...0x7e, using: &generator)
      }
      bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))
      let text = String(decoding: bytes, as: UTF8.self)
      if let handshake = try? Handshake(json: text) {
        #expect((try? Handshake(json: handshake.json)) == handshake)
      }
    }
  }
}

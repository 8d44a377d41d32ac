// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ContentCodec
import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct JSONPRequestTests {
  private static let query = "/?EIO=4&transport=polling"

  /// The payload in a script.
  private func payload(_ script: String, index: Int) throws -> String {
    let body = try #require(script.hasPrefix("___eio[\(index)](\"") ? script.dropFirst(11) : nil)
    #expect(body.hasSuffix("\");"))
    return String(body.dropLast(3)).replacing("\\\"", with: "\"")
  }

  @Test(arguments: TestMode.allCases)
  func aSession(mode: TestMode) async throws {
    try await echoServer { $0.allowJSONP = true }.test(mode) { client in
      let open = try await client.get(Self.query + "&j=0")
      #expect(open.status == .ok)
      #expect(open.headerFields[.contentType] == "text/javascript; charset=UTF-8")
      #expect(open.headerFields[.xContentTypeOptions] == "nosniff")
      #expect(open.headerFields[.cacheControl] == "no-store")
      let packet = try payload(open.text, index: 0)
      let sid = try Handshake(json: String(packet.dropFirst())).sid
      let session = Self.query + "&sid=" + sid
      let post = try await client.post(
        session + "&j=1", #"d=4one+%22line%22%1e4two\nlines"#,
        headerFields: [.contentType: "application/x-www-form-urlencoded"])
      #expect(post.text == "ok")
      #expect(post.headerFields[.contentType] == "text/html")
      let poll = try await client.get(session + "&j=2")
      #expect(poll.text == #"___eio[2]("4one \"line\"\u001e4two\nlines");"#)
      // Each request says for itself.
      #expect(try await client.post(session, "4d=plain").text == "ok")
      #expect(try await client.get(session).text == "4d=plain")
    }
  }

  @Test func offByDefault() async throws {
    try await serve(echoServer()) { client in
      let open = try await client.get("EIO=4&transport=polling&j=0")
      #expect(open.body.hasPrefix("0{"))
      #expect(open.headerFields[.contentType] == "text/plain; charset=UTF-8")
      let post = try await client.send(
        client.request(
          .post, "transport=polling&sid=\(try client.sid(open.body))&j=0",
          body: RequestBody(ByteBuffer(string: "d=4a"))))
      #expect(post.status == 400)
    }
  }

  @Test(arguments: ["j=", "j=x", "j=1);alert(1", "j=-1", "j=1&j=2", "j=1234567890", "j=%31"])
  func indices(parameter: String) async throws {
    let log = Log()
    let engine = echoServer { $0.allowJSONP = true }
    engine.onConnectionError { log("\($0.context)") }
    try await serve(engine) { client in
      let answer = try await client.get("EIO=4&transport=polling&" + parameter)
      #expect(answer.status == 400)
      #expect(answer.body == #"{"code":3,"message":"Bad request"}"#)
      #expect(client.engine.hasNoSessions)
    }
    #expect(log.lines == ["query"])
  }

  @Test(arguments: ["4a", "", "d=%", "x=4a"])
  func formsThatCannotBeRead(form: String) async throws {
    let log = Log()
    let engine = echoServer { $0.allowJSONP = true }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let post = try await client.send(
        client.request(
          .post, "transport=polling&sid=\(try await client.connect())&j=0",
          body: RequestBody(ByteBuffer(string: form))))
      #expect(post.status == 400)
      #expect(await log.lines(1) == ["parse error"])
    }
  }

  @Test func scriptsAreCompressedToo() async throws {
    let engine = EngineIOServer(.init(allowJSONP: true))
    engine.onConnect { session, _ in try await session.send(String(repeating: "\"", count: 600)) }
    try await engine.test { client in
      let target = Self.query + "&j=3"
      let plain = try await client.get(target)
      // Its quotes made it long enough.
      #expect(plain.headerFields[.vary] == "accept-encoding")
      let answer = try await client.get(target, headerFields: [.acceptEncoding: "gzip"])
      #expect(answer.headerFields[.contentEncoding] == "gzip")
      #expect(answer.headerFields[.contentType] == "text/javascript; charset=UTF-8")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore
import Testing

struct ResponseTests {
  @Test func makesText() {
    let response = Response.text("grüße", status: .accepted)
    #expect(response.status == .accepted)
    #expect(response.headerFields == [.contentType: "text/plain; charset=utf-8"])
    #expect(response.body.length == 7)
    #expect(Response.text("", contentType: "a/b").headerFields[.contentType] == "a/b")
  }

  @Test func makesBytes() {
    let response = Response.bytes(ByteBuffer(bytes: [1, 2]))
    #expect(response.status == .ok)
    #expect(response.headerFields == [.contentType: "application/octet-stream"])
    guard case .bytes(ByteBuffer(bytes: [1, 2])) = response.body.kind else {
      Issue.record("\(response.body.kind)")
      return
    }
  }

  @Test func makesStreams() {
    let response = Response.stream(status: .created, headerFields: [.server: "x"], length: 3) { _ in
    }
    #expect(response.status == .created)
    #expect(response.headerFields == [.server: "x"])
    #expect(response.body.length == 3)
  }

  @Test func makesWebSockets() {
    var options = WebSocketOptions()
    options.maxMessageBytes = 1
    let response = Response.webSocket(
      subprotocol: "chat", headerFields: [.server: "x"], options: options
    ) { _ in }
    #expect(response.status == .switchingProtocols)
    #expect(response.headerFields == [.server: "x"])
    guard case .webSocket(let upgrade) = response.body.kind else {
      Issue.record("\(response.body.kind)")
      return
    }
    #expect(upgrade.subprotocol == "chat")
    #expect(upgrade.options == options)
  }

  @Test func saysNotFound() {
    #expect(Response.notFound.status == .notFound)
    #expect(Response.notFound.body.length == 9)
  }

  @Test func isOKAndEmptyUnlessSaid() {
    let response = Response()
    #expect(response.status == .ok)
    #expect(response.headerFields.isEmpty)
    #expect(response.body.length == 0)
  }
}

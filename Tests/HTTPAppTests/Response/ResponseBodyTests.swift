// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore
import Testing

struct ResponseBodyTests {
  @Test func tellsItsLengthWhereItIsKnown() throws {
    #expect(ResponseBody.empty.length == 0)
    #expect(ResponseBody(ByteBuffer(string: "abc")).length == 3)
    #expect(ResponseBody.stream { _ in }.length == nil)
    #expect(ResponseBody.stream(length: 5) { _ in }.length == 5)
    #expect(ResponseBody.webSocket(WebSocketUpgrade { _ in }).length == 0)
    try withTemporaryFile("0123456789") { path in
      let file = try OpenFile(path: path)
      #expect(ResponseBody.file(file).length == 10)
      #expect(ResponseBody.file(file, range: 2..<5).length == 3)
    }
  }

  @Test func isEmptyWithoutBytes() {
    guard case .empty = ResponseBody(ByteBuffer()).kind else {
      Issue.record("empty bytes are a body")
      return
    }
  }
}

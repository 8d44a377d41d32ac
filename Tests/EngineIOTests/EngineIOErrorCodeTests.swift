// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import EngineIO

@Suite struct EngineIOErrorCodeTests {
  @Test(arguments: [
    (EngineIOErrorCode.transportUnknown, 0, "Transport unknown", 400),
    (.sessionIDUnknown, 1, "Session ID unknown", 400),
    (.badHandshakeMethod, 2, "Bad handshake method", 400),
    (.badRequest, 3, "Bad request", 400),
    (.forbidden, 4, "Forbidden", 403),
    (.unsupportedProtocolVersion, 5, "Unsupported protocol version", 400),
  ])
  func tableOfTheJavaScriptServer(
    error: EngineIOErrorCode, code: Int, message: String, status: Int
  ) {
    #expect(error.body == #"{"code":\#(code),"message":"\#(message)"}"#)
    #expect(error.status == status)
  }

  @Test func ownAnswers() {
    #expect(EngineIOErrorCode.payloadTooLarge.status == 413)
    #expect(EngineIOErrorCode.methodNotAllowed.status == 405)
    #expect(EngineIOErrorCode.unavailable.status == 503)
    #expect(EngineIOErrorCode.rejected().status == 401)
    #expect(EngineIOErrorCode.rejected().message == "Unauthorized")
  }

  @Test func messagesAreEscaped() {
    let error = EngineIOErrorCode.rejected("who are \"you\"?\n\u{1}")
    #expect(error.body == #"{"code":4,"message":"who are \"you\"?\n\u0001"}"#)
  }
}

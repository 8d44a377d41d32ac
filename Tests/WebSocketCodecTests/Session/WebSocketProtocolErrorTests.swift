// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing
import WebSocketCodec

struct WebSocketProtocolErrorTests {
  @Test func everyErrorClosesWithItsCode() {
    let protocolErrors: [WebSocketProtocolError] = [
      .maskMissing, .maskForbidden, .reservedBits, .reservedOpcode, .fragmentedControlFrame,
      .controlFrameTooLong, .unexpectedContinuation, .expectedContinuation, .lengthNotMinimal,
      .lengthOutOfRange, .invalidCloseBody, .invalidCloseCode,
    ]
    #expect(protocolErrors.allSatisfy { $0.closeCode == .protocolError })
    #expect(WebSocketProtocolError.invalidUTF8.closeCode == .invalidPayload)
    let sizes: [WebSocketProtocolError] = [.frameTooBig, .messageTooBig, .tooManyFragments]
    #expect(sizes.allSatisfy { $0.closeCode == .messageTooBig })
    #expect(Set(protocolErrors + sizes).count == 15)
    #expect("\(WebSocketProtocolError.invalidUTF8)" == "1007 invalid UTF-8")
  }
}

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
    let payloads: [WebSocketProtocolError] = [.invalidUTF8, .invalidCompression]
    #expect(payloads.allSatisfy { $0.closeCode == .invalidPayload })
    #expect(WebSocketProtocolError.outOfMemory.closeCode == .internalError)
    let sizes: [WebSocketProtocolError] = [.frameTooBig, .messageTooBig, .tooManyFragments]
    #expect(sizes.allSatisfy { $0.closeCode == .messageTooBig })
    let all = protocolErrors + payloads + sizes + [.outOfMemory]
    #expect(Set(all).count == 18)
    #expect(Set(all.map(\.reason)).count == 18)
    #expect(all.allSatisfy { $0.reason.utf8.count <= 123 })
    #expect("\(WebSocketProtocolError.invalidUTF8)" == "1007 invalid UTF-8")
  }
}

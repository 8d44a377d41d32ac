// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing
import WebSocketCodec

struct WebSocketCloseCodeTests {
  @Test func exactlyTheRegisteredAndTheFreeRangesMayBeSent() {
    let allowed = (UInt16.min ... .max).filter {
      WebSocketCloseCode(rawValue: $0).isAllowedOnWire
    }
    #expect(allowed == Array(1000...1003) + Array(1007...1014) + Array(3000...4999))
  }

  @Test func namesHaveTheirNumbers() {
    #expect(
      [
        WebSocketCloseCode.normalClosure, .goingAway, .protocolError, .unsupportedData,
        .noStatusReceived, .abnormalClosure, .invalidPayload, .policyViolation, .messageTooBig,
        .mandatoryExtension, .internalError, .serviceRestart, .tryAgainLater, .badGateway,
        .tlsHandshake,
      ].map(\.rawValue) == Array(1000...1003) + Array(1005...1015))
    #expect("\(WebSocketCloseCode.goingAway)" == "1001")
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec
import HTTPTypes
import NIOCore
import Testing

@Suite struct StatusLineTests {
  private func line(_ status: HTTPResponse.Status) -> String {
    var buffer = ByteBuffer()
    ResponseSerializer.writeHead(status, [:], framing: .none, date: nil, into: &buffer)
    return String(buffer: buffer)
  }

  static let registered: [HTTPResponse.Status] = [
    .continue, .switchingProtocols, .earlyHints, .ok, .created, .accepted,
    .nonAuthoritativeInformation, .noContent, .resetContent, .partialContent, .multipleChoices,
    .movedPermanently, .found, .seeOther, .notModified, .temporaryRedirect, .permanentRedirect,
    .badRequest, .unauthorized, .forbidden, .notFound, .methodNotAllowed, .notAcceptable,
    .proxyAuthenticationRequired, .requestTimeout, .conflict, .gone, .lengthRequired,
    .preconditionFailed, .contentTooLarge, .uriTooLong, .unsupportedMediaType,
    .rangeNotSatisfiable, .expectationFailed, .misdirectedRequest, .unprocessableContent,
    .tooEarly, .upgradeRequired, .preconditionRequired, .tooManyRequests,
    .requestHeaderFieldsTooLarge, .unavailableForLegalReasons, .internalServerError,
    .notImplemented, .badGateway, .serviceUnavailable, .gatewayTimeout, .httpVersionNotSupported,
    .networkAuthenticationRequired,
  ]

  @Test(arguments: registered)
  func agreesWithHTTPTypes(_ status: HTTPResponse.Status) {
    #expect(line(status) == "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n\r\n")
    // The phrase is known even if the status does not bring it.
    #expect(line(.init(code: status.code)) == line(status))
  }

  @Test(arguments: 0...999)
  func everyCodeMakesOneLine(_ code: Int) {
    let text = line(.init(code: code))
    #expect(text.hasPrefix("HTTP/1.1 \(code / 100)\(code / 10 % 10)\(code % 10) "))
    #expect(text.utf8.count { $0 == 10 } == 2)
  }

  @Test func unregisteredCodesKeepTheirPhrase() {
    #expect(line(.init(code: 299, reasonPhrase: "Fine")) == "HTTP/1.1 299 Fine\r\n\r\n")
    #expect(line(.init(code: 7)) == "HTTP/1.1 007 \r\n\r\n")
    let phrase = String(repeating: "long ", count: 100) + "."
    #expect(line(.init(code: 299, reasonPhrase: phrase)) == "HTTP/1.1 299 \(phrase)\r\n\r\n")
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPApp
import HTTPTypes
import NIOCore

extension EngineIOServer {
  /// The number of the page's function that a request by JSONP names; `nil` if the request is
  /// another.
  func jsonpIndex(of request: Request) throws -> Int? {
    guard let query = request.query else { return nil }
    let names = query.split(separator: "&").filter { $0.hasPrefix("j=") }
    guard let name = names.first else { return nil }
    let digits = name.utf8.dropFirst(2)
    guard names.count == 1, (1...9).contains(digits.count),
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let index = Int(name.dropFirst(2))
    else { throw Refusal(.badRequest, .query) }
    return index
  }
}

extension Response {
  /// Makes a script of the answer to a poll.
  mutating func wrapInScript(index: Int) {
    guard let payload = body.readyBytes else { return }
    headerFields[.contentType] = "text/javascript; charset=UTF-8"
    headerFields[.xContentTypeOptions] = "nosniff"
    body = ResponseBody(JSONP.script(payload, index: index))
  }

  /// The answer to a form, which a browser shows in a frame.
  static let engineIOFormAcknowledgement: Response = {
    var response = engineIOAcknowledgement
    response.headerFields[.contentType] = "text/html"
    return response
  }()
}

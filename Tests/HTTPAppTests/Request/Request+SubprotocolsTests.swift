// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import Testing

struct RequestSubprotocolsTests {
  @Test(
    arguments: [
      (["chat"], ["chat"]),
      (["b, a,c"], ["b", "a", "c"]),
      (["a", "b, c"], ["a", "b", "c"]),
      ([" ,\ta\t, ,b "], ["a", "b"]),
      (["Chat, chat"], ["Chat", "chat"]),
      ([""], []),
      ([], []),
    ] as [([String], [String])])
  func listsWhatTheClientOffers(lines: [String], offered: [String]) {
    var fields = HTTPFields()
    for line in lines { fields.append(HTTPField(name: .secWebSocketProtocol, value: line)) }
    #expect(Request(headerFields: fields).offeredSubprotocols == offered)
  }
}

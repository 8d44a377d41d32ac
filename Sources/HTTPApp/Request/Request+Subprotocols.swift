// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPTypes

extension Request {
  /// The subprotocols that the client speaks, those it likes best first: the elements of all
  /// `sec-websocket-protocol` fields (RFC 6455 section 4.1); empty without such a field.
  ///
  /// At most one of them, compared with regard to case, may be the answer's:
  ///
  /// ```swift
  /// let spoken: Set = ["chat.v2", "chat.v1"]
  /// guard let chosen = request.offeredSubprotocols.first(where: spoken.contains) else {
  ///   throw HTTPError(.badRequest, "This chat speaks chat.v2 and chat.v1.")
  /// }
  /// return .webSocket(subprotocol: chosen) { socket in … }
  /// ```
  public var offeredSubprotocols: [String] {
    guard let offers = headerValue(.secWebSocketProtocol) else { return [] }
    return offers.utf8.split(separator: UInt8(ascii: ",")).compactMap { element in
      func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
      }
      guard let start = element.firstIndex(where: { !isBlank($0) }),
        let end = element.lastIndex(where: { !isBlank($0) })
      else { return nil }
      return String(Substring(element[start...end]))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension WebSocketHandshake {
  /// The subprotocol to answer with in `Sec-WebSocket-Protocol` (RFC 6455 section 4.2.2, step 5.5).
  ///
  /// Linear in the length of the fields, whatever they contain. Names are case-sensitive.
  ///
  /// - Parameters:
  ///   - offered: the values of all `Sec-WebSocket-Protocol` fields of the request, each a list in
  ///     the client's order of preference.
  ///   - supported: what the application speaks; its order does not matter.
  /// - Returns: the first name offered that is supported; nil when there is none, and then the
  ///   answer has no such field.
  public static func selectSubprotocol(
    offered: some Sequence<String>, supported: some Collection<String>
  ) -> String? {
    guard !supported.isEmpty else { return nil }
    for field in offered {
      for element in field.utf8.split(separator: UInt8(ascii: ",")) {
        let name = element.trimmingOWS()
        if let match = supported.first(where: { $0.utf8.elementsEqual(name) }) { return match }
      }
    }
    return nil
  }
}

extension Substring.UTF8View {
  /// Without spaces and tabs at both ends (OWS of RFC 9110 section 5.6.3).
  func trimmingOWS() -> Substring.UTF8View {
    func isOWS(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    guard let start = firstIndex(where: { !isOWS($0) }),
      let last = lastIndex(where: { !isOWS($0) })
    else { return self[endIndex...] }
    return self[start...last]
  }
}

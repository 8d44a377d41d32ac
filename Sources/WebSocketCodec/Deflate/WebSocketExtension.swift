// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// One element of `Sec-WebSocket-Extensions` (RFC 6455 section 9.1).
struct WebSocketExtension: Equatable {
  struct Parameter: Equatable {
    var name: String
    var value: String?
  }

  var name: String
  var parameters: [Parameter] = []
}

// MARK: - Parsing

extension WebSocketExtension {
  /// The elements of one field, in time linear in its length.
  ///
  /// - Returns: nil if the field breaks the grammar. Values may be quoted strings, which must hold a
  ///   token once unquoted.
  static func parse(_ field: String) -> [WebSocketExtension]? {
    var extensions: [WebSocketExtension] = []
    for element in field.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: true) {
      var pieces = element.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
      // Empty elements of a list are ignored (RFC 9110 section 5.6.1.2).
      guard let first = pieces.first, pieces.count > 1 || !first.trimmingOWS().isEmpty else {
        continue
      }
      pieces.removeFirst()
      guard let name = token(first.trimmingOWS()) else { return nil }
      var parameters: [Parameter] = []
      for piece in pieces {
        guard let parameter = parameter(piece) else { return nil }
        parameters.append(parameter)
      }
      extensions.append(WebSocketExtension(name: name, parameters: parameters))
    }
    return extensions
  }

  private static func parameter(_ bytes: Substring.UTF8View) -> Parameter? {
    guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else {
      return token(bytes.trimmingOWS()).map { Parameter(name: $0, value: nil) }
    }
    var value = bytes[bytes.index(after: equals)...].trimmingOWS()
    let quote = UInt8(ascii: "\"")
    if value.count >= 2, value.first == quote, value.last == quote {
      value = value.dropFirst().dropLast()
    }
    guard let name = token(bytes[..<equals].trimmingOWS()), let value = token(value) else {
      return nil
    }
    return Parameter(name: name, value: value)
  }

  /// - Returns: nil unless `bytes` are a token (RFC 9110 section 5.6.2).
  private static func token(_ bytes: Substring.UTF8View) -> String? {
    guard !bytes.isEmpty, bytes.allSatisfy(isTokenByte) else { return nil }
    return String(Substring(bytes))
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}

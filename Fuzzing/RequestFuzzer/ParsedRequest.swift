// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// One request as a parser understood it, in a form that both parsers can be brought into.
struct ParsedRequest: Equatable {
  struct Field: Equatable {
    /// In lower case.
    var name: String
    /// Without the white space around it; invalid UTF-8 is replaced.
    var value: String
  }

  var method: String
  var target: String
  var isHTTP1_1: Bool
  var fields: [Field]
  var body: [UInt8] = []
  var trailers: [Field] = []
  var isComplete = false

  /// Whether a recipient may leave HTTP behind this request.
  var offersUpgrade: Bool {
    method == "CONNECT"
      || values(of: "upgrade").first != nil && tokens(of: "connection").contains("upgrade")
  }

  func values(of name: String) -> [String] {
    fields.lazy.filter { $0.name == name }.map(\.value)
  }

  func tokens(of name: String) -> [String] {
    values(of: name).flatMap { $0.split(separator: ",") }
      .map { String($0).trimmingBlanks().lowercased() }
  }
}

/// What a parser made of some bytes.
struct Reading {
  var requests: [ParsedRequest] = []
  /// Why it stopped, in its own words; nil if it wants more bytes or is done.
  var error: String?
  /// What it had not taken when it refused; from the start of a request if the head was at fault.
  var rest: [UInt8] = []
  /// Whether it stopped because the last request ends the connection or its protocol.
  var isFinished = false
}

extension String {
  func trimmingBlanks() -> String {
    var text = self[...]
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text)
  }
}

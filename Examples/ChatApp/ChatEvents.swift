// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation

/// What a browser sends.
struct ClientEvent: Decodable {
  enum Kind: String, Decodable {
    case join, say, typing
  }

  var type: Kind
  var name: String?
  var text: String?
  var typing: Bool?
}

/// What browsers are sent: a type, and those of the other fields that the type has.
struct ServerEvent: Encodable {
  enum Kind: String, Encodable {
    case welcome, joined, left, said, typing, error
  }

  /// Something said, and when in milliseconds since 1970.
  struct Line: Encodable {
    var name: String
    var text: String
    var at: Int
  }

  var type: Kind
  var you: String?
  var people: [String]?
  var history: [Line]?
  var name: String?
  var text: String?
  var at: Int?
  var typing: Bool?
  var message: String?

  static func said(_ line: Line) -> ServerEvent {
    ServerEvent(type: .said, name: line.name, text: line.text, at: line.at)
  }

  static func error(_ message: String) -> ServerEvent {
    ServerEvent(type: .error, message: message)
  }

  /// Strings, numbers and arrays of them can always be encoded.
  var json: String { String(decoding: try! JSONEncoder().encode(self), as: UTF8.self) }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOClient
import Foundation

/// What a line of input asks for.
enum InputCommand: Equatable {
  case send(EngineIOMessage)
  /// Disconnect after what was sent.
  case close
  /// Disconnect without a word.
  case abort
}

/// How lines of input are read.
enum InputFormat: Equatable {
  /// Each is a text message.
  case text
  /// Each is a binary message.
  case binary(BinaryEncoding)
  /// Each is a JSON object: `{"text":…}`, `{"binary":…}` in base64, `{"close":true}` or
  /// `{"abort":true}`.
  case json

  private struct Object: Decodable {
    var text: String?
    var binary: String?
    var close: Bool?
    var abort: Bool?
  }

  func command(_ line: String) throws(InputError) -> InputCommand {
    switch self {
    case .text:
      return .send(.text(line))
    case .binary(let encoding):
      guard let bytes = encoding.decode(line) else {
        throw InputError("not \(encoding.rawValue): \(line)")
      }
      return .send(.binary(bytes))
    case .json:
      guard let object = try? JSONDecoder().decode(Object.self, from: Data(line.utf8)) else {
        throw InputError("not a JSON object of the kind expected: \(line)")
      }
      switch (object.text, object.binary, object.close, object.abort) {
      case (let text?, nil, nil, nil):
        return .send(.text(text))
      case (nil, let binary?, nil, nil):
        guard let bytes = BinaryEncoding.base64.decode(binary) else {
          throw InputError("not base64: \(binary)")
        }
        return .send(.binary(bytes))
      case (nil, nil, true, nil): return .close
      case (nil, nil, nil, true): return .abort
      default:
        throw InputError(#"one of "text", "binary", "close" and "abort" is needed: "# + line)
      }
    }
  }
}

/// Why a line of input cannot be used.
struct InputError: Error, Equatable {
  var reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}

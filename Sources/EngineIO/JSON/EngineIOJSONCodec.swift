// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Turns values into JSON (RFC 8259) and back, for the messages of an application.
///
/// Set one in the `jsonCodec` of the server's or the client's configuration. The product
/// EngineIOFoundation has one over Foundation's encoder and decoder.
public protocol EngineIOJSONCodec: Sendable {
  /// A value as JSON text.
  func encode(_ value: some Encodable) throws -> String
  /// The value that JSON text describes.
  func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value
}

/// Why a message could not be sent or read as JSON.
public enum EngineIOJSONError: Error {
  /// There is no codec: set `jsonCodec` in the configuration.
  case noCodec
  /// The message is binary.
  case notText
  /// The codec could not encode the value; with its error.
  case notEncodable(any Error)
  /// The message is no JSON, or not that of such a value; with the codec's error.
  case notDecodable(any Error)
}

extension EngineIOJSONError: CustomStringConvertible {
  /// What is wrong, in a few words; without the message, which is nobody else's.
  public var description: String {
    switch self {
    case .noCodec: "the Engine.IO configuration has no jsonCodec"
    case .notText: "a binary message is no JSON"
    case .notEncodable(let error): "the value cannot be encoded as JSON: \(error)"
    case .notDecodable(let error): "the message is not the JSON expected: \(error)"
    }
  }
}

extension EngineIOMessage {
  /// The value that a text message describes in JSON. Messages are never decoded unasked.
  ///
  /// - Throws: `notText` for a binary message, `notDecodable` with the codec's error.
  public func decodeJSON<Value: Decodable>(
    as type: Value.Type = Value.self, using codec: some EngineIOJSONCodec
  ) throws(EngineIOJSONError) -> Value {
    guard case .text(let text) = self else { throw .notText }
    do { return try codec.decode(type, from: text) } catch { throw .notDecodable(error) }
  }

  /// A text message that describes a value in JSON.
  ///
  /// - Throws: `notEncodable` with the codec's error.
  public static func json(
    _ value: some Encodable, using codec: some EngineIOJSONCodec
  ) throws(EngineIOJSONError) -> Self {
    do { return .text(try codec.encode(value)) } catch { throw .notEncodable(error) }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// JSON by Foundation's encoder and decoder.
public struct FoundationJSONCodec: EngineIOJSONCodec {
  private let encoder: JSONEncoder
  private let decoder: JSONDecoder

  /// Creates a codec.
  ///
  /// - Parameters:
  ///   - encoder: says how dates, keys and such are written; not to be changed any more.
  ///   - decoder: the same for reading.
  public init(encoder: JSONEncoder = JSONEncoder(), decoder: JSONDecoder = JSONDecoder()) {
    self.encoder = encoder
    self.decoder = decoder
  }

  public func encode(_ value: some Encodable) throws -> String {
    String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  public func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
    try decoder.decode(type, from: Data(text.utf8))
  }
}

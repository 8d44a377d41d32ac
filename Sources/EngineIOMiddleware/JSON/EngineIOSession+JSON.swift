// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO

extension EngineIOSession {
  /// Sends a value as a text message in JSON, by the server's codec; see `send(_:)`.
  ///
  /// - Throws: `EngineIOJSONError`; otherwise as `send(_:)`.
  public nonisolated(nonsending) func send(json value: some Encodable) async throws {
    try await send(.json(value, using: engine.jsonCodec()))
  }

  /// The value that a message describes in JSON, by the server's codec.
  ///
  /// - Throws: as `EngineIOMessage.decodeJSON(as:using:)`, and `noCodec` if the server has none.
  public func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, from message: EngineIOMessage
  ) throws(EngineIOJSONError) -> Value {
    try message.decodeJSON(as: type, using: engine.jsonCodec())
  }
}

extension EngineIOServer {
  func jsonCodec() throws(EngineIOJSONError) -> any EngineIOJSONCodec {
    guard let codec = configuration.jsonCodec else { throw .noCodec }
    return codec
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The computations of the opening handshake (RFC 6455 section 4); reading and writing HTTP is the
/// caller's part.
public enum WebSocketHandshake {
  /// The one value of `Sec-WebSocket-Version` supported. A server answers any other with 426 and
  /// this value in the same field (section 4.4).
  public static let version = "13"

  /// Appended to the key before hashing (section 1.3).
  private static let guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

  /// The `Sec-WebSocket-Accept` of a server for a client's `Sec-WebSocket-Key` (section 4.2.2).
  ///
  /// - Parameter key: the field's value without surrounding white space.
  /// - Returns: nil if the key is not 16 bytes in base64, which calls for a 400.
  public static func accept(key: String) -> String? {
    guard isKey(key) else { return nil }
    return Base64.encode(SHA1.hash(Array(key.utf8) + Array(guid.utf8)))
  }

  /// A fresh `Sec-WebSocket-Key` for a client (section 4.1).
  ///
  /// - Parameter generator: the source of the 16 random bytes.
  public static func makeKey(using generator: inout some RandomNumberGenerator) -> String {
    let words: [UInt64] = [generator.next(), generator.next()]
    return Base64.encode(words.flatMap { withUnsafeBytes(of: $0) { Array($0) } })
  }

  /// A fresh `Sec-WebSocket-Key` for a client from the system's random bytes.
  public static func makeKey() -> String {
    var generator = SystemRandomNumberGenerator()
    return makeKey(using: &generator)
  }

  /// Whether a server's `Sec-WebSocket-Accept` answers the key a client sent (section 4.1, step 4).
  public static func isAccept(_ accept: String, for key: String) -> Bool {
    accept == self.accept(key: key)
  }

  /// 16 bytes in base64 are 22 digits and two paddings. Spare bits of the last digit may have any
  /// value: clients exist that leave them set, and the hash is over the text.
  private static func isKey(_ key: String) -> Bool {
    let bytes = key.utf8
    guard bytes.count == 24, bytes.suffix(2).allSatisfy({ $0 == UInt8(ascii: "=") }) else {
      return false
    }
    return bytes.prefix(22).allSatisfy(Base64.isDigit)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The path of an Engine.IO server: itself with and without a slash at its end, nothing below it.
struct EngineIOPath: Sendable {
  private let plain: String
  private let slashed: String

  init(_ path: String) {
    var utf8 = Substring(path).utf8
    while utf8.last == UInt8(ascii: "/") { utf8.removeLast() }
    while utf8.first == UInt8(ascii: "/") { utf8.removeFirst() }
    plain = utf8.isEmpty ? "" : "/" + String(Substring(utf8))
    slashed = plain + "/"
  }

  /// - Parameter path: as received, so possibly percent-encoded.
  func matches(_ path: String) -> Bool {
    // Decoding makes nothing longer.
    guard path.utf8.count >= plain.utf8.count else { return false }
    if path == slashed || path == plain { return true }
    guard path.utf8.contains(UInt8(ascii: "%")), let decoded = PercentEncoding.decode(path.utf8)
    else { return false }
    return decoded == slashed || decoded == plain
  }
}

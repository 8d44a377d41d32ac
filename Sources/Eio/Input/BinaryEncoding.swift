// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import NIOCore

/// How binary messages are written as text.
enum BinaryEncoding: String, CaseIterable {
  case hex, base64

  func encode(_ bytes: ByteBuffer) -> String {
    switch self {
    case .hex:
      bytes.readableBytesView.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        .joined(separator: " ")
    case .base64:
      Data(bytes.readableBytesView).base64EncodedString()
    }
  }

  /// The bytes, or `nil` if the text is none of this encoding. Space between bytes is skipped.
  func decode(_ text: String) -> ByteBuffer? {
    let digits = text.filter { !$0.isWhitespace }
    switch self {
    case .hex:
      let nibbles = digits.compactMap { $0.isASCII ? $0.hexDigitValue : nil }
      guard nibbles.count == digits.count, nibbles.count.isMultiple(of: 2) else { return nil }
      let pairs = stride(from: 0, to: nibbles.count, by: 2)
      return ByteBuffer(bytes: pairs.map { UInt8(nibbles[$0] << 4 | nibbles[$0 + 1]) })
    case .base64:
      return Data(base64Encoded: digits).map { ByteBuffer(bytes: $0) }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// What a frame carries (RFC 6455 section 5.2).
struct Opcode: Hashable, Sendable {
  let rawValue: UInt8

  static let continuation = Self(rawValue: 0x0)
  static let text = Self(rawValue: 0x1)
  static let binary = Self(rawValue: 0x2)
  static let close = Self(rawValue: 0x8)
  static let ping = Self(rawValue: 0x9)
  static let pong = Self(rawValue: 0xA)

  var isControl: Bool { rawValue & 0x8 != 0 }
  /// 0x3–0x7 and 0xB–0xF have no meaning yet.
  var isReserved: Bool { rawValue & 0x7 > 2 }
}

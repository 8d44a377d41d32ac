// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

/// Builds frames byte by byte and on its own, so that reader and writer are not tested with each
/// other alone. Any rule can be broken.
struct RawFrame {
  enum Length {
    case minimal
    case short(UInt8)
    case medium(UInt16)
    case long(UInt64)
  }

  var fin = true
  var rsv: UInt8 = 0
  var opcode: UInt8
  var mask: [UInt8]? = [0x37, 0xFA, 0x21, 0x3D]
  var length = Length.minimal
  var payload: [UInt8] = []

  var bytes: [UInt8] {
    var out = [(fin ? 0x80 : 0) | rsv << 4 | opcode]
    let maskBit: UInt8 = mask == nil ? 0 : 0x80
    switch length {
    case .minimal where payload.count <= 125: out.append(maskBit | UInt8(payload.count))
    case .minimal where payload.count <= 0xFFFF:
      out += [maskBit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    case .minimal: out += [maskBit | 127] + Self.bigEndian(UInt64(payload.count))
    case .short(let value): out.append(maskBit | value)
    case .medium(let value): out += [maskBit | 126] + Self.bigEndian(value)
    case .long(let value): out += [maskBit | 127] + Self.bigEndian(value)
    }
    if let mask {
      out += mask
      out += payload.enumerated().map { $1 ^ mask[$0 % 4] }
    } else {
      out += payload
    }
    return out
  }

  private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }
}

extension RawFrame {
  static func text(_ text: String, fin: Bool = true) -> Self {
    Self(fin: fin, opcode: 1, payload: Array(text.utf8))
  }
  static func text(_ bytes: [UInt8], fin: Bool = true) -> Self {
    Self(fin: fin, opcode: 1, payload: bytes)
  }
  static func binary(_ bytes: [UInt8], fin: Bool = true) -> Self {
    Self(fin: fin, opcode: 2, payload: bytes)
  }
  static func continuation(_ bytes: [UInt8], fin: Bool) -> Self {
    Self(fin: fin, opcode: 0, payload: bytes)
  }
  static func close(_ code: UInt16, _ reason: [UInt8] = []) -> Self {
    Self(opcode: 8, payload: bigEndian(code) + reason)
  }
  static let emptyClose = Self(opcode: 8)
  static func ping(_ bytes: [UInt8] = []) -> Self { Self(opcode: 9, payload: bytes) }
  static func pong(_ bytes: [UInt8] = []) -> Self { Self(opcode: 10, payload: bytes) }

  func unmasked() -> Self {
    var copy = self
    copy.mask = nil
    return copy
  }
}

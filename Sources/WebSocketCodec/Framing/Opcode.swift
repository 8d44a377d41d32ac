// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// What a frame carries (RFC 6455 section 5.2); 0x3–0x7 and 0xB–0xF are reserved and have no case.
enum Opcode: UInt8 {
  case continuation = 0x0
  case text = 0x1
  case binary = 0x2
  case close = 0x8
  case ping = 0x9
  case pong = 0xA

  var isControl: Bool { rawValue & 0x8 != 0 }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import Foundation
import NIOCore

/// Reads payloads in the simplest way there is, to compare with.
enum ReferenceDecoder {
  struct Result: Equatable {
    var packets: [Packet] = []
    var error: PayloadError?
  }

  static func decode(_ bytes: [UInt8]) -> Result {
    var result = Result()
    let pieces = bytes.split(separator: 0x1e, omittingEmptySubsequences: false)
    for (index, piece) in pieces.enumerated() {
      do throws(PacketError) {
        result.packets.append(try packet(piece))
      } catch {
        result.error = .packet(error, index: index)
        break
      }
    }
    return result
  }

  static func packet(_ bytes: ArraySlice<UInt8>) throws(PacketError) -> Packet {
    guard let first = bytes.first else { throw .empty }
    let data = Data(bytes.dropFirst())
    if first == UInt8(ascii: "b") {
      guard let binary = Data(base64Encoded: data), binary.base64EncodedData() == data else {
        throw .invalidBase64
      }
      return .message(.binary(ByteBuffer(bytes: binary)))
    }
    guard (UInt8(ascii: "0")...UInt8(ascii: "6")).contains(first) else {
      throw .unknownType(first)
    }
    // What is not UTF-8 is replaced, and so is different afterwards.
    let text = String(decoding: data, as: UTF8.self)
    guard text.utf8.elementsEqual(data) else { throw .invalidUTF8 }
    switch first {
    case UInt8(ascii: "0"): return .open(text)
    case UInt8(ascii: "1"): return .close
    case UInt8(ascii: "2"): return .ping(text)
    case UInt8(ascii: "3"): return .pong(text)
    case UInt8(ascii: "4"): return .message(.text(text))
    case UInt8(ascii: "5"): return .upgrade
    default: return .noop
    }
  }
}

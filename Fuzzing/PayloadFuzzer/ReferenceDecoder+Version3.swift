// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import Foundation
import NIOCore

extension ReferenceDecoder {
  /// Reads a text payload of version 3 by its UTF-16 code units; `nil` if it is not UTF-8.
  static func decodeVersion3Text(_ bytes: [UInt8]) -> Result? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.utf8.elementsEqual(bytes) else { return nil }
    var result = Result()
    var rest = Array(text.utf16)[...]
    var index = 0
    repeat {
      do throws(PacketError) {
        if rest.isEmpty { throw .empty }
        guard let colon = rest.firstIndex(of: UInt16(UInt8(ascii: ":"))) else {
          throw .invalidLength
        }
        let digits = String(decoding: rest[..<colon], as: UTF16.self)
        guard let length = length(digits), length <= rest.endIndex - colon - 1 else {
          throw .invalidLength
        }
        let packet = rest[(colon + 1)...].prefix(length)
        if let last = packet.last, UTF16.isLeadSurrogate(last) { throw .invalidLength }
        rest = rest[packet.endIndex...]
        if !packet.isEmpty {
          let text = String(decoding: packet, as: UTF16.self)
          result.packets.append(try version3(Array(text.utf8)[...]))
        }
      } catch {
        result.error = .packet(error, index: index)
        return result
      }
      index += 1
    } while !rest.isEmpty
    return result
  }

  /// Reads a binary payload of version 3.
  static func decodeVersion3Binary(_ bytes: [UInt8]) -> Result {
    var result = Result()
    var rest = bytes[...]
    var index = 0
    repeat {
      do throws(PacketError) {
        guard let form = rest.popFirst() else { throw .empty }
        guard form <= 1 else { throw .unknownType(form) }
        guard let end = rest.firstIndex(of: 0xff) else { throw .invalidLength }
        let digits = rest[..<end]
        guard digits.allSatisfy({ $0 <= 9 }),
          let length = length(digits.map(String.init).joined()), length <= rest.endIndex - end - 1
        else { throw .invalidLength }
        let packet = rest[(end + 1)...].prefix(length)
        rest = rest[packet.endIndex...]
        if form == 0 {
          result.packets.append(try version3(packet))
        } else {
          guard let type = packet.first else { throw .empty }
          guard type == 4 else { throw .unknownType(type) }
          result.packets.append(.message(.binary(ByteBuffer(bytes: packet.dropFirst()))))
        }
      } catch {
        result.error = .packet(error, index: index)
        return result
      }
      index += 1
    } while !rest.isEmpty
    return result
  }

  private static func length(_ digits: String) -> Int? {
    guard (1...10).contains(digits.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Int(digits)
  }

  private static func version3(_ bytes: ArraySlice<UInt8>) throws(PacketError) -> Packet {
    guard bytes.first == UInt8(ascii: "b") else { return try packet(bytes) }
    guard let type = bytes.dropFirst().first else { throw .empty }
    guard type == UInt8(ascii: "4") else { throw .unknownType(type) }
    return try packet([UInt8(ascii: "b")] + bytes.dropFirst(2))
  }
}

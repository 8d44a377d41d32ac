// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import HTTPCodec

/// Compares the scans, which go by words, with scans byte by byte.
@Suite struct ByteScanTests {
  /// Every byte value at every place of regions of many lengths and offsets, with a companion
  /// behind it to provoke borrows between lanes.
  private func compare(
    fill: UInt8,
    _ scan: (ByteView, Int, Int) -> Int, stops: (UInt8) -> Bool
  ) {
    let isStop = (UInt8.min...UInt8.max).map(stops)
    for length in [0, 1, 3, 7, 8, 9, 15, 16, 17, 26, 33] {
      for from in [0, 5] {
        for place in 0..<max(1, length) {
          for byte in UInt8.min...UInt8.max {
            // The bytes outside of the region would stop every scan.
            var bytes = [UInt8](repeating: 0, count: from + length + 3)
            for index in from..<from + length { bytes[index] = fill }
            if length > 0 { bytes[from + place] = byte }
            if place + 1 < length { bytes[from + place + 1] = byte &+ 1 }
            let to = from + length
            let expected = (from..<to).first { isStop[Int(bytes[$0])] } ?? to
            let found = bytes.withUnsafeBytes { scan(ByteView($0), from, to) }
            if found != expected {
              Issue.record("\(found) is not \(expected) in \(bytes) from \(from) to \(to)")
              return
            }
          }
        }
      }
    }
  }

  @Test func firstControl() {
    compare(fill: 0x20) {
      $0.firstControl(from: $1, to: $2)
    } stops: {
      ($0 < 0x20 && $0 != 9) || $0 == 0x7F
    }
  }

  @Test func firstCarriageReturn() {
    compare(fill: 0x0C) {
      $0.firstCarriageReturn(from: $1, to: $2)
    } stops: {
      $0 == 13
    }
  }

  @Test func firstNonToken() {
    compare(fill: 0x41) {
      $0.firstNonToken(from: $1, to: $2)
    } stops: {
      !ByteSet.token.contains($0)
    }
  }

  @Test func firstTargetDelimiter() {
    compare(fill: 0x2F) {
      $0.firstTargetDelimiter(from: $1, to: $2)
    } stops: {
      $0 <= 0x20 || $0 >= 0x7F || "?#\\".utf8.contains($0)
    }
  }

  @Test func firstNonHostByte() {
    compare(fill: 0x61) {
      $0.firstStop(from: $1, to: $2, NonHostBytes.self)
    } stops: {
      !(ByteSetTests.alphanumeric + "-.").utf8.contains($0)
    }
  }

  @Test func firstNonASCII() {
    compare(fill: 0x7F) {
      $0.firstStop(from: $1, to: $2, NonASCIIBytes.self)
    } stops: {
      $0 > 0x7F
    }
  }

  @Test func isTokenComparesWithoutCase() {
    let names: [StaticString] = [
      "te", "host", "upgrade", "if-match", "connection", "content-length",
    ]
    for name in names {
      let lower = Array(name.description.utf8)
      for (index, letter) in lower.enumerated() {
        for byte in UInt8(0x21)...0x7E {
          var bytes = lower
          bytes[index] = byte
          let same = byte | 0x20 == letter && (byte != letter ? letter >= 0x61 : true)
          let found = bytes.withUnsafeBytes { ByteView($0).isToken(0..<bytes.count, name) }
          #expect(found == same, "\(byte) for \(letter)")
        }
      }
    }
  }
}

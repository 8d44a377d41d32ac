// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import Testing

/// A port that nobody listens on, nor can for as long as this object lives.
final class ClosedPort: Sendable {
  let port: Int
  private let descriptor: CInt

  init() throws {
    #if os(Linux)
      descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    #else
      descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    try #require(isBound)
  }

  deinit {
    close(descriptor)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Glibc

/// One connection, used by blocking calls.
final class Client: Sendable {
  private let socket: CInt

  init(port: UInt16) {
    socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var noDelay: CInt = 1
    setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &noDelay, socklen_t(MemoryLayout<CInt>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    precondition(status == 0, "cannot connect")
  }

  /// Sends `message` and waits for an answer of `length` bytes.
  @discardableResult
  func exchange(_ message: [UInt8], _ length: Int) -> [UInt8] {
    send(message)
    return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      while count < length {
        let received = read(socket, buffer.baseAddress! + count, length - count)
        precondition(received > 0, "the connection ended")
        count += received
      }
    }
  }

  /// Sends `message` and waits for what comes within a fifth of a second.
  @discardableResult
  func answer(to message: [UInt8]) -> [UInt8] {
    send(message)
    usleep(200_000)
    return [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
      count = read(socket, buffer.baseAddress, buffer.count)
      precondition(count > 0, "the connection ended")
    }
  }

  /// Switches to WebSocket.
  func upgrade(_ target: String) {
    answer(
      to: Array(
        """
        GET \(target) HTTP/1.1\r
        Host: 127.0.0.1\r
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Version: 13\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        \r

        """.utf8))
  }

  private func send(_ bytes: [UInt8]) {
    let count = bytes.withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
    precondition(count == bytes.count, "the connection takes no more")
  }
}

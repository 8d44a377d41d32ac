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
  func exchange(_ message: [UInt8], _ length: Int) {
    send(message)
    withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 8) { buffer in
      var missing = length
      while missing > 0 {
        let count = read(socket, buffer.baseAddress, buffer.count)
        precondition(count > 0, "the connection ended")
        missing -= count
      }
      precondition(missing == 0, "the answer has another length")
    }
  }

  /// Finds how long the answer to `message` is, as far as it comes within a fifth of a second.
  @discardableResult
  func answerLength(to message: [UInt8]) -> Int {
    send(message)
    usleep(200_000)
    return withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 8) { buffer in
      let count = read(socket, buffer.baseAddress, buffer.count)
      precondition(count > 0, "the connection ended")
      return count
    }
  }

  /// Switches to WebSocket.
  func upgrade(_ target: String) {
    answerLength(
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

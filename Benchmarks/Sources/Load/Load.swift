// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Glibc

/// A load generator that costs little: one thread, keep-alive connections, a fixed number of
/// requests in flight on each. Prints `REQUESTS SECONDS` for what was answered after a second of
/// warm-up.
@main
struct Load {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    guard arguments.count == 4, let port = UInt16(exactly: arguments[0]) else {
      Self.fail("usage: Load PORT CONNECTIONS PIPELINED SECONDS")
    }
    var load = Load(port: port, connections: arguments[1], depth: arguments[2])
    _ = load.run(for: 1)
    let (requests, seconds) = load.run(for: Double(arguments[3]))
    print(requests, seconds)
  }

  private let batch: [UInt8]
  private let depth: Int
  /// The bytes of the answers to one batch; all answers have to be alike.
  private let answerLength: Int
  private var sockets: [pollfd]
  /// What is still to come of the current batch's answers, by connection.
  private var missing: [Int]
  private var buffer = [UInt8](repeating: 0, count: 1 << 18)

  private init(port: UInt16, connections: Int, depth: Int) {
    let request = Array("GET / HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n".utf8)
    batch = Array(repeatElement(request, count: depth).joined())
    self.depth = depth

    let probe = Self.connect(to: port)
    Self.send(request, on: probe)
    usleep(200_000)
    let length = read(probe, &buffer, buffer.count)
    guard length > 12, buffer.starts(with: Array("HTTP/1.1 200".utf8)) else {
      Self.fail("the first request was not answered with 200")
    }
    close(probe)
    answerLength = length * depth

    sockets = (0..<connections).map { _ in
      pollfd(fd: Self.connect(to: port), events: Int16(POLLIN), revents: 0)
    }
    missing = Array(repeating: answerLength, count: connections)
    for socket in sockets { Self.send(batch, on: socket.fd) }
  }

  private mutating func run(for seconds: Double) -> (requests: Int, seconds: Double) {
    var requests = 0
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .seconds(seconds) {
      if poll(&sockets, nfds_t(sockets.count), 100) < 0 { Self.fail("poll failed") }
      for index in sockets.indices where sockets[index].revents != 0 {
        let received = read(sockets[index].fd, &buffer, buffer.count)
        missing[index] -= received
        guard received > 0, missing[index] >= 0 else {
          Self.fail("a connection ended, or an answer has another length")
        }
        if missing[index] == 0 {
          requests += depth
          missing[index] = answerLength
          Self.send(batch, on: sockets[index].fd)
        }
      }
    }
    return (requests, (ContinuousClock.now - start) / .seconds(1))
  }

  private static func connect(to port: UInt16) -> CInt {
    let socket = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if status != 0 { fail("connecting to port \(port) failed") }
    var on: CInt = 1
    setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    return socket
  }

  private static func send(_ bytes: [UInt8], on socket: CInt) {
    if write(socket, bytes, bytes.count) != bytes.count { fail("writing failed") }
  }

  private static func fail(_ reason: String) -> Never {
    let line = Array("Load: \(reason)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(1)
  }
}

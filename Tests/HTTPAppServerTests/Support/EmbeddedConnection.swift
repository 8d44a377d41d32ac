// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore
import NIOEmbedded

@testable import HTTPAppServer

/// A connection without a socket, on a loop that turns when it is told to, on the test's own thread:
/// for what depends on which event does what. Only for tests that do not suspend.
struct EmbeddedConnection {
  let channel: EmbeddedChannel
  let connection: HTTPConnection

  /// - Parameter channel: one that the application may know already.
  init(
    to application: some HTTPApplication, on channel: EmbeddedChannel = .init(),
    configure: (inout HTTPServerConfiguration) -> Void = { _ in }
  ) throws {
    self.channel = channel
    var configuration = HTTPServerConfiguration(loopCount: 1, logger: TestServer.silent)
    configure(&configuration)
    connection = HTTPConnection(
      application: application, configuration: configuration,
      loop: ServerLoop(loop: channel.eventLoop))
    try channel.pipeline.syncOperations.addHandler(connection)
    channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
  }

  /// Has the connection read bytes.
  func receive(_ bytes: ByteBuffer) throws {
    try channel.writeInbound(bytes)
  }

  /// Has the connection read text.
  func receive(_ text: String) throws {
    try receive(ByteBuffer(string: text))
  }

  /// Has the connection read an opening handshake, and forgets the answer.
  func upgrade() throws {
    try receive(
      request(
        "/", "upgrade: websocket", "connection: upgrade", "sec-websocket-version: 13",
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="))
    _ = try sent()
  }

  /// Has the connection look at its deadlines.
  func tick(_ now: NIODeadline) {
    connection.executor.run { connection.tick(now) }
  }

  /// Runs the loop's events until there are none.
  func turn() {
    channel.embeddedEventLoop.run()
  }

  /// What the connection has sent since this was asked last.
  func sent() throws -> ByteBuffer {
    var sent = ByteBuffer()
    while let data = try channel.readOutbound(as: IOData.self) {
      if case .byteBuffer(let bytes) = data { sent.writeImmutableBuffer(bytes) }
    }
    return sent
  }

  /// Ends the connection, which every test must: until then it and its loop hold each other.
  func end() {
    channel.close(promise: nil)
    turn()
  }
}

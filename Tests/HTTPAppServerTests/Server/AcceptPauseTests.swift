// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct AcceptPauseTests {
  private func withListener(_ body: (any Channel) async throws -> Void) async throws {
    let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AcceptPause(logger: TestServer.silent))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    try await body(listener)
    try await listener.close()
  }

  /// Has accepting fail, and tells whether the socket is watched right after.
  private func fail(_ listener: any Channel, with code: CInt) async throws -> Bool {
    try await listener.eventLoop.submit {
      listener.pipeline.syncOperations.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
      return try #require(listener.syncOptions).getOption(.autoRead)
    }.get()
  }

  @Test(arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM])
  func restsForAWhile(code: CInt) async throws {
    try await withListener { listener async throws in
      #expect(try await fail(listener, with: code) == false)
      while try await listener.getOption(.autoRead).get() == false { await Task.yield() }
    }
  }

  @Test func goesOnWhenAPeerHasGoneAway() async throws {
    try await withListener { listener async throws in
      #expect(try await fail(listener, with: ECONNABORTED))
    }
  }
}

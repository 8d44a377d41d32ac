// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct OutgoingBodyTests {
  @Test(arguments: ManualCaller.Kind.allCases)
  func waitsOnTheLoopWhereverItsWriterRuns(kind: ManualCaller.Kind) throws {
    let events = Events()
    let writer = ManualCaller(kind)
    let server = try EmbeddedConnection(to: HTTPHandler { _ in .text("") })
    let body = OutgoingBody(connection: server.connection, isChunked: false, length: nil)
    server.channel.isWritable = false
    Task.immediate {
      try await writer.run {
        try await body.write(ByteBuffer(string: "x"))
        events.record("written")
      }
    }
    writer.runReady()
    server.turn()
    // There is room for a moment only, which the writer, elsewhere, could not see.
    server.channel.isWritable = true
    server.channel.pipeline.fireChannelWritabilityChanged()
    server.channel.isWritable = false
    writer.runReady()
    #expect(events.all == ["written"])
    server.end()
    writer.runReady()
  }
}

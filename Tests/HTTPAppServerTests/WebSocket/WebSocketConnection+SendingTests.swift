// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import NIOCore
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct WebSocketConnectionSendingTests {
  @Test(arguments: [false, true])
  func suspendsTheSenderWhileThePeerIsSlow(isOffloaded: Bool) async throws {
    let sent = Events()
    let count = 16
    let message = ByteBuffer(repeating: 0x61, count: 1 << 20)
    try await withSocket(
      isReading: false, isOffloaded: isOffloaded,
      handler: { socket in
        for _ in 0..<count {
          try await socket.send(.binary(message))
          sent.record("one")
        }
        try await socket.send("end")
      }
    ) { client, server async throws in
      let other = try await server.connect()
      var before = -1
      while before != sent.all.count {
        before = sent.all.count
        for _ in 0..<200 { _ = try await other.get("/") }
      }
      #expect(before < count)
      await client.startReading()
      #expect(try await client.receiveHead().status == 101)
      for _ in 0..<count {
        #expect(try await client.receiveFrame().payload.readableBytes == 1 << 20)
      }
      #expect(try await client.receiveFrame() == .text("end"))
    }
  }

  @Test(arguments: [false, true])
  func refusesOffersAboveTheHighWaterMarkUntilThereIsRoom(isOffloaded: Bool) async throws {
    let events = Events()
    let bytes = ByteBuffer(repeating: 0x61, count: 64 << 10)
    try await withSocket(
      isReading: false, isOffloaded: isOffloaded,
      handler: { socket in
        // Until neither the peer nor the system takes any more, and the loop has noticed.
        var fullInARow = 0
        while fullInARow < 100 {
          switch socket.offer(.binary(bytes)) {
          case .sent, .buffered:
            fullInARow = 0
          case .full:
            // Elsewhere this counts what the loop has not seen yet.
            if !isOffloaded || socket.bufferedBytes == 0 { fullInARow += 1 }
          case .closed: return events.record("closed")
          }
          await Task.yield()
        }
        events.record("full")
        await events.wait(for: "reading")
        try await socket.waitUntilWritable()
        let result = socket.offer(.text("room"))
        events.record("then \(result)")
      }
    ) { client, _ async throws in
      await events.wait(for: "full")
      await client.startReading()
      events.record("reading")
      #expect(try await client.receiveHead().status == 101)
      var frame = try await client.receiveFrame()
      while frame.opcode == 2 { frame = try await client.receiveFrame() }
      #expect(frame == .text("room"))
      #expect(events.all == ["full", "reading", "then sent"])
    }
  }

  @Test(arguments: [false, true])
  func takesOffersBeyondTheHighWaterMarkIfToldTo(isOffloaded: Bool) async throws {
    let events = Events()
    let count = 32
    let bytes = ByteBuffer(repeating: 0x61, count: 1 << 20)
    try await withSocket(
      isReading: false, isOffloaded: isOffloaded,
      handler: { socket in
        while socket.offer(.binary(bytes)) != .full { await Task.yield() }
        for _ in 0..<count {
          let result = socket.offer(.binary(bytes), beyondHighWaterMark: true)
          #expect(result == .buffered)
        }
        #expect(socket.offer(.binary(bytes)) == .full)
        if !isOffloaded { #expect(socket.bufferedBytes >= count << 20) }
        socket.offer(.text("end"), beyondHighWaterMark: true)
        events.record("offered")
        for try await _ in socket.messages {}
      }
    ) { client, _ async throws in
      await events.wait(for: "offered")
      await client.startReading()
      #expect(try await client.receiveHead().status == 101)
      var received = 0
      while case let frame = try await client.receiveFrame(), frame != .text("end") {
        #expect(frame.payload.readableBytes == bytes.readableBytes)
        received += 1
      }
      #expect(received > count)
    }
  }

  @Test func countsOneBurstOfOffersAgainstTheHighWaterMarkOnly() async throws {
    let events = Events()
    let count = 100
    try await withSocket(
      { $0.highWaterMark = 8 << 20 },
      handler: { socket in
        // Without a suspension point nothing but the offers themselves can make room.
        let results = (0..<count).map { _ in
          socket.offer(.binary(ByteBuffer(repeating: 0x61, count: 10_000)))
        }
        events.record("\(results.count { $0 == .sent })")
        try await socket.send("end")
      }
    ) { client, _ async throws in
      for _ in 0..<count {
        #expect(try await client.receiveFrame().payload.readableBytes == 10_000)
      }
      #expect(try await client.receiveFrame() == .text("end"))
      #expect(events.all == ["\(count)"])
    }
  }

  @Test func respectsASmallHighWaterMark() async throws {
    let events = Events()
    try await withSocket(
      { $0.highWaterMark = 1000 }, isReading: false,
      handler: { socket in
        let result = socket.offer(.binary(ByteBuffer(repeating: 0x61, count: 2000)))
        events.record("\(result)")
        events.record("done")
      }
    ) { client, _ async throws in
      await events.wait(for: "done")
      #expect(events.all.first == "buffered")
    }
  }

  @Test func keepsTheOrderOfWhatAnotherThreadSends() async throws {
    let count = 2000
    try await withSocket(
      isOffloaded: true,
      handler: { socket in
        for number in 0..<count {
          if number.isMultiple(of: 3) {
            try await socket.send("\(number)")
          } else {
            // Never refused: below the high-water mark, or waited for above.
            while socket.offer(.text("\(number)")) == .full {
              try await socket.waitUntilWritable()
            }
          }
        }
      }
    ) { client, _ async throws in
      for number in 0..<count {
        #expect(try await client.receiveFrame() == .text("\(number)"))
      }
      #expect(try await client.receiveFrame() == .close(1000))
    }
  }

  @Test func keepsTheOrderOfWhatTheHandlerSendsBehindAnotherThread() async throws {
    try await withSocket(handler: { socket in
      onAnotherThread { _ = socket.offer(.text("first")) }
      _ = socket.offer(.text("second"))
      try await socket.send("third")
    }) { client, _ async throws in
      for text in ["first", "second", "third"] {
        #expect(try await client.receiveFrame() == .text(text))
      }
    }
  }

  @Test func waitsUntilWhatAnotherThreadOfferedHasRoom() async throws {
    let events = Events()
    let bytes = ByteBuffer(repeating: 0x61, count: 1 << 20)
    try await withSocket(handler: { socket in
      onAnotherThread { _ = socket.offer(.binary(bytes)) }
      try await socket.waitUntilWritable()
      events.record("\(socket.bufferedBytes < 64 << 10)")
    }) { client, _ async throws in
      #expect(try await client.receiveFrame() == .binary(bytes))
      #expect(try await client.receiveFrame() == .close(1000))
      #expect(events.all == ["true"])
    }
  }

  @Test(arguments: [false, true])
  func waitsUntilTheOperatingSystemHasEverything(isOffloaded: Bool) async throws {
    let events = Events()
    try await withSocket(
      isReading: false, isOffloaded: isOffloaded,
      handler: { socket in
        try await socket.waitUntilDrained()
        // More than the kernel's buffers of both ends hold.
        socket.offer(
          .binary(ByteBuffer(repeating: 0x61, count: 32 << 20)), beyondHighWaterMark: true)
        events.record("sent")
        try await socket.waitUntilDrained()
        events.record("drained \(socket.bufferedBytes)")
      }
    ) { client, _ async throws in
      await events.wait(for: "sent")
      #expect(events.all == ["sent"])
      await client.startReading()
      #expect(try await client.receiveHead().status == 101)
      #expect(try await client.receiveFrame().payload.readableBytes == 32 << 20)
      #expect(try await client.receiveFrame() == .close(1000))
      #expect(events.all == ["sent", "drained 0"])
    }
  }

  @Test func waitsForNothingOnceTheConnectionIsLost() async throws {
    let events = Events()
    try await withSocket(
      isReading: false,
      handler: { socket in
        socket.offer(
          .binary(ByteBuffer(repeating: 0x61, count: 32 << 20)), beyondHighWaterMark: true)
        events.record("sent")
        do { try await socket.waitUntilDrained() } catch { events.record("\(error)") }
      }
    ) { client, _ async throws in
      await events.wait(for: "sent")
      try await client.reset()
      await events.wait(for: "closed")
    }
  }
}

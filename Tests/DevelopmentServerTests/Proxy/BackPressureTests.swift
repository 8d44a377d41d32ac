// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import DevelopmentServer

struct BackPressureTests {
  private func proxy(_ rule: ProxyRule) -> some HTTPApplication {
    HTTPHandler { _ in .notFound }.wrapped(by: ReverseProxy([rule]))
  }

  /// More than all buffers on the way hold together, and less than what is offered.
  private static let mostUnderWay = 32 << 20
  private static let part = ByteBuffer(repeating: 0, count: 64 << 10)
  private static let parts = 2048

  /// So many turns of every loop that whoever could send on would have.
  private func letOthersRun(_ proxy: some HTTPApplication) async throws {
    for _ in 1...50 { _ = try await proxy.respond(to: Request(target: "/turn")) }
  }

  @Test func aSlowClientHoldsTheBackendUp() async throws {
    let sent = Count()
    let app = HTTPHandler { request in
      guard request.path == "/download" else { return .notFound }
      return .stream { writer in
        for _ in 1...Self.parts {
          try await writer.write(Self.part)
          sent.add(Self.part.readableBytes)
        }
      }
    }
    try await withBackend(app) { port in
      let proxy = proxy(try ProxyRule("/=http://127.0.0.1:\(port)"))
      try await proxy.withLifespan {
        let response = try await proxy.respond(to: Request(target: "/download"))
        guard case .stream(_, let write) = response.body.kind else {
          Issue.record("no stream")
          return
        }
        let sink = SlowSink { try? await letOthersRun(proxy) }
        var writer = ResponseWriter(sink: sink)
        await #expect(throws: ResponseWriterError.connectionClosed) { try await write(&writer) }
        #expect(sent.value < Self.mostUnderWay)
      }
    }
  }

  @Test func aSlowBackendHoldsTheClientUp() async throws {
    let source = CountingSource(part: Self.part, parts: Self.parts)
    let events = Events()
    let app = HTTPHandler { request in
      guard request.path == "/upload" else { return .notFound }
      for try await _ in request.body { break }
      events.record("first part")
      await events.wait(for: "enough")
      return .text("enough")
    }
    try await withBackend(app) { port in
      let proxy = proxy(try ProxyRule("/=http://127.0.0.1:\(port)"))
      try await proxy.withLifespan {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            let body = RequestBody(source: source, length: nil)
            let request = Request(method: .post, target: "/upload", body: body)
            // The backend answers early, and so may close the connection.
            _ = try? await proxy.respond(to: request)
          }
          await events.wait(for: "first part")
          try await letOthersRun(proxy)
          #expect(source.count.value < Self.mostUnderWay)
          events.record("enough")
          group.cancelAll()
        }
      }
    }
  }

  private final class Count: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add(_ number: Int) { count.add(number, ordering: .relaxed) }
  }

  /// A client that takes its time over the first bytes, and then goes away.
  private final class SlowSink: ResponseSink {
    let pause: @Sendable () async -> Void

    init(pause: @escaping @Sendable () async -> Void) {
      self.pause = pause
    }

    func write(_ bytes: ByteBuffer) async throws(ResponseWriterError) {
      await pause()
      throw .connectionClosed
    }
  }

  private final class CountingSource: RequestBodySource {
    let count = Count()
    let trailerFields: HTTPFields? = nil
    private let part: ByteBuffer
    private let length: Int

    init(part: ByteBuffer, parts: Int) {
      self.part = part
      length = part.readableBytes * parts
    }

    func next() async throws(RequestBodyError) -> ByteBuffer? {
      guard count.value < length else { return nil }
      count.add(part.readableBytes)
      return part
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import DevelopmentServer

struct WebSocketProxyTests {
  private func proxy(_ port: Int) throws -> some HTTPApplication {
    HTTPHandler { _ in .notFound }
      .wrapped(by: ReverseProxy([try ProxyRule("/ws=http://127.0.0.1:\(port)/")]))
  }

  @Test(arguments: TestMode.allCases)
  func messagesPassBothWays(mode: TestMode) async throws {
    let app = HTTPHandler { request in
      .webSocket(subprotocol: request.offeredSubprotocols.last) { socket in
        try await socket.send("hello \(request.target) \(request.headerValue(.cookie) ?? "-")")
        for try await message in socket.messages { try await socket.send(message) }
      }
    }
    let large = ByteBuffer(repeating: 7, count: 1 << 20)
    try await withBackend(app) { port in
      try await proxy(port).test(mode) { client in
        let fields: HTTPFields = [.cookie: "a=b", .secWebSocketProtocol: "one, two"]
        try await client.webSocket("/ws/x?y=z", headerFields: fields) { socket in
          #expect(try await socket.receive() == .text("hello /x?y=z a=b"))
          for number in 1...100 { try await socket.send("\(number)") }
          for number in 1...100 { #expect(try await socket.receive() == .text("\(number)")) }
          try await socket.send(.binary(large))
          #expect(try await socket.receive() == .binary(large))
        }
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func theBackendsCloseIsPassedOn(mode: TestMode) async throws {
    let app = HTTPHandler { _ in
      .webSocket { socket in socket.close(.init(rawValue: 4001), reason: "enough") }
    }
    try await withBackend(app) { port in
      try await proxy(port).test(mode) { client in
        try await client.webSocket("/ws") { socket in
          let message = try await socket.receive()
          #expect(message == nil)
          #expect(socket.closure?.code.rawValue == 4001)
          #expect(socket.closure?.reason == "enough")
        }
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func theClientsCloseIsPassedOn(mode: TestMode) async throws {
    let events = Events()
    let app = HTTPHandler { _ in
      .webSocket { socket in
        for try await _ in socket.messages {}
        events.record("\(socket.closure?.code.rawValue ?? 0) \(socket.closure?.reason ?? "")")
      }
    }
    try await withBackend(app) { port in
      try await proxy(port).test(mode) { client in
        try await client.webSocket("/ws") { $0.close(.init(rawValue: 4002), reason: "bye") }
        await events.wait(for: "4002 bye")
      }
    }
  }

  @Test func aBackendThatVanishesClosesTheSocket() async throws {
    let app = HTTPHandler { _ in
      .webSocket { socket in for try await _ in socket.messages {} }
    }
    let gone = Events()
    try await withThrowingTaskGroup(of: Void.self) { group in
      let ports = AsyncStream.makeStream(of: Int.self)
      group.addTask {
        try await withBackend(app) { port in
          ports.continuation.yield(port)
          await gone.wait(for: "go")
        }
      }
      for await port in ports.stream {
        try await proxy(port).test(.live) { client in
          try await client.webSocket("/ws") { socket in
            gone.record("go")
            let message = try await socket.receive()
            #expect(message == nil)
            #expect(socket.closure != nil)
          }
        }
        break
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func aRefusalIsPassedOn(mode: TestMode) async throws {
    let app = HTTPHandler { _ in
      var response = Response.text("who are you?", status: .unauthorized)
      response.headerFields[.wwwAuthenticate] = "Basic"
      return response
    }
    try await withBackend(app) { port in
      try await proxy(port).test(mode) { client in
        let error = await #expect(throws: WebSocketRefused.self) {
          try await client.webSocket("/ws") { _ in }
        }
        #expect(error?.response.status == .unauthorized)
        #expect(error?.response.text == "who are you?")
        #expect(error?.response.headerFields[.wwwAuthenticate] == "Basic")
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func aBackendThatIsNotThereIsNamed(mode: TestMode) async throws {
    let closed = try ClosedPort()
    defer { withExtendedLifetime(closed) {} }
    try await proxy(closed.port).test(mode) { client in
      let error = await #expect(throws: WebSocketRefused.self) {
        try await client.webSocket("/ws") { _ in }
      }
      #expect(error?.response.status == .badGateway)
      #expect(error?.response.text.contains("Is it running?") ?? false)
    }
  }
}

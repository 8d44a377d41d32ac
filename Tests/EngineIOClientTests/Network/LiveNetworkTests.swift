// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import AsyncHTTPClient
import EngineIOMiddleware
import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import NIOSSL
import Synchronization
import Testing
import WebSocketCodec

@testable import EngineIOClient

/// What lies between the client and a server of ours: TLS, proxies, addresses, redirects.
@Suite(.timeLimit(.minutes(2))) struct LiveNetworkTests {
  static let transports: [[TransportKind]] = [[.polling], [.websocket], [.polling, .websocket]]

  private func port(_ test: TestClient) throws -> Int {
    try #require(test.origin?.split(separator: ":").last.flatMap { Int($0) })
  }

  private func expectEcho(
    _ url: String, _ transports: [TransportKind], _ configuration: EngineIOClient.Configuration,
    headers: HTTPFields = [:]
  ) async throws {
    try await EngineIOClient.withConnection(
      url, headers: headers, transports: transports, configuration: configuration
    ) { client in
      var messages = client.messages.makeAsyncIterator()
      for number in 0..<10 {
        try await client.send("\(number)")
        #expect(try await messages.next() == .text("\(number)"))
      }
      if transports.last == .websocket {
        while client.transport != .websocket { await Task.yield() }
        let large = String(repeating: "large", count: 50_000)
        try await client.send(large)
        #expect(try await messages.next() == .text(large))
      }
    }
  }

  // MARK: TLS

  @Test(arguments: transports, ["localhost", "127.0.0.1"])
  func ownAuthority(transports: [TransportKind], host: String) async throws {
    try await ServerTests.echo().test(.live) { test in
      let tls = try Certificates.server()
      try await Tunnel.run(.relay(toPort: try port(test)), tls: tls) { tunnel in
        var configuration = EngineIOClient.Configuration.patient
        configuration.tls = try Certificates.client()
        try await expectEcho("https://\(host):\(tunnel.port)", transports, configuration)
      }
    }
  }

  @Test(arguments: transports) func clientCertificate(transports: [TransportKind]) async throws {
    try await ServerTests.echo().test(.live) { test in
      let tls = try Certificates.server(requiresClient: true)
      try await Tunnel.run(.relay(toPort: try port(test)), tls: tls) { tunnel in
        var configuration = EngineIOClient.Configuration.patient
        configuration.tls = try Certificates.client(showsCertificate: true)
        try await expectEcho("wss://localhost:\(tunnel.port)", transports, configuration)
        configuration.tls = try Certificates.client()
        await #expect(throws: EngineIOClientError.self) {
          try await expectEcho("wss://localhost:\(tunnel.port)", transports, configuration)
        }
      }
    }
  }

  @Test(arguments: [TransportKind.polling, .websocket])
  func unknownAuthority(transport: TransportKind) async throws {
    try await ServerTests.echo().test(.live) { test in
      try await Tunnel.run(.relay(toPort: try port(test)), tls: try Certificates.server()) {
        tunnel in
        let url = "https://localhost:\(tunnel.port)"
        let error = await #expect(throws: EngineIOClientError.self) {
          try await EngineIOClient.connect(
            url, transports: [transport], configuration: .patient)
        }
        #expect(error?.step == .handshake)
        #expect(error?.transport == transport)
        var configuration = EngineIOClient.Configuration.patient
        configuration.tls.certificateVerification = .none
        try await expectEcho(url, [transport], configuration)
      }
    }
  }

  // MARK: Proxies and addresses

  @Test(arguments: transports, [false, true])
  func proxy(transports: [TransportKind], isSecure: Bool) async throws {
    try await ServerTests.echo().test(.live) { test in
      let tls = isSecure ? try Certificates.server() : nil
      try await Tunnel.run(.relay(toPort: try port(test)), tls: tls) { server in
        try await Tunnel.run(.proxy()) { proxy in
          var configuration = EngineIOClient.Configuration.patient
          configuration.tls = try Certificates.client()
          configuration.proxy = .init(
            host: "127.0.0.1", port: proxy.port,
            credentials: .init(user: "Aladdin", password: "open sesame"))
          let scheme = isSecure ? "https" : "http"
          try await expectEcho("\(scheme)://localhost:\(server.port)", transports, configuration)
          #expect(!proxy.connects.isEmpty)
          for head in proxy.connects {
            #expect(head.hasPrefix("CONNECT localhost:\(server.port) HTTP/1.1\r\n"))
            #expect(
              head.lowercased().contains(
                "proxy-authorization: basic qwxhzgrpbjpvcgvuihnlc2ftzq=="))
          }
        }
      }
    }
  }

  @Test(arguments: [TransportKind.polling, .websocket])
  func proxyRefuses(transport: TransportKind) async throws {
    try await Tunnel.run(.proxy(status: 403)) { proxy in
      var configuration = EngineIOClient.Configuration.patient
      configuration.proxy = .init(host: "127.0.0.1", port: proxy.port)
      let error = await #expect(throws: EngineIOClientError.self) {
        try await EngineIOClient.connect(
          "http://localhost:1", transports: [transport], configuration: configuration)
      }
      #expect(error?.step == .handshake)
      guard case .connectionFailed = error?.cause else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test(arguments: transports) func addressOfVersion6(transports: [TransportKind]) async throws {
    try await ServerTests.echo().test(.live) { test in
      try await Tunnel.run(.relay(toPort: try port(test)), host: "::1") { tunnel in
        try await expectEcho("http://[::1]:\(tunnel.port)", transports, .patient)
      }
    }
  }

  @Test(arguments: [TransportKind.polling, .websocket])
  func nobodyListens(transport: TransportKind) async throws {
    let error = await #expect(throws: EngineIOClientError.self) {
      try await EngineIOClient.connect(
        "http://127.0.0.1:1", transports: [transport], configuration: .patient)
    }
    #expect(error?.step == .handshake)
    guard case .connectionFailed = error?.cause else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  // MARK: Redirects

  @Test(arguments: transports, [301, 302, 307, 308])
  func redirected(transports: [TransportKind], status: Int) async throws {
    var configuration = EngineIOServer.Configuration()
    configuration.headers = { _, request in
      // The new server is another one, whatever the old one may know.
      #expect(request.headerFields[.authorization] == nil)
      #expect(request.headerFields[.cookie] == nil)
    }
    let engine = EngineIOServer(configuration)
    engine.onMessage { session, message in try await session.send(message) }
    try await EngineIOApp(engine, path: "/new/engine.io").test(.live) { test in
      let origin = try #require(test.origin)
      try await RawServer.run({ head in
        guard head.contains(" /engine.io/?") else { return nil }
        let query = head.split(separator: " ")[1].split(separator: "?")[1]
        let location = origin + "/new/engine.io/?" + query
        return .body("", status: "\(status) Moved", fields: "location: \(location)\r\n")
      }) { old in
        try await expectEcho(
          old + "/?user=a", transports, .patient,
          headers: [.authorization: "Basic YTpi", .cookie: "secret=1"])
      }
    }
  }

  @Test(arguments: [TransportKind.polling, .websocket])
  func redirectedForEver(transport: TransportKind) async throws {
    let count = Mutex(0)
    try await RawServer.run({ _ in
      let number = count.withLock {
        $0 += 1
        return $0
      }
      return .body("", status: "302 Found", fields: "location: /again\(number)/\r\n")
    }) { origin in
      let error = await #expect(throws: EngineIOClientError.self) {
        try await EngineIOClient.connect(
          origin, transports: [transport], configuration: .patient)
      }
      #expect(error?.response?.status == 302)
      #expect(count.withLock { $0 } == 6)
    }
  }

  // MARK: Compression, and a client of the caller's own

  @Test func compressedWebSocket() async throws {
    let app = ServerTests.echo(.init(webSocketCompression: WebSocketCompression()))
    try await app.test(.live) { test in
      var configuration = EngineIOClient.Configuration.patient
      configuration.webSocketCompression = .init()
      try await expectEcho(try #require(test.origin), [.websocket], configuration)
    }
  }

  @Test func ownHTTPClient() async throws {
    try await ServerTests.echo().test(.live) { test in
      let http = HTTPClient(eventLoopGroupProvider: .singleton)
      var configuration = EngineIOClient.Configuration.patient
      configuration.httpClient = http
      let url = try #require(test.origin)
      for transports in Self.transports { try await expectEcho(url, transports, configuration) }
      // It is still the caller's.
      _ = try await http.get(url: url + "/").get()
      try await http.shutdown()
    }
  }
}

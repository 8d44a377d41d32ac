// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOClient
import HTTPTypes
import NIOSSL

// The snippets of docs/client.md; see `Snippets`.

enum ClientSnippets {
  static func connecting() async throws {
    // snippet: client
    let client = try await EngineIOClient.connect("http://localhost:5000")
    try await client.send("hello")
    for try await message in client.messages {
      print(message)
    }
    // end
  }

  static func scope() async throws {
    // snippet: client-scope
    let answer = try await EngineIOClient.withConnection("http://localhost:5000") { client in
      try await client.send("hello")
      var messages = client.messages.makeAsyncIterator()
      return try await messages.next()
    }
    // end
    _ = answer
  }

  static func handlers() async throws {
    // snippet: client-handlers
    let client = try await EngineIOClient.connect(
      "http://localhost:5000",
      handlers: .init(
        onConnect: { client in try await client.send("hello") },
        onMessage: { client, message in print(message) },
        onDisconnect: { client, end in print("\(end.reason)") }))
    await client.wait()
    // end
  }

  static func requests() async throws {
    // snippet: client-requests
    var configuration = EngineIOClient.Configuration()
    configuration.path = "/socket/"
    configuration.proxy = .init(host: "proxy.example", port: 3128)
    configuration.tls.trustRoots = .file("/etc/ssl/our-ca.pem")
    let client = try await EngineIOClient.connect(
      "https://example.com?room=7", headers: [.authorization: "Bearer 123"],
      transports: [.websocket], configuration: configuration)
    // end
    _ = client
  }

  static func errors() async throws {
    // snippet: client-errors
    do throws(EngineIOClientError) {
      _ = try await EngineIOClient.connect("http://localhost:5000")
    } catch {
      print(error)  // handshake (polling): refused: status 401, code 4, who are you?
      if error.response?.status == 401 { print(error.response?.message ?? "") }
    }
    // end
  }

  static func reconnecting() async throws {
    // snippet: client-reconnecting
    try await EngineIOClient.withReconnection(
      "http://localhost:5000", policy: ReconnectPolicy(maxDelay: .seconds(10), maxAttempts: 20)
    ) { client in
      try await client.send("here I am")
      for try await message in client.messages { print(message) }
    }
    // end
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOFoundation
import EngineIOMiddleware
import HTTPApp
import HTTPAppServer
import HTTPAppTesting
import HTTPTypes
import Logging
import NIOCore
import StaticFiles
import Testing

// The snippets of README.md and docs/, compiled. A region lies between `// snippet: NAME` and `// end`;
// `SnippetTests` checks that the pages show the same.

enum Snippets {
  static func hello() async throws {
    // snippet: hello
    let app = HTTPHandler { request in
      .text("Hello, \(request.path)\n")
    }
    try await HTTPServer(app, port: 8080).run()
    // end
  }

  static func serverConfiguration(app: HTTPHandler) async throws {
    // snippet: server-configuration
    var configuration = HTTPServerConfiguration(address: .ip("::", port: 8080), loopCount: 2)
    configuration.serverName = "example"
    configuration.limits.connectionsPerPeer = 100
    try await HTTPServer(app, configuration: configuration).run()
    // end
  }

  static func webSocketOptions(request: Request) -> Response {
    // snippet: websocket-options
    var options = WebSocketOptions()
    options.maxMessageBytes = 64 << 10
    options.compression = WebSocketCompression()
    return .webSocket(
      subprotocol: request.offeredSubprotocols.first { $0 == "chat" }, options: options
    ) { socket in
      for try await message in socket.messages { try await socket.send(message) }
    }
    // end
  }

  static func chat() async throws {
    // snippet: chat
    let engine = EngineIOServer()
    engine.onConnect { session, request in
      guard request.query?.contains("token=") == true else {
        throw ConnectionRejected("who are you?")
      }
      try await session.send("welcome")
    }
    engine.onMessage { session, message in
      engine.broadcast(message) { $0.id != session.id }
    }
    engine.onDisconnect { session, reason in
      engine.broadcast(.text("\(session.id) left: \(reason)"))
    }

    let app = EngineIOApp(
      engine, staticFiles: ["/": "public/index.html", "/static": "public"])
    try await HTTPServer(app, port: 5000).run()
    // end
  }

  static func sessionSequence(_ engine: EngineIOServer) {
    // snippet: session-sequence
    engine.onSession { session in
      for try await message in session.messages {
        try await session.send(message)
      }
    }
    // end
  }

  static func sending(_ engine: EngineIOServer) {
    // snippet: sending
    engine.onMessage { session, message in
      try await session.send(contentsOf: ["header", message])  // together, or not at all
      try await session.drain()
      session.sendVolatile("position 3 4")  // now or never
    }
    // end
  }

  // snippet: user-session
  struct User: EngineIOSessionKey {
    typealias Value = User
    var name: String
    var address: ConnectionInfo.Address?
    var messages = 0
  }
  // end

  static func userSession(_ engine: EngineIOServer) {
    // snippet: user-session-use
    engine.onConnect { session, request in
      guard let name = request.query else { throw ConnectionRejected("who are you?") }
      session[User.self] = User(name: name, address: request.connection.peerAddress)
    }
    engine.onMessage { session, message in
      session.withValue(User.self) { $0?.messages += 1 }
    }
    engine.onDisconnect { session, reason in
      print(session[User.self]?.name ?? "nobody", "left:", reason)
    }
    // end
  }

  static func allSessions(_ engine: EngineIOServer) {
    // snippet: all-sessions
    print("\(engine.sessionCount) clients are asked to come back")
    engine.broadcast("moving")
    engine.disconnectAll()
    // end
  }

  static func concurrentHandlers(lookUp: @escaping @Sendable (String) async -> String) {
    // snippet: concurrent-handlers
    let engine = EngineIOServer(.init(handlerConcurrency: .concurrent(limit: 8)))
    engine.onMessage { session, message in
      guard case .text(let name) = message else { return }
      try await session.send(.text(await lookUp(name)))  // the next one need not wait
    }
    // end
  }

  static func json() {
    // snippet: json
    struct Move: Codable {
      var x: Int
      var y: Int
    }
    let engine = EngineIOServer(.init(jsonCodec: FoundationJSONCodec()))
    engine.onMessage { session, message in
      let move = try session.decode(Move.self, from: message)
      try await session.send(json: Move(x: move.y, y: move.x))
    }
    // end
  }

  static func backgroundTask(_ engine: EngineIOServer) {
    // snippet: background-task
    engine.addBackgroundTask {
      while true {
        try await Task.sleep(for: .seconds(1))
        engine.broadcast("tick", toSlowClients: .skip)
      }
    }
    engine.onBackgroundError { error in print("a background task failed:", error) }
    // end
  }

  static func statistics(_ engine: EngineIOServer) {
    // snippet: statistics
    let statistics = engine.statistics
    print("engineio_sessions{transport=\"polling\"}", statistics.openSessions[.polling] ?? 0)
    print("engineio_sessions_opened_total", statistics.sessionsOpened)
    for (reason, count) in statistics.sessionsEnded {
      print("engineio_sessions_ended_total{reason=\"\(reason)\"}", count)
    }
    print("engineio_sent_bytes_total", statistics.bytesSent)
    // end
  }

  static func wrap(engine: EngineIOServer, existingApp: HTTPHandler) {
    // snippet: wrap
    let app = EngineIOApp(
      engine, path: "/engine.io", staticFiles: ["/static": "public"],
      otherApp: existingApp,
      onStartup: { print("starting") },
      onShutdown: { print("stopped") })
    // end
    _ = app
  }

  // snippet: middleware
  struct ServerTiming: HTTPMiddleware {
    func respond(to request: Request, next: some HTTPApplication) async throws -> Response {
      let start = ContinuousClock.now
      var response = try await next.respond(to: request)
      let spent = (ContinuousClock.now - start) / .milliseconds(1)
      response.headerFields[.init("server-timing")!] = "app;dur=\(spent)"
      return response
    }
  }
  // end

  static func stack(existingApp: HTTPHandler, isDevelopment: Bool) {
    // snippet: stack
    let app = Stack {
      ServerTiming()
      if isDevelopment {
        StaticFiles(["/assets": "public/assets"])
      }
      existingApp
    }
    // end
    _ = app
  }

  static func accessLog(existingApp: HTTPHandler) {
    // snippet: access-log
    let app = Stack {
      AccessLog { entry in
        print(entry)  // 192.0.2.1:50312 "GET /search?q=1 HTTP/1.1" 200 1234 532us
      }
      existingApp
    }
    // end
    _ = app
  }

  static func files() {
    // snippet: files
    let files: StaticFiles = [
      "/": "public/index.html",
      "/static": "public",
      "/feed": .file("public/feed.xml", contentType: "application/atom+xml"),
      "": "index.html",
    ]
    let app = HTTPHandler { _ in .notFound }.wrapped(by: files)
    // end
    _ = app
  }

  static func filesInFront(existingApp: HTTPHandler) {
    // snippet: files-middleware
    let app = Stack {
      StaticFiles(["/": "public"])
      existingApp  // gets what there is no file for
    }
    // end
    _ = app
  }

  static func filesAlone() async throws {
    // snippet: files-application
    let files = StaticFiles(["/": "public"])
    try await HTTPServer(files.application, port: 8080).run()
    // end
  }

  static func filesBesides(engine: EngineIOServer) {
    // snippet: files-engine
    let app = EngineIOApp(engine, staticFiles: ["/": "public/index.html", "/static": "public"])
    // end
    _ = app
  }

  static func fileRules() {
    // snippet: files-rules
    let files: StaticFiles = [
      "/": "public/index.html",  // a file, for exactly this URL
      "/static": "public",  // a directory, with everything below it
      "/feed": .file("public/feed.xml", contentType: "application/atom+xml"),
      "/downloads": .directory("/srv/downloads", cacheControl: .maxAge(seconds: 3600)),
      "": "index.html",  // what a directory answers with
    ]
    // end
    _ = files
  }

  static func filesOfAnApp() {
    // snippet: files-spa
    let files = StaticFiles(
      ["/": "dist"],
      configuration: .init(fallback: "index.html", notFoundPage: "404.html"))
    // end
    _ = files
  }

  static func fileCaching() {
    // snippet: files-caching
    let configuration = StaticFiles.Configuration(
      cacheControl: .maxAge(seconds: 60),
      isImmutable: { name in name.hasSuffix(".js") || name.hasSuffix(".css") })
    let files = StaticFiles(
      ["/assets": "dist/assets", "/report.pdf": .file("report.pdf", cacheControl: .noStore)],
      configuration: configuration)
    // end
    _ = files
  }

  static func fileTypes() {
    // snippet: files-types
    let configuration = StaticFiles.Configuration(
      mediaTypes: ["usdz": "model/vnd.usdz+zip", "log": "text/plain; charset=iso-8859-1"],
      headerFields: [.contentSecurityPolicy: "default-src 'self'"])
    // end
    _ = configuration
  }

  static func fileListing() {
    // snippet: files-listing
    let files = StaticFiles(
      ["/downloads": "/srv/downloads"], configuration: .init(listsDirectories: true))
    // end
    _ = files
  }

  static func answers() {
    // snippet: answers
    let app = HTTPHandler { request in
      switch (request.method, request.path) {
      case (.get, "/"):
        return .text("Hello")
      case (.post, "/echo"):
        return .bytes(try await request.body.collect(upTo: 1 << 20))
      case (.get, "/count"):
        return .stream { writer in
          for number in 1...3 { try await writer.write("\(number)\n") }
        }
      case (.get, "/report"):
        return Response(body: .file(try OpenFile(path: "report.pdf")))
      case (.get, "/ws"):
        return .webSocket { socket in
          for try await message in socket.messages { try await socket.send(message) }
        }
      default:
        throw HTTPError(.notFound, "There is no \(request.path).")
      }
    }
    // end
    _ = app
  }

  static func limits() -> HTTPServerConfiguration {
    // snippet: limits
    var configuration = HTTPServerConfiguration(address: .ip("0.0.0.0", port: 8080))
    configuration.limits.bodyBytes = 1 << 20
    configuration.limits.connectionsPerPeer = 100
    // end
    return configuration
  }

  static func testing(app: HTTPHandler) async throws {
    // snippet: testing
    for mode in TestMode.allCases {
      try await app.test(mode) { client in
        let response = try await client.get("/")
        #expect(response.text == "Hello")
        try await client.webSocket("/ws") { socket in
          try await socket.send("ping")
          let answer = try await socket.receive()
          #expect(answer == .text("ping"))
        }
      }
    }
    // end
  }

  static func cookie() {
    // snippet: cookie
    let engine = EngineIOServer(.init(cookie: "io"))
    // set-cookie: io=<id>; Path=/; HttpOnly; SameSite=Lax
    // end
    _ = engine
  }

  static func computedCookie() -> EngineIOServer.Configuration {
    // snippet: computed-cookie
    var configuration = EngineIOServer.Configuration()
    configuration.makeCookie = { request in
      EngineIOCookie("io", maxAge: .seconds(86400), secure: request.scheme == "https")
    }
    // end
    return configuration
  }

  static func origins() -> EngineIOServer.Configuration {
    // snippet: origins
    var configuration = EngineIOServer.Configuration()
    configuration.allowedOrigins = .matching { origin, _ in
      origin == "https://example.com"
        || origin.hasPrefix("https://") && origin.hasSuffix(".example.com")
    }
    configuration.allowCredentials = true
    // end
    return configuration
  }

  static func gate(_ engine: EngineIOServer, isBlocked: @escaping @Sendable (Request) -> Bool) {
    // snippet: gate
    engine.onHandshakeRequest { request in
      guard !isBlocked(request) else { throw HandshakeRefused("come back tomorrow") }
    }
    // end
  }

  static func version3() {
    // snippet: eio3
    let engine = EngineIOServer(.init(allowEIO3: true))
    engine.onConnect { session, request in
      if session.protocolVersion == .v3 { print("an old client: \(session.id)") }
    }
    // end
  }

  static func connectionErrors(_ engine: EngineIOServer) {
    // snippet: connection-errors
    engine.onConnectionError { error in
      print("\(error.context): \(error.code.message)")  // origin: Origin not allowed
    }
    // end
  }

  static func headers() -> EngineIOServer.Configuration {
    // snippet: engine-headers
    var configuration = EngineIOServer.Configuration()
    configuration.headers = { fields, request in
      fields[.xContentTypeOptions] = "nosniff"
    }
    // end
    return configuration
  }

  static func httpCompression() -> EngineIOServer.Configuration {
    // snippet: http-compression
    var configuration = EngineIOServer.Configuration()
    configuration.httpCompression?.minimumBytes = 4096
    // or: configuration.httpCompression = nil
    // end
    return configuration
  }

  static func webSocketCompression() {
    // snippet: websocket-compression
    let engine = EngineIOServer(.init(webSocketCompression: WebSocketCompression()))
    engine.onMessage { session, message in
      try await session.send(message, compress: false)
    }
    // end
  }

  static func generateID() -> EngineIOServer.Configuration {
    // snippet: generate-id
    var configuration = EngineIOServer.Configuration()
    configuration.generateID = { request in
      let tag = request.headerValue(.init("x-zone")!) == "b" ? "b" : "a"
      return .random(tag: tag)
    }
    // end
    return configuration
  }

  static func heartbeat() {
    // snippet: heartbeat
    let engine = EngineIOServer(
      .init(
        pingInterval: .seconds(25), pingIntervalGrace: .milliseconds(2500),
        pingTimeout: .seconds(20)))
    // pings every 25 s; clients wait for one 27.5 + 20 s
    // end
    _ = engine
  }

  static func engineLogger() {
    // snippet: engine-logger
    let engine = EngineIOServer(.init(logger: Logger(label: "engine")))
    // end
    _ = engine
  }

  static func jsonp() {
    // snippet: jsonp
    let engine = EngineIOServer(.init(allowJSONP: true))
    // end
    _ = engine
  }
}

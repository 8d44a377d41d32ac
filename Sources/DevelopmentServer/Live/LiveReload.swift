// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOMiddleware
import HTTPApp
import HTTPTypes
import Synchronization

/// Middleware that makes pages follow the files they are made of: it puts a script into every HTML
/// document, watches the files, and tells the scripts of changes over Engine.IO.
///
/// A change of style sheets alone is told by name, so that pages can swap them; any other change
/// makes them reload.
final class LiveReload: HTTPMiddleware {
  /// Where script and Engine.IO are.
  static let path = "/__live"

  private let engine: EngineIOServer
  private let watcher: any FileWatcher
  private let batches: ChangeBatches
  private let report: @Sendable (Report) -> Void
  private let revision = Revision()

  /// What is worth a line on the terminal.
  enum Report: Sendable {
    case changed(ChangeSet, pages: Int)
    case failed(any Error)
  }

  init(
    watcher: any FileWatcher, batches: ChangeBatches = ChangeBatches(),
    pingInterval: Duration = .seconds(25), report: @escaping @Sendable (Report) -> Void = { _ in }
  ) {
    self.watcher = watcher
    self.report = report
    self.batches = batches
    // Proxies may show browsers another origin than they ask this server for, so it is not compared.
    // What a page of another origin could learn is that files change, and the names of style sheets.
    engine = EngineIOServer(.init(pingInterval: pingInterval, allowedOrigins: .unchecked))
    engine.onConnect { [revision] session, _ in
      try await session.send(.text("revision\n\(revision.current)"))
    }
  }

  // MARK: Requests

  func respond(to request: Request, next: some HTTPApplication) async throws -> Response {
    if let request = request.mounted(at: Self.path) { return try await respond(below: request) }
    guard request.mayBeForDocument else { return try await next.respond(to: request) }
    var asked = request
    asked.headerFields.removePartialAndEncoded()
    // Read before the document is: a change that comes in between is then not missed.
    let revision = revision.current
    let response = try await next.respond(to: asked)
    guard response.isDocument else { return response }
    let path = request.mount + request.path
    return response.injecting(for: request) { hasBase in
      Self.tag(path: path, isAbsolute: hasBase, revision: revision)
    }
  }

  private func respond(below request: Request) async throws -> Response {
    guard request.path == "/client.js" else {
      return request.path.isEmpty || request.path == "/"
        ? try await engine.respond(to: request) : .notFound
    }
    guard request.method == .get || request.method == .head else {
      return Response(status: .methodNotAllowed, headerFields: [.allow: "GET, HEAD"])
    }
    var response = Response.text(LiveScript.text, contentType: "text/javascript; charset=utf-8")
    response.headerFields[.cacheControl] = "no-store"
    return response
  }

  /// The script's tag. Its URL is relative to the document's, so that it is found behind proxies that
  /// serve this under a prefix; but where a `<base>` changes what relative URLs mean, it is absolute.
  static func tag(path: String, isAbsolute: Bool, revision: String) -> String {
    let depth = path.utf8.count { $0 == UInt8(ascii: "/") } - 1
    let root = isAbsolute ? "/" : String(repeating: "../", count: max(depth, 0))
    return "<script src=\"\(root)\(Self.path.dropFirst())/client.js\" "
      + "data-revision=\"\(revision)\" async></script>"
  }

  // MARK: Changes

  func withLifespan(
    _ serve: nonisolated(nonsending) () async throws -> Void
  ) async throws {
    try await engine.withLifespan {
      let watch = try watcher.begin()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await self.follow(watch) }
        group.addTask { for await batch in self.batches { self.announce(batch) } }
        try await serve()
        group.cancelAll()
      }
    }
  }

  func beginGracefulShutdown() {
    engine.beginGracefulShutdown()
  }

  private func follow(_ watch: any FileWatch) async {
    do {
      try await watch.run { batches.add($0) }
    } catch {
      if !Task.isCancelled { report(.failed(error)) }
    }
  }

  private func announce(_ changes: ChangeSet) {
    let revision = revision.advance()
    let sheets = changes.styleSheets
    let message =
      sheets.isEmpty ? "reload" : (["css", revision] + sheets).joined(separator: "\n")
    let pages = engine.broadcast(.text(message))
    report(.changed(changes, pages: pages))
  }
}

/// Tells what a page was made of: the run of the server, and the changes since it began.
private final class Revision: Sendable {
  private let run = String(UInt64.random(in: 0 ... .max), radix: 36)
  private let changes = Atomic(0)

  var current: String { name(changes.load(ordering: .sequentiallyConsistent)) }

  /// Takes a change in.
  func advance() -> String {
    name(changes.add(1, ordering: .sequentiallyConsistent).newValue)
  }

  private func name(_ changes: Int) -> String { "\(run)-\(changes)" }
}

extension ChangeSet {
  /// More are told of by a reload.
  fileprivate static let mostStyleSheets = 100

  /// The changed style sheets in order; empty where anything else has changed.
  fileprivate var styleSheets: [String] {
    guard !isIncomplete, files.count <= Self.mostStyleSheets else { return [] }
    let areSheets = files.allSatisfy { path, kind in
      // Control characters separate names and packets.
      kind != .deleted && path.lowercased().hasSuffix(".css")
        && path.utf8.allSatisfy { $0 >= 0x20 }
    }
    return areSheets ? files.keys.sorted() : []
  }
}

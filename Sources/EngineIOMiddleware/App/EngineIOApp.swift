// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPApp
public import StaticFiles

/// An Engine.IO server, static files and another application behind one door.
///
/// A request goes to the Engine.IO server if its path is the server's, with or without a slash at
/// the end; else to the file that a rule names; else to the other application; else it is answered
/// 404.
public struct EngineIOApp: HTTPApplication {
  private let engine: EngineIOServer
  private let path: EngineIOPath?
  private let staticFiles: StaticFiles
  private let otherApp: any HTTPApplication
  private let onStartup: (@Sendable () async throws -> Void)?
  private let onShutdown: (@Sendable () async throws -> Void)?

  /// Creates an application.
  ///
  /// - Parameters:
  ///   - engine: answers Engine.IO requests, and lives as long as this application is served.
  ///   - path: where; `nil` is everywhere.
  ///   - staticFiles: rules for files.
  ///   - otherApp: answers what nobody else does; its lifespan runs within the engine's.
  ///   - onStartup: runs before everything else; throwing keeps the host from starting.
  ///   - onShutdown: runs after everything else, also after a failure, if `onStartup` succeeded.
  public init(
    _ engine: EngineIOServer, path: String? = "/engine.io", staticFiles: StaticFiles = [:],
    otherApp: (any HTTPApplication)? = nil,
    onStartup: (@Sendable () async throws -> Void)? = nil,
    onShutdown: (@Sendable () async throws -> Void)? = nil
  ) {
    self.engine = engine
    self.path = path.map(EngineIOPath.init)
    self.staticFiles = staticFiles
    self.otherApp = otherApp ?? HTTPHandler { _ in .notFound }
    self.onStartup = onStartup
    self.onShutdown = onShutdown
  }

  public func respond(to request: Request) async throws -> Response {
    guard let path, !path.matches(request.path) else {
      return try await engine.respond(to: request)
    }
    return try await staticFiles.respond(to: request, next: otherApp)
  }

  public func withLifespan(
    _ serve: nonisolated(nonsending) () async throws -> Void
  ) async throws {
    try await onStartup?()
    do {
      try await engine.withLifespan { try await otherApp.withLifespan(serve) }
    } catch {
      // The first error is the one that explains.
      try? await onShutdown?()
      throw error
    }
    try await onShutdown?()
  }

  public func beginGracefulShutdown() {
    engine.beginGracefulShutdown()
    otherApp.beginGracefulShutdown()
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPApp
import HTTPAppServer
import Logging
import StaticFiles

/// What `serve` runs: a directory of files on the web, for whoever is working on them.
///
/// ```swift
/// try await DevelopmentServer(.init(directory: "public", port: 8000, reloadsPages: true)).run()
/// ```
public struct DevelopmentServer: Sendable {
  private let options: Options
  private let console: Console
  private let composed: AnyHTTPApplication

  /// What the server answers with: log, live reload, backends and files.
  public var application: some HTTPApplication { composed }

  /// Creates a server; it listens once it runs.
  ///
  /// - Throws: ``DevelopmentServerError`` for options that cannot be served.
  public init(_ options: Options) throws(DevelopmentServerError) {
    let console = Console.standardOutput(isColoured: options.isColoured)
    try self.init(options, console: console, watcher: nil)
  }

  /// - Parameter watcher: notices changes; nil: that of the system.
  init(
    _ options: Options, console: Console, watcher: (any FileWatcher)?
  ) throws(DevelopmentServerError) {
    try options.validate()
    self.options = options
    self.console = console
    let watcher =
      watcher
      ?? systemWatcher(of: options.directory) { console.warn("Live reload: \($0)") }
    let live =
      options.reloadsPages
      ? LiveReload(watcher: watcher) { console.print(report: $0) } : nil
    let files = StaticFiles(["/": .directory(options.directory)], configuration: options.files)
    composed = AnyHTTPApplication(
      Stack {
        AccessLog { console.print(entry: $0) }
        if options.allowsAllOrigins { CrossOrigin() }
        if let live { live }
        if !options.proxies.isEmpty { ReverseProxy(options.proxies) }
        NotFoundPage()
        files
        HTTPHandler { _ in .notFound }
      })
  }

  /// Serves until SIGINT or SIGTERM, then answers what is under way for a moment and returns.
  ///
  /// - Throws: ``DevelopmentServerError`` when it cannot listen.
  public func run() async throws {
    var configuration = HTTPServerConfiguration(
      address: .ip(options.host, port: options.port), logger: console.logger)
    configuration.shutdownTimeout = .seconds(3)
    // What is passed on is for the backend to limit.
    configuration.limits.bodyBytes = nil
    let addresses = AsyncStream.makeStream(of: ConnectionInfo.Address.self)
    configuration.onListening = {
      addresses.continuation.yield($0)
      addresses.continuation.finish()
    }
    let server = HTTPServer(composed, configuration: configuration)
    try await console.run {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for await address in addresses.stream { await greet(address) }
        }
        do {
          try await server.run()
        } catch let error as HTTPServerError {
          throw DevelopmentServerError(error, options)
        }
        group.cancelAll()
      }
      // Behind the ^C that a terminal shows.
      if console.style.isColoured { console.print("") }
    }
  }

  /// Says where it listens, and opens a browser there if that is wanted.
  private func greet(_ address: ConnectionInfo.Address) async {
    let urls = ServerURLs(address)
    console.print(Greeting.lines(options, urls, console.style).joined(separator: "\n"))
    guard options.opensBrowser else { return }
    if let problem = await Browser.open(urls.local) { console.warn(problem) }
  }
}

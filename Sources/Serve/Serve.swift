// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser
import DevelopmentServer

/// The development server on the command line.
@main
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serves a directory while you work on it.",
    discussion: """
      Ends in peace, with exit code 0, on Ctrl-C. Exit code 1 says that it cannot listen, as when \
      the port is in use; 64 that the command line cannot be understood.
      """)

  @Argument(help: "The directory to serve.")
  var directory = "."

  @Option(help: "The port to listen on; 0 picks a free one.")
  var port: UInt16 = 8000

  @Option(help: "The address to listen on; 127.0.0.1 is for this machine only.")
  var host = "0.0.0.0"

  @Flag(help: "Reload pages when a file changes, and swap style sheets in place.")
  var live = false

  @Flag(help: "Answer paths without a file with index.html, for routing in the browser.")
  var spa = false

  @Flag(help: "Let pages of every origin read the answers (CORS).")
  var cors = false

  @Flag(help: "Open a browser.")
  var open = false

  @Option(
    help: ArgumentHelp(
      "Pass requests for a path on to a backend, such as /api=http://localhost:3000.",
      discussion: "With a path, such as http://localhost:3000/, that one replaces the path.",
      valueName: "path=url"),
    transform: { try ProxyRule($0) })
  var proxy: [ProxyRule] = []

  private var options: DevelopmentServer.Options {
    DevelopmentServer.Options(
      directory: directory, host: host, port: Int(port), reloadsPages: live, isSinglePage: spa,
      allowsAllOrigins: cors, opensBrowser: open, proxies: proxy)
  }

  func validate() throws {
    do {
      _ = try DevelopmentServer(options)
    } catch {
      throw ValidationError(error.description)
    }
  }

  func run() async throws {
    try await DevelopmentServer(options).run()
  }
}

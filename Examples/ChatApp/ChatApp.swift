// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser
import EngineIOMiddleware
import Foundation
import HTTPApp
import HTTPAppServer
import StaticFiles

/// A small chat: the smallest thing that uses every part of Engine.IO as a person would.
@main
struct ChatApp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ChatApp", abstract: "Serves a chat to browsers.")

  @Option(help: "The address to listen on; 0.0.0.0 lets other machines in.")
  var host = "127.0.0.1"

  @Option(help: "The port to listen on; 0 picks a free one.")
  var port: UInt16 = 5000

  @Option(help: "The folder with the page.")
  var files = "Examples/ChatApp/public"

  func validate() throws {
    guard FileManager.default.fileExists(atPath: files + "/index.html") else {
      throw ValidationError("There is no page in \(files): start this where the project is.")
    }
  }

  func run() async throws {
    let engine = EngineIOServer()
    let room = ChatRoom(engine: engine)
    engine.onMessage { session, message in
      if case .text(let json) = message { await room.receive(json, from: session) }
    }
    engine.onDisconnect { session, _ in await room.leave(session) }

    let app = EngineIOApp(engine, staticFiles: ["/": .directory(files)])
    var configuration = HTTPServerConfiguration(address: .ip(host, port: Int(port)))
    configuration.onListening = { address in
      print("The chat is open at http://\(address)/ (stop it with Ctrl-C)")
      fflush(nil)  // whoever started this may read a pipe
    }
    try await HTTPServer(app, configuration: configuration).run()
  }
}

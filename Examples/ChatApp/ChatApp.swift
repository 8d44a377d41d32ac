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
  var port = 5000

  @Option(help: "The folder with the page.")
  var files = "Examples/ChatApp/public"

  func validate() throws {
    guard FileManager.default.fileExists(atPath: files + "/index.html") else {
      throw ValidationError("There is no page in \(files): start this where the project is.")
    }
  }

  func run() async throws {
    let room = ChatRoom()
    let engine = EngineIOServer()

    engine.onMessage { session, message in
      guard case .text(let text) = message else { return }
      for reply in room.receive(text, from: session.id) {
        switch reply {
        case .answer(let event): try await session.send(event.json)
        case .everybody(let event):
          engine.broadcast(.text(event.json), where: room.isPresent)
        case .others(let event):
          engine.broadcast(.text(event.json)) { $0.id != session.id && room.isPresent($0) }
        }
      }
    }
    engine.onDisconnect { session, _ in
      guard let name = room.leave(session.id) else { return }
      engine.broadcast(
        .text(ServerEvent(type: .left, name: name).json), where: room.isPresent)
    }

    let app = EngineIOApp(engine, staticFiles: ["/": .directory(files)])
    var configuration = HTTPServerConfiguration(address: .ip(host, port: port))
    configuration.onListening = { address in
      print("The chat is open at http://\(address)/ (stop it with Ctrl-C)")
      fflush(nil)  // whoever started this may read a pipe
    }
    try await HTTPServer(app, configuration: configuration).run()
  }
}

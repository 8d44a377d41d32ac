// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOMiddleware
import Foundation

/// Who is here and what was said. An actor, so that everybody sees things happen in one order.
actor ChatRoom {
  private let engine: EngineIOServer
  private var names: [SessionID: String] = [:]
  private var history: [ServerEvent.Line] = []

  private static let longestName = 32
  private static let longestText = 2000
  private static let historyLength = 50

  init(engine: EngineIOServer) {
    self.engine = engine
  }

  func receive(_ json: String, from session: EngineIOSession) {
    guard let event = try? JSONDecoder().decode(ClientEvent.self, from: Data(json.utf8)) else {
      return refuse(session, "That is nothing this chat understands.")
    }
    switch (event.type, names[session.id]) {
    case (.join, nil):
      join(session, as: event.name ?? "")
    case (.join, _?):
      refuse(session, "You are here already.")
    case (_, nil):
      refuse(session, "Say who you are first.")
    case (.say, let name?):
      say(event.text ?? "", as: name, in: session)
    case (.typing, let name?):
      tellOthers(
        ServerEvent(type: .typing, name: name, typing: event.typing ?? false), than: session)
    }
  }

  func leave(_ session: EngineIOSession) {
    guard let name = names.removeValue(forKey: session.id) else { return }
    tellOthers(ServerEvent(type: .left, name: name), than: session)
  }

  private func join(_ session: EngineIOSession, as wish: String) {
    let wish = wish.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...Self.longestName).contains(wish.unicodeScalars.count) else {
      return refuse(session, "A name has 1 to \(Self.longestName) characters.")
    }
    var name = wish
    var number = 2
    while names.values.contains(name) {
      name = "\(wish) \(number)"
      number += 1
    }
    names[session.id] = name
    tell(
      session,
      ServerEvent(type: .welcome, you: name, people: names.values.sorted(), history: history))
    tellOthers(ServerEvent(type: .joined, name: name), than: session)
  }

  private func say(_ text: String, as name: String, in session: EngineIOSession) {
    guard (1...Self.longestText).contains(text.unicodeScalars.count) else {
      return refuse(session, "A message has 1 to \(Self.longestText) characters.")
    }
    let line = ServerEvent.Line(
      name: name, text: text, at: Int(Date().timeIntervalSince1970 * 1000))
    history.append(line)
    history.removeFirst(max(0, history.count - Self.historyLength))
    engine.broadcast(.text(ServerEvent.said(line).json)) { names[$0.id] != nil }
  }

  private func tell(_ session: EngineIOSession, _ event: ServerEvent) {
    // Who is gone, or too slow, need not be told.
    try? session.offer(.text(event.json))
  }

  private func tellOthers(_ event: ServerEvent, than session: EngineIOSession) {
    engine.broadcast(.text(event.json)) { $0.id != session.id && names[$0.id] != nil }
  }

  private func refuse(_ session: EngineIOSession, _ message: String) {
    tell(session, .error(message))
  }
}

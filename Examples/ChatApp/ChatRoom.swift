// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOMiddleware
import Foundation
import Synchronization

/// Who is here and what was said: the chat without its network.
final class ChatRoom: Sendable {
  /// What becomes of something that somebody sent.
  enum Reply {
    case answer(ServerEvent)
    case everybody(ServerEvent)
    case others(ServerEvent)
  }

  fileprivate struct State {
    var names: [SessionID: String] = [:]
    var history: [ServerEvent.Line] = []
  }

  private let state = Mutex(State())

  fileprivate static let longestName = 32
  fileprivate static let longestText = 2000
  fileprivate static let historyLength = 50

  func isPresent(_ session: EngineIOSession) -> Bool {
    state.withLock { $0.names[session.id] != nil }
  }

  func receive(_ json: String, from id: SessionID) -> [Reply] {
    guard let event = try? JSONDecoder().decode(ClientEvent.self, from: Data(json.utf8)) else {
      return [.answer(.error("That is nothing this chat understands."))]
    }
    return state.withLock { state in
      switch (event.type, state.names[id]) {
      case (.join, nil): state.join(id, as: event.name ?? "")
      case (.join, _?): [.answer(.error("You are here already."))]
      case (_, nil): [.answer(.error("Say who you are first."))]
      case (.say, let name?): state.say(event.text ?? "", as: name)
      case (.typing, let name?):
        [
          .others(ServerEvent(type: .typing, name: name, typing: event.typing ?? false))
        ]
      }
    }
  }

  /// The name of who left; nil if that was nobody yet.
  func leave(_ id: SessionID) -> String? {
    state.withLock { $0.names.removeValue(forKey: id) }
  }
}

extension ChatRoom.State {
  fileprivate mutating func join(_ id: SessionID, as wish: String) -> [ChatRoom.Reply] {
    let wish = wish.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...ChatRoom.longestName).contains(wish.count) else {
      return [.answer(.error("A name has 1 to \(ChatRoom.longestName) characters."))]
    }
    let taken = Set(names.values)
    var name = wish
    var number = 2
    while taken.contains(name) {
      name = "\(wish) \(number)"
      number += 1
    }
    names[id] = name
    return [
      .answer(
        ServerEvent(
          type: .welcome, you: name, people: names.values.sorted(), history: history)),
      .others(ServerEvent(type: .joined, name: name)),
    ]
  }

  fileprivate mutating func say(_ text: String, as name: String) -> [ChatRoom.Reply] {
    guard (1...ChatRoom.longestText).contains(text.count) else {
      return [.answer(.error("A message has 1 to \(ChatRoom.longestText) characters."))]
    }
    let line = ServerEvent.Line(
      name: name, text: text, at: Int(Date().timeIntervalSince1970 * 1000))
    history.append(line)
    history.removeFirst(max(0, history.count - ChatRoom.historyLength))
    return [.everybody(.said(line))]
  }
}

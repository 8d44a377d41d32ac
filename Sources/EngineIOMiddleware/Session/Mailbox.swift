// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO

/// The messages of a client that wait for the application, in order.
struct Mailbox {
  private var messages: [EngineIOMessage] = []
  /// What was taken from the front and not yet removed.
  private var taken = 0
  private(set) var isFinished = false

  var count: Int { messages.count - taken }
  /// What the messages' content takes.
  private(set) var bytes = 0

  mutating func append(_ message: EngineIOMessage) {
    messages.append(message)
    bytes += message.byteCount
  }

  mutating func popFirst() -> EngineIOMessage? {
    guard taken < messages.count else { return nil }
    let message = messages[taken]
    bytes -= message.byteCount
    taken += 1
    if taken == messages.count {
      messages.removeAll(keepingCapacity: messages.count <= 16)
      taken = 0
    } else if taken >= 64 && taken * 2 >= messages.count {
      messages.removeFirst(taken)
      taken = 0
    }
    return message
  }

  /// Nothing more will come.
  mutating func finish() {
    isFinished = true
  }

  /// Forgets what nobody will take.
  mutating func removeAll() {
    messages = []
    taken = 0
    bytes = 0
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Suspended tasks, each of which can be taken out by its number.
struct Waiters {
  private var waiters: [(number: Int, continuation: UnsafeContinuation<Void, Never>)] = []
  private var cancelled: Set<Int> = []
  private var lastNumber = 0

  var isEmpty: Bool { waiters.isEmpty }

  mutating func makeNumber() -> Int {
    lastNumber &+= 1
    return lastNumber
  }

  /// Adds a task; false if it was cancelled before.
  mutating func add(_ number: Int, _ continuation: UnsafeContinuation<Void, Never>) -> Bool {
    if cancelled.remove(number) != nil { return false }
    waiters.append((number, continuation))
    return true
  }

  /// Takes out a cancelled task, which may also be about to be added.
  mutating func cancel(_ number: Int) -> UnsafeContinuation<Void, Never>? {
    guard let index = waiters.firstIndex(where: { $0.number == number }) else {
      cancelled.insert(number)
      return nil
    }
    return waiters.remove(at: index).continuation
  }

  /// A task that was neither added nor taken will not come any more.
  mutating func forget(_ number: Int) {
    cancelled.remove(number)
  }

  mutating func takeAll() -> [UnsafeContinuation<Void, Never>] {
    defer { waiters = [] }
    return waiters.map(\.continuation)
  }
}

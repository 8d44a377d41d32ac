// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Synchronization
import Testing

@testable import DevelopmentServer

struct ChangeBatchesTests {
  /// Batches in which something happens during the first waits.
  private func batches(during waits: [[FileChange]]) -> (ChangeBatches, @Sendable () -> Int) {
    let script = Mutex(waits)
    let count = Counter()
    let later = Later()
    let batches = ChangeBatches { _ in
      count.increment()
      let changes = script.withLock { $0.isEmpty ? [] : $0.removeFirst() }
      for change in changes { later.batches?.add(change) }
    }
    later.batches = batches
    return (batches, { count.value })
  }

  private final class Later: Sendable {
    private let held = Mutex<ChangeBatches?>(nil)
    var batches: ChangeBatches? {
      get { held.withLock { $0 } }
      set { held.withLock { $0 = newValue } }
    }
  }

  private final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func increment() { count.withLock { $0 += 1 } }
  }

  @Test func aBatchEndsWhenItIsQuiet() async {
    let (batches, waits) = batches(during: [[.file("b", .modified)], [.file("c", .modified)]])
    batches.add(.file("a", .modified))
    var iterator = batches.makeAsyncIterator()
    let batch = await iterator.next()
    #expect(batch?.files.keys.sorted() == ["a", "b", "c"])
    #expect(waits() == 3)
  }

  @Test func aBatchEndsAlsoWhenItIsNeverQuiet() async {
    let noise = (1...100).map { [FileChange.file("\($0)", .modified)] }
    let (batches, waits) = batches(during: noise)
    batches.add(.file("0", .modified))
    var iterator = batches.makeAsyncIterator()
    #expect(await iterator.next()?.files.count == ChangeBatches.longest + 1)
    #expect(waits() == ChangeBatches.longest)
  }

  @Test func changesThatCancelEachOtherAreNoBatch() async {
    let (batches, waits) = batches(during: [[.file("a", .deleted)]])
    batches.add(.file("a", .created))
    let first = Task {
      var iterator = batches.makeAsyncIterator()
      return await iterator.next()
    }
    // The first two changes are one batch, or would be; the third comes after them either way.
    while waits() < 2 { await Task.yield() }
    batches.add(.file("b", .modified))
    #expect(await first.value?.files == ["b": .modified])
  }

  @Test func cancellationEndsIt() async {
    let (batches, _) = batches(during: [])
    let task = Task {
      var iterator = batches.makeAsyncIterator()
      return await iterator.next()
    }
    task.cancel()
    #expect(await task.value == nil)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Deadlines in a binary heap whose entries can be moved and removed by their slot.
struct TimerHeap<Element> {
  /// Names an entry from `add` to `remove`.
  typealias Slot = Int

  private struct Entry {
    var element: Element
    var deadline: ContinuousClock.Instant?
    /// Where in `heap` the slot stands, if it has a deadline.
    var position = -1
  }

  private var entries: [Entry?] = []
  private var free: [Slot] = []
  /// Slots; each one's deadline is no later than those of the two below it.
  private var heap: [Slot] = []

  var isEmpty: Bool { entries.count == free.count }

  var nextDeadline: ContinuousClock.Instant? {
    heap.first.flatMap { entries[$0]?.deadline }
  }

  /// Adds an element without a deadline.
  mutating func add(_ element: Element) -> Slot {
    if let slot = free.popLast() {
      entries[slot] = Entry(element: element)
      return slot
    }
    entries.append(Entry(element: element))
    return entries.count - 1
  }

  /// Sets or moves the deadline of an element.
  mutating func setDeadline(_ deadline: ContinuousClock.Instant, of slot: Slot) {
    guard let entry = entries[slot] else { return }
    entries[slot]?.deadline = deadline
    if entry.position < 0 {
      heap.append(slot)
      entries[slot]?.position = heap.count - 1
      siftUp(heap.count - 1)
    } else {
      siftUp(entry.position)
      siftDown(entries[slot]?.position ?? 0)
    }
  }

  /// Removes an element; its slot is used again.
  mutating func remove(_ slot: Slot) {
    guard let entry = entries[slot] else { return }
    if entry.position >= 0 { removeFromHeap(at: entry.position) }
    entries[slot] = nil
    free.append(slot)
  }

  /// Takes an element whose deadline has come; it stays, without a deadline.
  mutating func takeDue(_ now: ContinuousClock.Instant) -> Element? {
    guard let slot = heap.first, let entry = entries[slot], let deadline = entry.deadline,
      deadline <= now
    else { return nil }
    removeFromHeap(at: 0)
    entries[slot]?.deadline = nil
    entries[slot]?.position = -1
    return entry.element
  }

  private mutating func removeFromHeap(at position: Int) {
    let last = heap.count - 1
    if position != last { swap(position, last) }
    heap.removeLast()
    guard position < heap.count else { return }
    let moved = heap[position]
    siftUp(position)
    siftDown(entries[moved]?.position ?? position)
  }

  private mutating func siftUp(_ start: Int) {
    var position = start
    while position > 0 {
      let parent = (position - 1) / 2
      guard isEarlier(position, parent) else { return }
      swap(position, parent)
      position = parent
    }
  }

  private mutating func siftDown(_ start: Int) {
    var position = start
    while true {
      var earliest = position
      for child in [2 * position + 1, 2 * position + 2]
      where child < heap.count && isEarlier(child, earliest) { earliest = child }
      guard earliest != position else { return }
      swap(position, earliest)
      position = earliest
    }
  }

  private func isEarlier(_ left: Int, _ right: Int) -> Bool {
    guard let left = entries[heap[left]]?.deadline, let right = entries[heap[right]]?.deadline
    else { return false }
    return left < right
  }

  private mutating func swap(_ left: Int, _ right: Int) {
    heap.swapAt(left, right)
    entries[heap[left]]?.position = left
    entries[heap[right]]?.position = right
  }
}

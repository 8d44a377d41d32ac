// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Deadlines in a binary heap whose entries can be moved and removed by their slot.
struct TimerHeap<Element> {
  /// Names an entry from `add` to `remove`.
  typealias Slot = Int

  /// Plain values, so that sifting counts no references.
  private struct Node {
    var deadline: ContinuousClock.Instant
    var slot: Slot
  }

  private var elements: [Element?] = []
  /// By slot: where in `heap` it stands, or -1 without a deadline.
  private var positions: [Int] = []
  private var free: [Slot] = []
  /// Each one's deadline is no later than those of the two below it.
  private var heap: [Node] = []

  var isEmpty: Bool { elements.count == free.count }

  var nextDeadline: ContinuousClock.Instant? { heap.first?.deadline }

  /// Adds an element without a deadline.
  mutating func add(_ element: Element) -> Slot {
    if let slot = free.popLast() {
      elements[slot] = element
      return slot
    }
    elements.append(element)
    positions.append(-1)
    return elements.count - 1
  }

  /// Sets or moves the deadline of an element.
  mutating func setDeadline(_ deadline: ContinuousClock.Instant, of slot: Slot) {
    guard elements[slot] != nil else { return }
    let node = Node(deadline: deadline, slot: slot)
    let position = positions[slot]
    if position < 0 {
      heap.append(node)
      siftUp(node, from: heap.count - 1)
    } else {
      sift(node, from: position)
    }
  }

  /// Removes an element; its slot is used again.
  mutating func remove(_ slot: Slot) {
    guard elements[slot] != nil else { return }
    if positions[slot] >= 0 { removeFromHeap(at: positions[slot]) }
    elements[slot] = nil
    free.append(slot)
  }

  /// Takes an element whose deadline has come; it stays, without a deadline.
  mutating func takeDue(_ now: ContinuousClock.Instant) -> Element? {
    guard let first = heap.first, first.deadline <= now else { return nil }
    removeFromHeap(at: 0)
    return elements[first.slot]
  }

  private mutating func removeFromHeap(at position: Int) {
    positions[heap[position].slot] = -1
    let last = heap.removeLast()
    if position < heap.count { sift(last, from: position) }
  }

  /// Finds the place of `node` for which the one at `start` is free.
  private mutating func sift(_ node: Node, from start: Int) {
    if start > 0, node.deadline < heap[(start - 1) / 2].deadline {
      siftUp(node, from: start)
    } else {
      siftDown(node, from: start)
    }
  }

  private mutating func siftUp(_ node: Node, from start: Int) {
    var position = start
    while position > 0 {
      let parent = (position - 1) / 2
      guard node.deadline < heap[parent].deadline else { break }
      place(heap[parent], at: position)
      position = parent
    }
    place(node, at: position)
  }

  private mutating func siftDown(_ node: Node, from start: Int) {
    var position = start
    while true {
      var child = 2 * position + 1
      guard child < heap.count else { break }
      let right = child + 1
      if right < heap.count, heap[right].deadline < heap[child].deadline { child = right }
      guard heap[child].deadline < node.deadline else { break }
      place(heap[child], at: position)
      position = child
    }
    place(node, at: position)
  }

  private mutating func place(_ node: Node, at position: Int) {
    heap[position] = node
    positions[node.slot] = position
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import EngineIOMiddleware

@Suite struct TimerHeapTests {
  private let origin = ContinuousClock.now

  private func at(_ seconds: Int) -> ContinuousClock.Instant {
    origin.advanced(by: .seconds(seconds))
  }

  @Test func elementsComeInTheOrderOfTheirDeadlines() {
    var heap = TimerHeap<Int>()
    for seconds in [5, 3, 9, 1, 7, 3] { heap.setDeadline(at(seconds), of: heap.add(seconds)) }
    #expect(heap.nextDeadline == at(1))
    var due: [Int] = []
    while let element = heap.takeDue(at(7)) { due.append(element) }
    #expect(due == [1, 3, 3, 5, 7])
    #expect(heap.nextDeadline == at(9))
    #expect(heap.takeDue(at(8)) == nil)
  }

  @Test func takenElementCanBeSetAgain() {
    var heap = TimerHeap<String>()
    let slot = heap.add("a")
    #expect(heap.nextDeadline == nil)
    heap.setDeadline(at(1), of: slot)
    #expect(heap.takeDue(at(1)) == "a")
    #expect(heap.takeDue(at(1)) == nil)
    heap.setDeadline(at(2), of: slot)
    #expect(heap.takeDue(at(2)) == "a")
  }

  @Test func slotsAreUsedAgain() {
    var heap = TimerHeap<Int>()
    let first = heap.add(1)
    heap.setDeadline(at(1), of: first)
    heap.remove(first)
    heap.remove(first)
    #expect(heap.nextDeadline == nil)
    #expect(heap.add(2) == first)
  }

  /// Against a plain list, with every operation at random.
  @Test func behavesLikeASortedList() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<50 {
      var heap = TimerHeap<Int>()
      var model: [Int: ContinuousClock.Instant?] = [:]
      for _ in 0..<400 {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<3:
          let slot = heap.add(-1)
          #expect(model[slot] == nil)
          heap.remove(slot)
          let again = heap.add(slot)
          #expect(again == slot)
          model[slot] = .some(nil)
        case 3..<7:
          guard let slot = model.keys.randomElement(using: &generator) else { continue }
          let deadline = at(Int.random(in: 0..<100, using: &generator))
          heap.setDeadline(deadline, of: slot)
          model[slot] = deadline
        case 7:
          guard let slot = model.keys.randomElement(using: &generator) else { continue }
          heap.remove(slot)
          model[slot] = nil
        default:
          let now = at(Int.random(in: 0..<100, using: &generator))
          while let slot = heap.takeDue(now) {
            #expect(model[slot]??.duration(to: now) ?? .seconds(-1) >= .zero)
            model[slot] = .some(nil)
          }
          #expect(model.values.compactMap { $0 }.allSatisfy { $0 > now })
        }
        #expect(heap.nextDeadline == model.values.compactMap { $0 }.min())
      }
    }
  }
}

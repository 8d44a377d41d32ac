// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import DevelopmentServer

struct ChangeSetTests {
  private func changes(_ kinds: FileChange.Kind...) -> [String: FileChange.Kind] {
    var changes = ChangeSet()
    for kind in kinds { changes.add(.file("a", kind)) }
    return changes.files
  }

  @Test func whatIsCreatedAndDeletedHasNeverBeen() {
    #expect(changes(.created, .modified, .deleted).isEmpty)
    #expect(changes(.created, .deleted, .created) == ["a": .created])
  }

  @Test func whatIsDeletedAndCreatedIsModified() {
    #expect(changes(.deleted, .created) == ["a": .modified])
    #expect(changes(.modified, .deleted, .modified) == ["a": .modified])
  }

  @Test func theLastOfOtherChangesCounts() {
    #expect(changes(.created, .modified) == ["a": .created])
    #expect(changes(.modified, .modified) == ["a": .modified])
    #expect(changes(.modified, .deleted) == ["a": .deleted])
  }

  @Test func setsAddUp() {
    var all = ChangeSet()
    all.add(.file("a", .created))
    var more = ChangeSet()
    more.add(.file("a", .deleted))
    more.add(.file("b", .modified))
    all.add(more)
    #expect(all.files == ["b": .modified])
    #expect(!all.isIncomplete)
    more.add(.unknown)
    all.add(more)
    #expect(all.isIncomplete)
    #expect(!all.isEmpty)
  }
}

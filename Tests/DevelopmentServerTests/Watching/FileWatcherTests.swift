// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import HTTPAppTesting
import Synchronization
import Testing

@testable import DevelopmentServer

struct FileWatcherTests {
  /// Watchers of every kind, which are to see the same.
  private static let kinds: [@Sendable (String) -> any FileWatcher] = {
    var kinds: [@Sendable (String) -> any FileWatcher] = [
      { ScanningWatcher(directory: $0, sleep: { try await Task.sleep(for: .milliseconds(5)) }) }
    ]
    #if os(Linux)
      kinds.append { InotifyWatcher(directory: $0) }
    #endif
    return kinds
  }()

  @Test(arguments: kinds.indices) func filesAreSeen(kind: Int) async throws {
    let folder = try Folder(["old.txt": "1"])
    try await Self.kinds[kind](folder.path).events { events in
      try folder.write("new.txt", "1")
      await events.wait(for: "created new.txt")
      try folder.write("old.txt", "longer")
      await events.wait(for: "modified old.txt")
      try folder.remove("old.txt")
      await events.wait(for: "deleted old.txt")
    }
  }

  @Test(arguments: kinds.indices) func newFoldersAreSeen(kind: Int) async throws {
    let folder = try Folder()
    try await Self.kinds[kind](folder.path).events { events in
      try folder.makeFolder("a/b")
      try folder.write("a/b/first.txt", "1")
      await events.wait(for: "created a/b/first.txt")
      try folder.write("a/b/second.txt", "1")
      await events.wait(for: "created a/b/second.txt")
    }
  }

  @Test(arguments: kinds.indices) func whatIsHiddenOrInstalledIsNotWatched(kind: Int) async throws {
    let folder = try Folder()
    for name in [".git", "node_modules", ".well-known"] { try folder.makeFolder(name) }
    try await Self.kinds[kind](folder.path).events { events in
      for name in [
        ".git/index", "node_modules/a.js", "page.html~", ".page.html.swp", "#page.html#",
      ] {
        try folder.write(name, "1")
      }
      try folder.write(".well-known/last.txt", "1")
      await events.wait(for: "created .well-known/last.txt")
      #expect(Set(events.all).subtracting(["modified .well-known/last.txt"]).count == 1)
    }
  }

  @Test(arguments: kinds.indices) func cancellationEndsIt(kind: Int) async throws {
    let folder = try Folder()
    try await Self.kinds[kind](folder.path).events { _ in }
  }

  #if os(Linux)
    @Test func aFolderThatMovedIsWatchedWhereItIs() async throws {
      let folder = try Folder()
      try folder.makeFolder("old/deep")
      try await InotifyWatcher(directory: folder.path).events { events in
        try folder.move("old", to: "new")
        await events.wait(for: "unknown")
        try folder.write("new/deep/a.txt", "1")
        await events.wait(for: "created new/deep/a.txt")
      }
    }

    @Test func aFolderThatIsMadeAnewIsFoundAgain() async throws {
      let folder = try Folder()
      try folder.makeFolder("public")
      let root = folder.url("public").path()
      try await InotifyWatcher(directory: root).events { events in
        try folder.remove("public")
        try folder.makeFolder("public")
        await events.wait(for: "unknown")
        try folder.write("public/a.txt", "1")
        await events.wait(for: "created a.txt")
      }
    }

    /// However an editor goes about it.
    @Test(arguments: [
      [("write", "4913"), ("remove", "4913"), ("move", "a.css a.css~"), ("write", "a.css")],
      [("write", "sedAb3"), ("move", "sedAb3 a.css")],
      [("write", ".a.css.swp"), ("write", "a.css"), ("remove", ".a.css.swp")],
      [("remove", "a.css"), ("write", "a.css")],
    ])
    func savingAFileIsOneModifiedFile(steps: [(String, String)]) async throws {
      let folder = try Folder(["a.css": "1"])
      let seen = Mutex<[String]>([])
      try await InotifyWatcher(directory: folder.path).events { events in
        for (step, names) in steps {
          let names = names.split(separator: " ").map(String.init)
          switch step {
          case "write": try folder.write(names[0], "2")
          case "move": try folder.move(names[0], to: names[1])
          default: try folder.remove(names[0])
          }
        }
        try folder.write("end", "")
        await events.wait(for: "created end")
        seen.withLock { $0 = events.all }
      }
      let kinds: [Substring: FileChange.Kind] = [
        "created": .created, "modified": .modified, "deleted": .deleted,
      ]
      var changes = ChangeSet()
      for text in seen.withLock({ $0 }) where !text.hasSuffix(" end") {
        let parts = text.split(separator: " ")
        changes.add(.file(String(parts[1]), try #require(kinds[parts[0]])))
      }
      #expect(changes.files == ["a.css": .modified])
    }

    @Test func whatDoesNotFitIntoTheQueueIsLookedFor() throws {
      let folder = try Folder()
      let descriptor = inotify_init1(CInt(IN_NONBLOCK))
      defer { close(descriptor) }
      var tree = InotifyTree(descriptor: descriptor, root: folder.path)
      try tree.begin()
      try folder.makeFolder("unseen")
      var changes: [FileChange] = []
      let overflow = InotifyEvent(watch: -1, mask: UInt32(IN_Q_OVERFLOW))
      try tree.handle(overflow) { changes.append($0) }
      #expect(changes == [.unknown])
      // The new folder is watched: its watch is the second one.
      let created = InotifyEvent(watch: 2, mask: UInt32(IN_CREATE), name: "a.txt")
      try tree.handle(created) { changes.append($0) }
      #expect(changes.last == .file("unseen/a.txt", .created))
    }

    @Test func aFileThatReplacesAnotherIsThatOneModified() async throws {
      let folder = try Folder(["page.html": "1"])
      try await InotifyWatcher(directory: folder.path).events { events in
        try folder.write("page.html.tmp", "2")
        try folder.move("page.html.tmp", to: "page.html")
        await events.wait(for: "modified page.html")
        #expect(events.all.contains("deleted page.html.tmp"))
      }
    }
  #endif
}

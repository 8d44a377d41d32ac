// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads lines from a descriptor, one when asked for it.
///
/// It does without the C library's streams: one that a thread waits at can hold up `exit`.
final class LineReader: Sendable {
  private struct State {
    var bytes: [UInt8] = []
    /// How many of the bytes were searched for the end of a line.
    var searched = 0
    var isAtEnd = false
  }

  private let descriptor: Int32
  private let state = Mutex(State())

  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// The next line without its end; `nil` at the end of the input. To be called by one task at a time;
  /// nothing interrupts it.
  func next() async -> String? {
    try? await NIOThreadPool.singleton.runIfActive { self.blockingNext() }
  }

  private func blockingNext() -> String? {
    state.withLock { state in
      while true {
        let rest = state.bytes[state.searched...]
        if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
          defer {
            state.bytes.removeFirst(end + 1)
            state.searched = 0
          }
          return Self.line(state.bytes[..<end])
        }
        state.searched = state.bytes.count
        if state.isAtEnd {
          defer { state.bytes = [] }
          state.searched = 0
          return state.bytes.isEmpty ? nil : Self.line(state.bytes[...])
        }
        fill(&state)
      }
    }
  }

  private func fill(_ state: inout State) {
    let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      var result: Int
      repeat {
        result = read(descriptor, buffer.baseAddress, buffer.count)
      } while result < 0 && errno == EINTR
      count = max(result, 0)
    }
    state.isAtEnd = chunk.isEmpty
    state.bytes += chunk
  }

  private static func line(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes, as: UTF8.self)
  }
}

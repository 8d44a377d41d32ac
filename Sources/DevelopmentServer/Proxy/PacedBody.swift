// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore

/// A request's body that is read no faster than a loop takes what was read before.
///
/// The client's own back-pressure comes from its loop, and a body that is always ready would be far
/// ahead of it: each part waits until the loop has written the one before, or has said that it cannot.
struct PacedBody: AsyncSequence, Sendable {
  let base: RequestBody
  let loop: any EventLoop

  func makeAsyncIterator() -> Iterator {
    Iterator(base: base.makeAsyncIterator(), loop: loop)
  }

  struct Iterator: AsyncIteratorProtocol {
    var base: RequestBody.AsyncIterator
    let loop: any EventLoop

    mutating func next(
      isolation actor: isolated (any Actor)? = #isolation
    ) async throws -> ByteBuffer? {
      try await loop.submit {}.get()
      return try await base.next(isolation: actor)
    }
  }
}

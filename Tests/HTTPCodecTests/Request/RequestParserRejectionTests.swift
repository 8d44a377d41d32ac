// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec
import KnownRequests
import Testing

@Suite struct RequestParserRejectionTests {
  static let defaults = {
    var limits = RequestParser.Limits()
    limits.bodyBytes = 64 << 20
    return limits
  }()

  @Test(arguments: Refusal.all)
  func refusesWithStatus(_ refusal: Refusal) {
    let whole = Transcript([refusal.request.bytes[...]])
    #expect(whole.status == refusal.status)
    #expect(whole.error?.reason == refusal.reason)
    #expect(whole.messages.count == (refusal.request.isRefusedInBody ? 1 : 0))
    #expect(whole.messages.allSatisfy { !$0.isComplete })
  }

  @Test(arguments: Refusal.all)
  func refusalDoesNotDependOnThePieces(_ refusal: Refusal) throws {
    let all = Transcript.everySplit(refusal.request.bytes)
    let whole = try #require(all.first)
    for transcript in all { #expect(transcript == whole) }
  }

  @Test(arguments: Refusal.all)
  func refusesBehindAValidRequest(_ refusal: Refusal) {
    let all = Transcript.everySplit(Array(pilot.utf8) + refusal.request.bytes)
    for transcript in all {
      #expect(transcript.status == refusal.status)
      #expect(transcript.error?.reason == refusal.reason)
      #expect(transcript.messages.first?.line == "GET /pilot HTTP/1.1 origin path=/pilot query=-")
      #expect(transcript.messages.count == (refusal.request.isRefusedInBody ? 2 : 1))
    }
  }

  @Test(arguments: Refusal.oversized)
  func refusesTooMuchInWhateverPieces(_ refusal: Refusal) {
    let bytes = refusal.request.bytes
    let odd = stride(from: 0, to: bytes.count, by: 61).map { bytes[$0..<min($0 + 61, bytes.count)] }
    for pieces in [[bytes[...]], odd] {
      let transcript = Transcript(pieces, limits: Self.defaults)
      #expect(transcript.status == refusal.status)
      #expect(transcript.error?.reason == refusal.reason)
    }
  }
}

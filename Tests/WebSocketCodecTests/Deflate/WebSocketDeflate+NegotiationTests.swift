// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import WebSocketCodec

struct WebSocketDeflateNegotiationTests {
  private static let takeover = WebSocketDeflate.Options(
    serverNoContextTakeover: false, clientNoContextTakeover: false)

  @Test(arguments: [
    ("permessage-deflate", "permessage-deflate"),
    ("x-other, permessage-deflate", "permessage-deflate"),
    ("permessage-deflate; unknown, permessage-deflate", "permessage-deflate"),
    (
      "permessage-deflate; client_max_window_bits",
      "permessage-deflate; client_max_window_bits=15"
    ),
    (
      "permessage-deflate; client_max_window_bits=10",
      "permessage-deflate; client_max_window_bits=10"
    ),
    (
      "permessage-deflate; server_max_window_bits=15",
      "permessage-deflate; server_max_window_bits=15"
    ),
    (
      "permessage-deflate; server_max_window_bits=\"9\"",
      "permessage-deflate; server_max_window_bits=9"
    ),
    (
      "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
    ),
    (
      "permessage-deflate; server_max_window_bits=7, permessage-deflate; server_max_window_bits=8",
      "permessage-deflate; server_max_window_bits=8"
    ),
  ])
  func aServerAcceptsTheFirstOfferThatFits(offer: String, answer: String) {
    #expect(WebSocketDeflate.accept(offers: [offer], options: Self.takeover)?.answer == answer)
  }

  @Test(arguments: [
    "", "x-webkit-deflate-frame", "permessage-deflate; unknown", "permessage-deflate;",
    "permessage-deflate; server_no_context_takeover=1",
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    "permessage-deflate; client_max_window_bits; client_max_window_bits=9",
    "permessage-deflate; server_max_window_bits", "permessage-deflate; server_max_window_bits=7",
    "permessage-deflate; server_max_window_bits=16",
    "permessage-deflate; server_max_window_bits=08",
    "permessage-deflate; server_max_window_bits=+9",
    "permessage-deflate; client_max_window_bits=99999999999999999999",
  ])
  func aServerDeclinesWhatIsNoOffer(offer: String) {
    #expect(WebSocketDeflate.accept(offers: [offer]) == nil)
  }

  @Test func aServerAsksForWhatItWants() throws {
    let options = WebSocketDeflate.Options(serverMaxWindowBits: 11, clientMaxWindowBits: 12)
    let agreed = try #require(
      WebSocketDeflate.accept(
        offers: ["x", "permessage-deflate; client_max_window_bits=13"], options: options))
    #expect(agreed.serverMaxWindowBits == 11)
    #expect(agreed.clientMaxWindowBits == 12)
    #expect(agreed.serverNoContextTakeover)
    #expect(agreed.clientNoContextTakeover)

    let silent = try #require(
      WebSocketDeflate.accept(offers: ["permessage-deflate"], options: options))
    #expect(silent.clientMaxWindowBits == 15)
    #expect(!silent.answer.contains("client_max_window_bits"))
  }

  @Test func aClientOffersWhatItWants() {
    #expect(
      WebSocketDeflate.offer(options: Self.takeover)
        == "permessage-deflate; client_max_window_bits")
    let options = WebSocketDeflate.Options(serverMaxWindowBits: 10, clientMaxWindowBits: 9)
    #expect(
      WebSocketDeflate.offer(options: options)
        == "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
        + "server_max_window_bits=10; client_max_window_bits=9")
  }

  @Test func aClientTakesAnswersToItsOffer() throws {
    #expect(try WebSocketDeflate.agreed(answer: []) == nil)
    #expect(try WebSocketDeflate.agreed(answer: [""]) == nil)

    let agreed = try #require(
      try WebSocketDeflate.agreed(
        answer: ["permessage-deflate; client_max_window_bits=11; server_max_window_bits=12"],
        options: Self.takeover))
    #expect(agreed.clientMaxWindowBits == 11)
    #expect(agreed.serverMaxWindowBits == 12)
    #expect(!agreed.clientNoContextTakeover)
    #expect(!agreed.serverNoContextTakeover)
  }

  @Test(arguments: [
    "x", "permessage-deflate, x", "permessage-deflate, permessage-deflate",
    "permessage-deflate; unknown", "permessage-deflate; client_max_window_bits",
    "permessage-deflate; server_max_window_bits=7", "permessage-deflate; a b",
  ])
  func aClientFailsOnOtherAnswers(answer: String) {
    #expect(throws: WebSocketDeflate.NegotiationError.self) {
      try WebSocketDeflate.agreed(answer: [answer], options: Self.takeover)
    }
  }

  @Test(arguments: [
    "permessage-deflate", "permessage-deflate; server_no_context_takeover",
    "permessage-deflate; server_no_context_takeover; server_max_window_bits=11",
    "permessage-deflate; server_no_context_takeover; server_max_window_bits=10; "
      + "client_max_window_bits=10",
  ])
  func aClientInsistsOnItsOffer(answer: String) {
    let options = WebSocketDeflate.Options(serverMaxWindowBits: 10, clientMaxWindowBits: 9)
    #expect(throws: WebSocketDeflate.NegotiationError.self) {
      try WebSocketDeflate.agreed(answer: [answer], options: options)
    }
  }

  @Test func bothEndsAgree() throws {
    for server in [Self.takeover, .init(), .init(serverMaxWindowBits: 9, clientMaxWindowBits: 9)] {
      for client in [Self.takeover, .init(), .init(serverMaxWindowBits: 9)] {
        let accepted = try #require(
          WebSocketDeflate.accept(
            offers: [WebSocketDeflate.offer(options: client)], options: server))
        let agreed = try #require(
          try WebSocketDeflate.agreed(answer: [accepted.answer], options: client))
        #expect(agreed.serverMaxWindowBits == accepted.serverMaxWindowBits)
        #expect(agreed.clientMaxWindowBits == accepted.clientMaxWindowBits)
        #expect(agreed.serverNoContextTakeover == accepted.serverNoContextTakeover)
        #expect(agreed.clientNoContextTakeover == accepted.clientNoContextTakeover)
      }
    }
  }
}

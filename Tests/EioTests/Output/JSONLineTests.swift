// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import Eio
@testable import EngineIOClient

struct JSONLineTests {
  private func line(_ report: Report) -> String {
    JSONLine(report, at: .microseconds(1_234_005)).text
  }

  @Test func aConnectionHasAllThatTheServerSaid() {
    let handshake = Handshake(
      sid: "abc", upgrades: ["websocket"], pingInterval: .milliseconds(300),
      pingTimeout: .seconds(20), maxPayload: 1_000_000)
    #expect(
      line(.connected(handshake, .polling, after: .microseconds(12_345))) == """
        {"event":"connected","time":1234.005,"ms":12.345,"transport":"polling","sid":"abc",\
        "upgrades":["websocket"],"pingInterval":300.000,"pingTimeout":20000.000,\
        "maxPayload":1000000}
        """)
  }

  @Test func messagesSayOfWhichKindTheyAre() {
    #expect(
      line(.received("a\"\\\n\u{1}\u{7f}\u{2028}ä🙂"))
        == #"{"event":"received","time":1234.005,"text":"a\"\\\n\u0001\u007f\u2028ä🙂"}"#)
    #expect(
      line(.sent(.binary(ByteBuffer(bytes: [0, 1, 255])), isTyped: true))
        == #"{"event":"sent","time":1234.005,"binary":"AAH/"}"#)
  }

  @Test func failuresSayWhatTheServerSaid() {
    let error = EngineIOClientError(
      .handshake, .refused, transport: .polling,
      response: .init(status: 400, body: #"{"code":0,"message":"Transport unknown"}"#))
    #expect(
      line(.failed(error)) == """
        {"event":"failed","time":1234.005,\
        "error":"handshake (polling): refused: status 400, code 0, Transport unknown",\
        "step":"handshake","errorTransport":"polling","cause":"refused","status":400,"code":0,\
        "message":"Transport unknown"}
        """)
  }

  @Test func theEndHasItsReason() {
    let closed = EngineIOClientError(
      .webSocket, .webSocketClosed(code: 1011, reason: "oh"), transport: .websocket)
    #expect(
      line(
        .disconnected(
          .init(reason: .transportError, error: closed), sent: 1, received: 2, after: .seconds(3)))
          == """
          {"event":"disconnected","time":1234.005,"ms":3000.000,"reason":"transport error","sent":1,\
          "received":2,"error":"webSocket (websocket): WebSocket closed with 1011, oh",\
          "step":"webSocket","errorTransport":"websocket","cause":"webSocketClosed","closeCode":1011}
          """)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import EngineIO

/// Every order of events up to a depth, states that were seen before left out.
@Suite struct ClientModelTests {
  static let handshake =
    #"0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"#
    + #""maxPayload":1000000}"#

  enum Event: CaseIterable {
    case send, disconnect, abort
    case pollOpens, pollMessage, pollPing, pollCloses, pollIsNoop, pollUnreadable, pollFails
    case postAnswered, postFails
    case socketOpens, socketOpenPacket, socketPong, socketWrongPong, socketMessage, socketPing,
      socketClose
    case socketNoop, socketCloses, socketFails
    case deadline
  }

  static func apply(_ event: Event, to model: inout ClientModel) {
    switch event {
    case .send: if model.sent.count < 3 { model.send("m\(model.sent.count)") }
    case .disconnect: model.disconnect()
    case .abort: model.abort()
    case .pollOpens: model.answerPoll(handshake)
    case .pollMessage: model.answerPoll("4a\u{1e}4b")
    case .pollPing: model.answerPoll("2")
    case .pollCloses: model.answerPoll("4a\u{1e}1")
    case .pollIsNoop: model.answerPoll("6")
    case .pollUnreadable: model.answerPoll("4a\u{1e}x")
    case .pollFails: model.failPoll()
    case .postAnswered: model.answerPost()
    case .postFails: model.failPost()
    case .socketOpens: model.openSocket()
    case .socketOpenPacket: model.receive(.open(String(handshake.dropFirst())))
    case .socketPong: model.receive(.pong("probe"))
    case .socketWrongPong: model.receive(.pong("prob"))
    case .socketMessage: model.receive(.message("c"))
    case .socketPing: model.receive(.ping(""))
    case .socketClose: model.receive(.close)
    case .socketNoop: model.receive(.noop)
    case .socketCloses: model.closeSocket(code: 1000)
    case .socketFails: model.closeSocket()
    case .deadline: model.passDeadline()
    }
  }

  @Test(arguments: [
    [TransportKind.polling], [.websocket], [.polling, .websocket], [.websocket, .polling],
  ])
  func everyOrderOfEvents(transports: [TransportKind]) {
    var configuration = ClientStateMachine.Configuration()
    configuration.transports = transports
    configuration.triesAllTransports = true
    configuration.maxPacketsPerPayload = 2
    var first = ClientModel(configuration)
    first.connect()
    var seen: Set<ClientModel> = [first]
    var frontier = [first]
    var ends: Set<DisconnectReason> = []
    var upgraded = 0
    for _ in 0..<7 {
      var next: [ClientModel] = []
      for model in frontier {
        for event in Event.allCases {
          var model = model
          Self.apply(event, to: &model)
          if !model.problems.isEmpty {
            Issue.record("\(event): \(model.problems)")
            return
          }
          if model.hasUpgraded { upgraded += 1 }
          ends.formUnion(model.ends)
          if !model.isOver, seen.insert(model).inserted { next.append(model) }
        }
      }
      frontier = next
    }
    #expect(ends.isSuperset(of: [.clientClose, .serverClose, .transportError, .pingTimeout]))
    #expect(upgraded > 0 || transports != [.polling, .websocket])
    #expect(seen.count > 30)
  }
}

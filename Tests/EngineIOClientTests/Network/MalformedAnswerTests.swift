// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import EngineIOClient

/// Answers that are wrong below Engine.IO, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct MalformedAnswerTests {
  private static let handshake = ScriptedServer.open(upgrades: "[]")

  enum HTTPFault: CaseIterable {
    case closesAtOnce, garbage, truncatedHead, truncatedBody, truncatedChunk, endsInBody, tooLarge
    case badGzip, badLength
  }

  static func answer(_ fault: HTTPFault) -> RawServer.Answer {
    switch fault {
    case .closesAtOnce: .init("", closes: true)
    case .garbage: .init("\u{1}\u{2}\u{3} what?\r\n\r\n", closes: true)
    case .truncatedHead: .init("HTTP/1.1 200 OK\r\ncontent-le", closes: true)
    case .truncatedBody: .init("HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n4a", closes: true)
    case .truncatedChunk:
      .init("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n4a", closes: true)
    case .endsInBody:
      .init("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n4a\r\n", closes: true)
    case .tooLarge: .body(String(repeating: "4", count: 5000))
    case .badGzip: .body("4a4a4a", fields: "content-encoding: gzip\r\n")
    case .badLength: .init("HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n4a", closes: true)
    }
  }

  private var configuration: EngineIOClient.Configuration {
    var configuration = EngineIOClient.Configuration.patient
    configuration.maxReceivedBytes = 4000
    return configuration
  }

  @Test(arguments: HTTPFault.allCases) func handshake(fault: HTTPFault) async throws {
    try await RawServer.run({ _ in Self.answer(fault) }) { origin in
      let error = await #expect(throws: EngineIOClientError.self) {
        try await EngineIOClient.connect(
          origin, transports: [.polling], configuration: configuration)
      }
      #expect(error?.step == .handshake)
      if fault == .tooLarge { #expect(error?.cause == .tooLarge(limit: 4000)) }
    }
  }

  @Test(arguments: HTTPFault.allCases) func poll(fault: HTTPFault) async throws {
    try await RawServer.run({ head in
      head.contains("sid=") ? Self.answer(fault) : .body(Self.handshake)
    }) { origin in
      let client = try await EngineIOClient.connect(
        origin, transports: [.polling], configuration: configuration)
      let end = await client.wait()
      #expect(end?.error?.step == .poll)
      #expect(end?.reason != .clientClose)
    }
  }

  @Test(arguments: HTTPFault.allCases.filter { $0 != .badGzip })
  func post(fault: HTTPFault) async throws {
    try await RawServer.run({ head in
      if head.hasPrefix("POST") { return Self.answer(fault) }
      return head.contains("sid=") ? nil : .body(Self.handshake)
    }) { origin in
      let client = try await EngineIOClient.connect(
        origin, transports: [.polling], configuration: configuration)
      try await client.send("a")
      #expect(await client.wait()?.error?.step == .post)
    }
  }

  enum UpgradeFault: CaseIterable {
    case closesAtOnce, garbage, truncated, plain, wrongAccept, noUpgrade, subprotocol, `extension`
  }

  @Test(arguments: UpgradeFault.allCases) func upgrade(fault: UpgradeFault) async throws {
    try await RawServer.run({ head in
      switch fault {
      case .closesAtOnce: .init("", closes: true)
      case .garbage: .init("SSH-2.0-OpenSSH\r\n\r\n", closes: true)
      case .truncated: .init("HTTP/1.1 101 Switch", closes: true)
      case .plain: .body("hello")
      case .wrongAccept: .webSocket(head, accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
      case .noUpgrade: .init("HTTP/1.1 101 Switching Protocols\r\n\r\n", closes: true)
      case .subprotocol: .webSocket(head, fields: "sec-websocket-protocol: chat\r\n")
      case .extension:
        .webSocket(head, fields: "sec-websocket-extensions: permessage-deflate\r\n")
      }
    }) { origin in
      let error = await #expect(throws: EngineIOClientError.self) {
        try await EngineIOClient.connect(
          origin, transports: [.websocket], configuration: .patient)
      }
      #expect(error?.step == .handshake)
      #expect(error?.transport == .websocket)
      if fault == .plain { #expect(error?.response?.status == 200) }
    }
  }

  enum FrameFault: CaseIterable {
    case endsWithoutClosing, masked, reservedBits, invalidText, tooLarge, unfinished
  }

  @Test(arguments: FrameFault.allCases) func frames(fault: FrameFault) async throws {
    let open = RawServer.Answer.frame(Self.handshake)
    let (bytes, reason): ([UInt8], DisconnectReason) =
      switch fault {
      case .endsWithoutClosing: ([], .transportError)
      case .masked: ([0x81, 0x81, 0, 0, 0, 0, 0x36], .parseError)
      case .reservedBits: ([0xf1, 0x01, 0x36], .parseError)
      case .invalidText: ([0x81, 0x02, 0x34, 0xff], .parseError)
      case .tooLarge: ([0x82, 0x7e, 0xff, 0xff], .payloadTooLarge)
      case .unfinished: ([0x81, 0x10, 0x34], .transportError)
      }
    try await RawServer.run({ head in
      .webSocket(
        head, frames: [open, bytes],
        closes: fault == .endsWithoutClosing || fault == .unfinished)
    }) { origin in
      do throws(EngineIOClientError) {
        let client = try await EngineIOClient.connect(
          origin, transports: [.websocket], configuration: configuration)
        let end = await client.wait()
        #expect(end?.reason == reason)
        #expect(end?.error?.step == .webSocket)
      } catch {
        // Closing may overtake what was sent before it.
        #expect(fault == .endsWithoutClosing || fault == .unfinished)
        #expect(error.step == .handshake)
      }
    }
  }

  @Test func silentServers() async throws {
    try await RawServer.run({ _ in nil }) { origin in
      for transport in [TransportKind.polling, .websocket] {
        let connecting = Task {
          try await EngineIOClient.connect(
            origin, transports: [transport], configuration: .patient)
        }
        connecting.cancel()
        let result = await connecting.result
        let error = #expect(throws: EngineIOClientError.self) { try result.get() }
        #expect(error?.cause == .cancelled)
      }
    }
  }

  @Test(arguments: [TransportKind.polling, .websocket])
  func requestTimeout(transport: TransportKind) async throws {
    try await RawServer.run({ _ in nil }) { origin in
      var configuration = EngineIOClient.Configuration.patient
      configuration.requestTimeout = .milliseconds(20)
      let error = await #expect(throws: EngineIOClientError.self) {
        try await EngineIOClient.connect(
          origin, transports: [transport], configuration: configuration)
      }
      #expect(error?.cause == .timeout)
    }
  }
}

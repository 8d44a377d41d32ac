// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPApp
import HTTPTypes
import Synchronization

extension EngineIOServer {
  /// Opens a session, if the application accepts it.
  nonisolated(nonsending) func handshake(
    _ request: Request, _ kind: TransportKind, _ format: PacketFormat,
    _ handlers: EngineIOHandlers, jsonp: Int?
  ) async throws -> Response {
    let id: SessionID
    if let generateID = configuration.generateID {
      id = try await reserveID(generateID, for: request)
    } else {
      id = .random(tag: configuration.nodeTag)
    }
    defer { if configuration.generateID != nil { releaseID(id) } }
    let cookie = try cookie(id, for: request)
    let session = EngineIOSession(
      id: id, engine: self, handlers: handlers, transport: kind, format: format,
      executor: request.connection.executor)
    if let connect = handlers.connect {
      do {
        try await connect(session, request)
      } catch {
        session.reject()
        throw Refusal(error, thrownBy: .connect) ?? error
      }
    }
    guard insert(session) else {
      await session.endUnopened()
      throw Refusal(.unavailable, .unavailable)
    }
    session.start()
    let packets = session.open(
      Handshake.json(for: session.id, settings: handshakeSettings[kind, format.version]))
    log?.opened(session, for: request)
    if Task.isCancelled {
      // Nobody is there to take the answer.
      session.end(.transportError)
      throw CancellationError()
    }
    var response =
      switch kind {
      case .polling: answer(packets, to: request, format, jsonp: jsonp)
      case .websocket: webSocket(EngineIOSocketReceiver(session, for: .handshake))
      }
    if let cookie { response.headerFields[.setCookie] = cookie }
    configuration.initialHeaders?(&response.headerFields, request)
    return response
  }

  /// Has the application make an id, and keeps other handshakes from taking it.
  private nonisolated(nonsending) func reserveID(
    _ generateID: @Sendable (Request) async throws -> SessionID, for request: Request
  ) async throws -> SessionID {
    var refusal = Refusal(.badRequest, .idGeneration)
    do {
      let id = try await generateID(request)
      let isFree = state.withLock {
        $0.sessions[id] == nil && $0.reservedIDs.insert(id).inserted
      }
      if isFree { return id }
    } catch let error as CancellationError where Task.isCancelled {
      // Nobody is there to be refused.
      throw error
    } catch {
      refusal.cause = error
    }
    throw refusal
  }

  /// The id's session is known by now, or there will be none.
  private func releaseID(_ id: SessionID) {
    state.withLock { _ = $0.reservedIDs.remove(id) }
  }

  /// The value of `set-cookie` for a new session.
  private func cookie(_ id: SessionID, for request: Request) throws -> String? {
    guard let makeCookie = configuration.makeCookie else {
      return try configuration.cookie?.field(id)
    }
    return try makeCookie(request)?.field(id)
  }

  /// Lets a WebSocket probe for a session. If the session already has one, the new one is closed
  /// only after it was accepted: clients take a refusal for a broken server.
  func upgrade(_ session: EngineIOSession) throws -> Response {
    if let refusal = session.socketRefusal { throw Refusal(refusal, .transportMismatch) }
    return webSocket(EngineIOSocketReceiver(session, for: .probe))
  }

  private func webSocket(_ receiver: EngineIOSocketReceiver) -> Response {
    var options = WebSocketOptions()
    options.maxMessageBytes = configuration.maxPayload
    options.maxFrameBytes = configuration.maxPayload
    options.highWaterMark = configuration.sendBufferBytes
    options.compression = configuration.webSocketCompression
    // The session has its own heartbeat.
    options.pingInterval = nil
    return .webSocket(options: options, receiver: receiver)
  }
}

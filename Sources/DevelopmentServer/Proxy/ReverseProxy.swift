// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import AsyncHTTPClient
import HTTPApp
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Middleware that passes requests on to backends, as its rules say: both bodies as they arrive, and
/// no faster than the other side takes them.
final class ReverseProxy: HTTPMiddleware {
  private let rules: [ProxyRule]
  let limits: Limits
  private let client = Mutex<HTTPClient?>(nil)
  /// One for all backends, so that bodies can keep to its pace.
  private let loop = MultiThreadedEventLoopGroup.singleton.next()
  /// Different in every process, so that requests that come back can be told from those that another
  /// proxy of this kind passed on.
  private let pseudonym = "serve-" + String(UInt64.random(in: 0 ... .max), radix: 36)

  /// How long a backend may take.
  struct Limits: Sendable {
    /// For a connection.
    var connect: Duration = .seconds(5)
    /// From the request until an answer begins; long enough for somebody who looks at a breakpoint.
    var response: Duration = .seconds(300)
  }

  init(_ rules: [ProxyRule], limits: Limits = Limits()) {
    // The longest path that fits wins.
    self.rules = rules.sorted { $0.path.utf8.count > $1.path.utf8.count }
    self.limits = limits
  }

  func respond(to request: Request, next: some HTTPApplication) async throws -> Response {
    for rule in rules {
      guard let rest = request.mounted(at: rule.path)?.path else { continue }
      guard !hasPassed(request) else { return Self.loop(rule) }
      var target = rule.replacement.map { $0 + rest } ?? request.mount + request.path
      if target.isEmpty { target = "/" }
      if let query = request.query { target += "?" + query }
      do {
        return request.isWebSocketUpgrade
          ? try await openWebSocket(request, rule, target)
          : try await forward(request, rule, target)
      } catch {
        if Task.isCancelled { throw error }
        return BackendFailure(error).response(rule)
      }
    }
    return try await next.respond(to: request)
  }

  private func forward(
    _ request: Request, _ rule: ProxyRule, _ target: String
  ) async throws -> Response {
    guard let client = client.withLock({ $0 }) else { throw HTTPClientError.alreadyShutdown }
    var forwarded = HTTPClientRequest(url: rule.origin + target)
    forwarded.method = .init(rawValue: request.method.rawValue)
    forwarded.headers = HTTPHeaders(fields(for: request))
    if !request.body.isEmpty {
      forwarded.body = .stream(
        PacedBody(base: request.body, loop: loop),
        length: request.body.length.map { .known(Int64($0)) } ?? .unknown)
    }
    let answer = try await client.execute(forwarded, timeout: TimeAmount(limits.response))
    return response(answer, to: request, rule)
  }

  private func response(
    _ answer: HTTPClientResponse, to request: Request, _ rule: ProxyRule
  ) -> Response {
    let status = HTTPResponse.Status(
      code: Int(answer.status.code), reasonPhrase: answer.status.reasonPhrase)
    let received = HTTPFields(answer.headers)
    var fields = ForwardedFields.endToEnd(received)
    if let location = fields[.location] {
      fields[.location] = ownLocation(location, rule)
    }
    let length = received[.contentLength].flatMap { Int($0) }
    if length == 0 || status == .noContent || status == .notModified {
      return Response(status: status, headerFields: fields)
    }
    // A host does not run this for HEAD.
    return .stream(status: status, headerFields: fields, length: length) { writer in
      for try await part in answer.body { try await writer.write(part) }
    }
  }

  /// The fields of a request as the backend gets them.
  func fields(for request: Request) -> HTTPFields {
    ForwardedFields.request(request, pseudonym: pseudonym)
  }

  /// Where a redirect of a backend to itself leads here.
  func ownLocation(_ location: String, _ rule: ProxyRule) -> String {
    guard location.hasPrefix(rule.origin) else { return location }
    let target = location.dropFirst(rule.origin.count)
    guard target.isEmpty || target.first == "/" else { return location }
    let replacement = rule.replacement ?? rule.path
    guard target.hasPrefix(replacement) else { return location }
    let rest = target.dropFirst(replacement.count)
    guard rest.isEmpty || rest.first == "/" || rest.first == "?" else { return location }
    let own = rule.path + rest
    return own.first == "/" ? own : "/" + own
  }

  // MARK: Loops

  private func hasPassed(_ request: Request) -> Bool {
    request.headerValue(.via)?.contains(pseudonym) ?? false
  }

  private static func loop(_ rule: ProxyRule) -> Response {
    .text(
      "\(rule.origin) leads back to this server: --proxy has to name another one.\n",
      status: .init(code: 508, reasonPhrase: "Loop Detected"))
  }

  // MARK: Lifespan

  func withLifespan(
    _ serve: nonisolated(nonsending) () async throws -> Void
  ) async throws {
    let client = HTTPClient(
      eventLoopGroup: loop, configuration: Self.configuration(limits))
    self.client.withLock { $0 = client }
    let result: Result<Void, any Error>
    do {
      result = .success(try await serve())
    } catch {
      result = .failure(error)
    }
    self.client.withLock { $0 = nil }
    try? await client.shutdown()
    try result.get()
  }

  private static func configuration(_ limits: Limits) -> HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: TimeAmount(limits.connect), read: nil))
    configuration.httpVersion = .http1Only
    // One who waits for a backend that is not there wants to know at once.
    configuration.connectionPool.retryConnectionEstablishment = false
    // Long polls and event streams take a connection each.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1000
    // Shorter than backends keep connections, so that none is used just when they close it.
    configuration.connectionPool.idleTimeout = .seconds(2)
    return configuration
  }
}

extension HTTPHeaders {
  init(_ fields: HTTPFields) {
    self.init(fields.map { ($0.name.rawName, $0.value) })
  }
}

extension HTTPFields {
  init(_ headers: HTTPHeaders) {
    self.init()
    for (name, value) in headers {
      if let name = HTTPField.Name(name) { append(HTTPField(name: name, value: value)) }
    }
  }
}

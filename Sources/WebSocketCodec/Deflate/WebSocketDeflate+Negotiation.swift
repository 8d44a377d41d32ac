// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension WebSocketDeflate {
  // MARK: Server

  /// The first offer of a client that can be met (RFC 7692 section 5.1).
  ///
  /// - Parameter offers: the values of all `Sec-WebSocket-Extensions` fields of the request.
  /// - Returns: nil if there is none; the answer then has no such field.
  public static func accept(
    offers: some Sequence<String>, options: Options = Options()
  ) -> WebSocketDeflate? {
    for field in offers {
      guard let extensions = WebSocketExtension.parse(field) else { continue }
      for offer in extensions where offer.name == name {
        if let parameters = Parameters(offer.parameters) {
          return accept(parameters, options)
        }
      }
    }
    return nil
  }

  private static func accept(_ offer: Parameters, _ options: Options) -> WebSocketDeflate {
    let serverBits = min(offer.serverMaxWindowBits ?? 15, options.serverMaxWindowBits)
    // Section 7.1.2.2: only a client that offers the parameter understands it.
    let clientBits = offer.clientMaxWindowBits.map { min($0 ?? 15, options.clientMaxWindowBits) }
    return WebSocketDeflate(
      serverNoContextTakeover: offer.serverNoContextTakeover || options.serverNoContextTakeover,
      clientNoContextTakeover: offer.clientNoContextTakeover || options.clientNoContextTakeover,
      options: options,
      announcedServerMaxWindowBits:
        offer.serverMaxWindowBits != nil || serverBits < 15 ? serverBits : nil,
      announcedClientMaxWindowBits: clientBits)
  }

  /// The value of `Sec-WebSocket-Extensions` of a server that accepted.
  public var answer: String {
    Self.render(
      serverNoContextTakeover, clientNoContextTakeover,
      announcedServerMaxWindowBits.map(String.init), announcedClientMaxWindowBits.map(String.init))
  }

  // MARK: Client

  /// The value of `Sec-WebSocket-Extensions` that a client offers.
  public static func offer(options: Options = Options()) -> String {
    render(
      options.serverNoContextTakeover, options.clientNoContextTakeover,
      options.serverMaxWindowBits < 15 ? String(options.serverMaxWindowBits) : nil,
      options.clientMaxWindowBits < 15 ? String(options.clientMaxWindowBits) : "")
  }

  /// What a server made of ``offer(options:)`` with the same options.
  ///
  /// - Parameter answer: the values of all `Sec-WebSocket-Extensions` fields of the response.
  /// - Returns: nil if the server declined.
  /// - Throws: if the answer is not one to that offer; the client must then fail the connection
  ///   (RFC 6455 section 4.1, RFC 7692 section 7.1).
  public static func agreed(
    answer: some Sequence<String>, options: Options = Options()
  ) throws(NegotiationError) -> WebSocketDeflate? {
    var extensions: [WebSocketExtension] = []
    for field in answer {
      guard let parsed = WebSocketExtension.parse(field) else { throw NegotiationError() }
      extensions += parsed
    }
    guard let only = extensions.first else { return nil }
    guard extensions.count == 1, only.name == name, let answer = Parameters(only.parameters),
      answer.serverNoContextTakeover || !options.serverNoContextTakeover,
      (answer.serverMaxWindowBits ?? 15) <= options.serverMaxWindowBits
    else { throw NegotiationError() }
    var clientBits = options.clientMaxWindowBits
    if let answered = answer.clientMaxWindowBits {
      // Section 7.1.2.2: a server gives a number, even if the offer had none, and no larger one.
      guard let answered, answered <= clientBits else { throw NegotiationError() }
      clientBits = answered
    }
    return WebSocketDeflate(
      serverNoContextTakeover: answer.serverNoContextTakeover,
      clientNoContextTakeover: answer.clientNoContextTakeover || options.clientNoContextTakeover,
      options: options,
      announcedServerMaxWindowBits: answer.serverMaxWindowBits,
      announcedClientMaxWindowBits: clientBits)
  }

  /// A server's answer does not fit the client's offer.
  public struct NegotiationError: Error, Hashable, Sendable {
    init() {}
  }

  private static func render(
    _ serverNoContextTakeover: Bool, _ clientNoContextTakeover: Bool,
    _ serverMaxWindowBits: String?, _ clientMaxWindowBits: String?
  ) -> String {
    var value = name
    if serverNoContextTakeover { value += "; server_no_context_takeover" }
    if clientNoContextTakeover { value += "; client_no_context_takeover" }
    if let serverMaxWindowBits { value += "; server_max_window_bits=\(serverMaxWindowBits)" }
    if let clientMaxWindowBits {
      value += "; client_max_window_bits"
      if !clientMaxWindowBits.isEmpty { value += "=\(clientMaxWindowBits)" }
    }
    return value
  }
}

// MARK: - Parameters

extension WebSocketDeflate {
  /// The parameters of one offer or answer, each at most once (RFC 7692 section 7.1).
  private struct Parameters {
    var serverNoContextTakeover = false
    var clientNoContextTakeover = false
    var serverMaxWindowBits: Int?
    /// Outer nil: absent. Inner nil: present without a number.
    var clientMaxWindowBits: Int??

    init?(_ parameters: [WebSocketExtension.Parameter]) {
      for parameter in parameters {
        switch (parameter.name, parameter.value) {
        case ("server_no_context_takeover", nil) where !serverNoContextTakeover:
          serverNoContextTakeover = true
        case ("client_no_context_takeover", nil) where !clientNoContextTakeover:
          clientNoContextTakeover = true
        case ("server_max_window_bits", let value?) where serverMaxWindowBits == nil:
          guard let bits = Self.windowBits(value) else { return nil }
          serverMaxWindowBits = bits
        case ("client_max_window_bits", nil) where clientMaxWindowBits == nil:
          clientMaxWindowBits = .some(nil)
        case ("client_max_window_bits", let value?) where clientMaxWindowBits == nil:
          guard let bits = Self.windowBits(value) else { return nil }
          clientMaxWindowBits = bits
        default:
          return nil
        }
      }
    }

    /// 8 to 15, without a sign or leading zeros (RFC 7692 section 7.1.2).
    private static func windowBits(_ value: String) -> Int? {
      guard let bits = Int(value), (8...15).contains(bits), String(bits) == value else {
        return nil
      }
      return bits
    }
  }
}

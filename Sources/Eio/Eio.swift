// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser
import EngineIOClient
import Foundation
import HTTPTypes
import NIOSSL
import UnixSignals
import WebSocketCodec

@main
struct Eio: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eio",
    abstract: "Talks to an Engine.IO server.",
    discussion: """
      Connects, prints what arrives and sends what is typed, each line a message. Messages go to \
      standard output, everything else to standard error. Ctrl-C, or Ctrl-D on a terminal, \
      disconnects; a second Ctrl-C does not wait for the server.

      Exit codes: 0 either side closed the connection, 1 the server could not be reached, 2 it \
      answered but there is no session, 3 the connection was lost, 4 a message could not be sent or \
      fewer came than --count says, 64 the command line is wrong, 130 Ctrl-C, 143 SIGTERM.
      """)

  @Argument(
    help: ArgumentHelp(
      "The server, such as https://example.com, localhost:5000 or :5000.",
      discussion: "Its query goes with every request, user and password as basic authentication."))
  var url: String

  @Option(name: .shortAndLong, help: "auto (polling, then websocket), polling or websocket.")
  var transport = TransportChoice.auto

  @Option(help: "Where Engine.IO is on the server. (default: the URL's path, or /engine.io/)")
  var path: String?

  @Option(
    name: [.customShort("H"), .long],
    help: "A field for every request, as 'Name: value'. Repeatable.")
  var header: [HeaderArgument] = []

  @Option(
    name: .shortAndLong, help: "Send this as soon as there is a connection. Repeatable.")
  var send: [String] = []

  @Option(
    help: "Read lines and --send as binary messages in hex or base64, and show them so.")
  var binary: BinaryEncoding?

  @Flag(help: "Print everything as JSON objects, one a line.")
  var json = false

  @Flag(
    help: """
      Read lines as JSON: {"text":…}, {"binary":…} in base64, {"close":true}, {"abort":true}.
      """)
  var jsonInput = false

  @Flag(name: .shortAndLong, help: "Print messages as they are, and nothing else but problems.")
  var quiet = false

  @Option(help: "Disconnect after so many messages.")
  var count: Int?

  @Option(help: "Disconnect after this time, such as 10s or 500ms.")
  var exitAfter: TimeSpan?

  @Flag(help: "Disconnect at the end of the input also if it is no terminal.")
  var closeAtEof = false

  @Flag(help: "Connect again when the connection is lost or cannot be made, later and later.")
  var reconnect = false

  @Option(help: "How often in a row to connect again.")
  var maxAttempts: Int?

  @Option(help: "How long connecting, each request, the upgrade and disconnecting may take.")
  var timeout: TimeSpan?

  @Flag(help: "Offer to compress WebSocket messages.")
  var deflate = false

  @Flag(name: [.customShort("k"), .long], help: "Accept any certificate.")
  var insecure = false

  @Option(help: "Trust the certificates in this PEM file instead of the system's.")
  var cacert: String?

  @Option(help: "Show the server this certificate (PEM, a chain perhaps).")
  var cert: String?

  @Option(help: "The private key of --cert (PEM).")
  var key: String?

  @Option(help: "Go through this HTTP proxy: [http://][USER:PASSWORD@]HOST:PORT.")
  var proxy: ProxyArgument?

  func validate() throws {
    if let count, count < 1 { throw ValidationError("--count is at least 1.") }
    if let maxAttempts, maxAttempts < 1 { throw ValidationError("--max-attempts is at least 1.") }
    if maxAttempts != nil, !reconnect {
      throw ValidationError("--max-attempts is for --reconnect.")
    }
    if json, quiet { throw ValidationError("--json and --quiet exclude each other.") }
    if jsonInput, binary != nil {
      throw ValidationError("--json-input and --binary exclude each other.")
    }
    if (cert == nil) != (key == nil) {
      throw ValidationError("--cert and --key belong together.")
    }
    if let binary, let text = send.first(where: { binary.decode($0) == nil }) {
      throw ValidationError("--send is not \(binary.rawValue): \(text)")
    }
  }

  func run() async throws {
    let conversation = Conversation(
      try plan(), printer: Printer(format), input: LineReader(descriptor: STDIN_FILENO))
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    Task {
      for await signal in signals { conversation.stop(.signal(signal.rawValue)) }
    }
    // Not by returning: a thread may still wait for input.
    Self.exit(withError: ExitCode(await conversation.run().code))
  }

  private var format: Printer.Format {
    if json { return .json }
    let encoding = binary ?? .hex
    if quiet { return .bare(encoding) }
    let environment = ProcessInfo.processInfo.environment
    let isPlain =
      !environment["NO_COLOR", default: ""].isEmpty || environment["TERM"] == "dumb"
    let isTerminal = isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1
    return .plain(encoding, isColoured: isTerminal && !isPlain)
  }

  private func plan() throws -> Plan {
    var plan = Plan(destination: Destination(url, path: path))
    for argument in header { plan.headerFields.append(argument.field) }
    plan.transports = transport.kinds
    plan.configuration = try clientConfiguration(path: plan.destination.path)
    if reconnect { plan.policy = ReconnectPolicy(maxAttempts: maxAttempts) }
    plan.greetings = send.map { text in
      binary?.decode(text).map { .binary($0) } ?? .text(text)
    }
    plan.inputFormat = jsonInput ? .json : binary.map { .binary($0) } ?? .text
    let isTerminal = isatty(STDIN_FILENO) == 1
    plan.inputIsTyped = isTerminal
    plan.closesAtEndOfInput = isTerminal || closeAtEof
    plan.count = count
    plan.exitAfter = exitAfter?.duration
    return plan
  }

  private func clientConfiguration(path: String) throws -> EngineIOClient.Configuration {
    var configuration = EngineIOClient.Configuration()
    configuration.path = path
    if let timeout = timeout?.duration {
      configuration.connectTimeout = timeout
      configuration.requestTimeout = timeout
      configuration.upgradeTimeout = timeout
      configuration.closeTimeout = timeout
    }
    if deflate { configuration.webSocketCompression = WebSocketDeflate.Options(minimumBytes: 1) }
    configuration.proxy = proxy?.proxy
    if insecure { configuration.tls.certificateVerification = .none }
    if let cacert {
      configuration.tls.trustRoots = .certificates(try certificates(in: cacert))
    }
    if let cert, let key {
      configuration.tls.certificateChain = try certificates(in: cert).map { .certificate($0) }
      configuration.tls.privateKey = .privateKey(
        try fromFile(key) { try NIOSSLPrivateKey(file: $0, format: .pem) })
    }
    return configuration
  }

  private func certificates(in file: String) throws -> [NIOSSLCertificate] {
    try fromFile(file) { try NIOSSLCertificate.fromPEMFile($0) }
  }

  private func fromFile<Value>(_ file: String, _ read: (String) throws -> Value) throws -> Value {
    do {
      return try read(file)
    } catch {
      throw ValidationError("\(file) cannot be read as PEM.")
    }
  }
}

extension BinaryEncoding: ExpressibleByArgument {}

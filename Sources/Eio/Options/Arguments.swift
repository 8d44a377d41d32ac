// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser
import EngineIOClient
import HTTPTypes

/// `--transport`.
enum TransportChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, polling, websocket

  var kinds: [TransportKind] {
    switch self {
    case .auto: [.polling, .websocket]
    case .polling: [.polling]
    case .websocket: [.websocket]
    }
  }
}

/// A header field on the command line: `Name: value`.
struct HeaderArgument: ExpressibleByArgument {
  var field: HTTPField

  init?(argument: String) {
    guard let colon = argument.firstIndex(of: ":"),
      let name = HTTPField.Name(String(argument[..<colon]))
    else { return nil }
    let value = argument[argument.index(after: colon)...].drop { $0 == " " }
    guard HTTPField.isValidValue(String(value)) else { return nil }
    field = HTTPField(name: name, value: String(value))
  }
}

/// A time span on the command line: `10s`, `300ms`, or seconds as a plain number.
struct TimeSpan: ExpressibleByArgument, CustomStringConvertible {
  var duration: Duration
  var description: String

  init?(argument: String) {
    let (number, unit): (Substring, Double) =
      if argument.hasSuffix("ms") {
        (argument.dropLast(2), 0.001)
      } else if argument.hasSuffix("s") {
        (argument.dropLast(), 1)
      } else {
        (argument[...], 1)
      }
    // A hundred years are enough, and fit.
    guard let value = Double(number), value > 0, value * unit < 3.2e9 else { return nil }
    duration = .seconds(value * unit)
    description = argument
  }
}

/// `--proxy`: `[http://][USER:PASSWORD@]HOST:PORT`.
struct ProxyArgument: ExpressibleByArgument {
  var proxy: EngineIOClient.Proxy

  init?(argument: String) {
    var rest = argument[...]
    if let scheme = rest.firstRange(of: "://") {
      guard rest[..<scheme.lowerBound] == "http" else { return nil }
      rest = rest[scheme.upperBound...]
    }
    if rest.last == "/" { rest = rest.dropLast() }
    var credentials: EngineIOClient.Proxy.Credentials?
    if let at = rest.lastIndex(of: "@") {
      let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      credentials = .init(user: String(parts[0]), password: String(parts[1]))
      rest = rest[rest.index(after: at)...]
    }
    guard let colon = rest.lastIndex(of: ":"),
      let port = UInt16(rest[rest.index(after: colon)...]), port > 0
    else { return nil }
    var host = rest[..<colon]
    if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
    guard !host.isEmpty else { return nil }
    proxy = .init(host: String(host), port: Int(port), credentials: credentials)
  }
}

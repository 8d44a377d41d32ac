// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The line that the log has for a request: `14:02:11  200  GET /style.css  1.2 kB  3 ms`.
enum RequestLine {
  static func text(_ entry: AccessLogEntry, at time: String, _ style: Style) -> String {
    let code = entry.status.code
    let status =
      switch code {
      case ..<300: style(.green, "\(code)")
      case ..<400: style(.cyan, "\(code)")
      case ..<500: style(.yellow, "\(code)")
      default: style(.red, "\(code)")
      }
    let request = style(.bold, entry.request.method.rawValue) + " " + visible(entry.request.target)
    var parts = [style(.dim, time), status, request]
    if let bytes = entry.bodyBytes, bytes > 0 { parts.append(style(.dim, size(bytes))) }
    parts.append(style(.dim, duration(entry.duration)))
    if entry.isAborted { parts.append(style(.yellow, "aborted")) }
    return parts.joined(separator: "  ")
  }

  /// What a terminal shows as it is: anything else could be an order to it.
  static func visible(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { shown, scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        shown += scalar.escaped(asASCII: true)
      default:
        shown.unicodeScalars.append(scalar)
      }
    }
  }

  static func size(_ bytes: Int) -> String {
    let units = ["kB", "MB", "GB", "TB"]
    guard bytes >= 1000 else { return "\(bytes) B" }
    // In tenths, as long as rounding does not make them a whole unit of the next size.
    var tenths = (bytes + 50) / 100
    var unit = 0
    while tenths >= 10_000, unit + 1 < units.count {
      tenths = (tenths + 500) / 1000
      unit += 1
    }
    return "\(decimal(tenths)) \(units[unit])"
  }

  static func duration(_ duration: Duration) -> String {
    let milliseconds = duration / .milliseconds(1)
    if milliseconds < 10 { return "\(decimal(Int(milliseconds * 10))) ms" }
    if milliseconds < 10_000 { return "\(Int(milliseconds)) ms" }
    return "\(Int(milliseconds / 1000)) s"
  }

  private static func decimal(_ tenths: Int) -> String {
    tenths < 100 ? "\(tenths / 10).\(tenths % 10)" : "\(tenths / 10)"
  }

  /// The time of day, as the machine's clock on the wall has it.
  static func now() -> String {
    var seconds = time(nil)
    var parts = tm()
    localtime_r(&seconds, &parts)
    func two(_ number: CInt) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The page that lists a directory. All its links are relative, so it is right under any mount.
struct ListingPage {
  /// The whole path, decoded; ends with a slash.
  let path: String
  let entries: [DirectoryListing.Entry]
  let isComplete: Bool

  var html: ByteBuffer {
    var page = ByteBuffer()
    page.reserveCapacity(2048 + entries.count * 256)
    let title = escaped(path)
    page.writeString(
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="robots" content="noindex">
      <title>\(title)</title>
      <style>\(Self.style)</style>
      </head>
      <body>
      <main>
      <h1>\(crumbs)</h1>
      <table>
      <thead><tr><th>Name<th>Size<th>Modified</tr></thead>
      <tbody>

      """)
    if path != "/" {
      page.writeString("<tr class=\"up\"><td><a href=\"../\">..</a><td><td></tr>\n")
    }
    for entry in entries { write(entry, to: &page) }
    page.writeString("</tbody>\n</table>\n<p>\(summary)</p>\n</main>\n</body>\n</html>\n")
    return page
  }

  private func write(_ entry: DirectoryListing.Entry, to page: inout ByteBuffer) {
    let slash = entry.isDirectory ? "/" : ""
    // Without the dot, a colon in the name would end the scheme of a URL (RFC 3986 section 4.2).
    let link = "./" + escaped(percentEncoded(entry.name)) + slash
    let (machine, human) = times(entry.modified)
    page.writeString(
      """
      <tr class="\(entry.isDirectory ? "dir" : "file")">\
      <td><a href="\(link)">\(escaped(entry.name))\(slash)</a>\
      <td>\(entry.isDirectory ? "" : "<data value=\"\(entry.size)\">\(size(entry.size))</data>")\
      <td><time datetime="\(machine)">\(human)</time></tr>

      """)
  }

  /// The path with a link to each directory on the way.
  private var crumbs: String {
    let names = path.split(separator: "/")
    var html = "<a href=\"./\(String(repeating: "../", count: names.count))\">/</a>"
    for (index, name) in names.enumerated() {
      let up = String(repeating: "../", count: names.count - 1 - index)
      html += "<a href=\"./\(up)\">\(escaped(name))/</a>"
    }
    return html
  }

  private var summary: String {
    let directories = entries.count { $0.isDirectory }
    let files = entries.count - directories
    let size = entries.reduce(0) { $0.addingReportingOverflow($1.isDirectory ? 0 : $1.size).0 }
    let text =
      "\(directories) \(directories == 1 ? "folder" : "folders"), "
      + "\(files) \(files == 1 ? "file" : "files"), \(self.size(size))"
    return isComplete ? text : text + ", and more"
  }

  private func size(_ bytes: Int) -> String {
    guard bytes >= 1024 else { return "\(bytes) B" }
    var unit = 0
    var rest = bytes
    while rest >= 1024 * 1024, unit < Self.units.count - 1 {
      rest /= 1024
      unit += 1
    }
    let tenths = rest * 10 / 1024
    return tenths < 100
      ? "\(tenths / 10).\(tenths % 10) \(Self.units[unit])" : "\(tenths / 10) \(Self.units[unit])"
  }

  private static let units = ["KiB", "MiB", "GiB", "TiB", "PiB"]

  /// A time as `2026-11-23T14:05:00Z` and as `2026-11-23 14:05`.
  private func times(_ seconds: Int) -> (machine: String, human: String) {
    var seconds = time_t(seconds)
    var parts = tm()
    guard gmtime_r(&seconds, &parts) != nil else { return ("", "") }
    func digits(_ number: CInt) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let day = "\(Int(parts.tm_year) + 1900)-\(digits(parts.tm_mon + 1))-\(digits(parts.tm_mday))"
    let minute = "\(digits(parts.tm_hour)):\(digits(parts.tm_min))"
    return ("\(day)T\(minute):\(digits(parts.tm_sec))Z", "\(day) \(minute)")
  }

  /// Text that is text in HTML, also inside of quotes.
  private func escaped(_ text: some StringProtocol) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      // What would be drawn as something else: controls, and what turns the direction of text.
      case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{200e}", "\u{200f}",
        "\u{202a}"..."\u{202e}", "\u{2066}"..."\u{2069}":
        escaped += "\u{fffd}"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }

  private static let style = """
    :root{color-scheme:light dark;--line:light-dark(#e4e4e7,#3f3f46);--dim:light-dark(#71717a,#a1a1aa);\
    --link:light-dark(#1d4ed8,#93c5fd);--hover:light-dark(#f4f4f5,#27272a)}\
    body{margin:0;font:16px/1.5 system-ui,sans-serif;background:light-dark(#fff,#18181b);\
    color:light-dark(#18181b,#f4f4f5)}\
    main{max-width:56rem;margin:0 auto;padding:2rem 1rem}\
    h1,p{padding:0 .5rem}h1{font-size:1.25rem;font-weight:600;overflow-wrap:anywhere}\
    table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}\
    th{text-align:left;font-weight:500;font-size:.875rem;color:var(--dim)}\
    th,td{padding:.375rem .5rem;border-bottom:1px solid var(--line);white-space:nowrap}\
    td:first-child{width:100%;white-space:normal;overflow-wrap:anywhere}\
    th:nth-child(2),td:nth-child(2){text-align:right}\
    td:nth-child(n+2),p{color:var(--dim);font-size:.875rem}\
    tbody tr:hover{background:var(--hover)}\
    a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}\
    .dir a{font-weight:600}\
    @media(max-width:32rem){th:nth-child(3),td:nth-child(3){display:none}}
    """
}

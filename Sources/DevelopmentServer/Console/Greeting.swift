// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// What the server says first.
enum Greeting {
  static func lines(
    _ options: DevelopmentServer.Options, _ urls: ServerURLs, _ style: Style
  ) -> [String] {
    var lines = ["", "  Serving \(style(.bold, RequestLine.visible(options.directory)))", ""]
    lines.append("  Local:    " + style(.cyan, urls.local))
    for url in urls.network { lines.append("  Network:  " + style(.cyan, url)) }
    if urls.network.isEmpty, ["127.0.0.1", "::1"].contains(options.host) {
      lines.append("  Network:  " + style(.dim, "none; --host 0.0.0.0 is for other machines too"))
    }
    for rule in options.proxies {
      let path = rule.path.isEmpty ? "/" : rule.path
      lines.append("  Proxy:    \(path) to " + style(.cyan, rule.origin + (rule.replacement ?? "")))
    }
    var features: [String] = []
    if options.reloadsPages { features.append("live reload") }
    if options.isSinglePage { features.append("single page") }
    if options.allowsAllOrigins { features.append("all origins") }
    if !features.isEmpty { lines.append("  With:     " + features.joined(separator: ", ")) }
    return lines + ["", "  " + style(.dim, "Ctrl-C ends it."), ""]
  }
}

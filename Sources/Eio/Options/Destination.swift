// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Where to connect to, as it is written on a command line.
struct Destination: Equatable {
  /// With a scheme, and without a path.
  var url: String
  /// Where Engine.IO is on the server.
  var path: String

  /// Takes `http` for granted, `localhost` before `:PORT`, and the path from the URL if there is one
  /// and no other was given.
  init(_ text: String, path: String?) {
    var url =
      text.contains("://") ? text : "http://" + (text.hasPrefix(":") ? "localhost" : "") + text
    var ownPath: String?
    if let scheme = url.firstRange(of: "://") {
      let rest = url[scheme.upperBound...].prefix { $0 != "#" }
      let query = rest.drop { $0 != "?" }
      let authorityAndPath = rest.dropLast(query.count)
      let authority = authorityAndPath.prefix { $0 != "/" }
      let urlPath = authorityAndPath.dropFirst(authority.count)
      if urlPath.count > 1 { ownPath = String(urlPath) }
      url = String(url[..<scheme.upperBound] + authority) + query
    }
    self.url = url
    self.path = path ?? ownPath ?? "/engine.io/"
  }

  /// For people: what requests go to, without user and password.
  var description: String {
    let query = url.drop { $0 != "?" }
    var origin = String(url.dropLast(query.count))
    if let at = origin.lastIndex(of: "@"), let scheme = origin.firstRange(of: "://") {
      origin.removeSubrange(scheme.upperBound...at)
    }
    return origin + (path.hasPrefix("/") ? "" : "/") + path + query
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import StaticFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension DevelopmentServer {
  /// What to serve, and how.
  public struct Options: Sendable {
    /// The directory to serve, absolute or relative to the working directory.
    public var directory: String
    /// The numeric address to listen on.
    public var host: String
    /// The port to listen on; 0 picks a free one.
    public var port: Int
    /// Whether pages reload when a file changes.
    public var reloadsPages: Bool
    /// Whether paths without a file are answered with the directory's `index.html`, for applications
    /// of one page that route in the browser.
    public var isSinglePage: Bool
    /// Whether pages of every origin may read the answers.
    public var allowsAllOrigins: Bool
    /// Whether to open a browser.
    public var opensBrowser: Bool
    /// Which requests go to backends.
    public var proxies: [ProxyRule]
    /// Whether to write in colour; nil: where standard output is a terminal and the environment does
    /// not say `NO_COLOR`.
    public var isColoured: Bool?

    /// Creates options with the defaults of `serve`.
    public init(
      directory: String = ".", host: String = "0.0.0.0", port: Int = 8000,
      reloadsPages: Bool = false, isSinglePage: Bool = false, allowsAllOrigins: Bool = false,
      opensBrowser: Bool = false, proxies: [ProxyRule] = [], isColoured: Bool? = nil
    ) {
      self.directory = directory
      self.host = host
      self.port = port
      self.reloadsPages = reloadsPages
      self.isSinglePage = isSinglePage
      self.allowsAllOrigins = allowsAllOrigins
      self.opensBrowser = opensBrowser
      self.proxies = proxies
      self.isColoured = isColoured
    }

    /// How files are served: as they are on the disk now, kept by nobody.
    var files: StaticFiles.Configuration {
      var files = StaticFiles.Configuration.development
      files.listsDirectories = true
      files.cacheControl = .noStore
      files.fallback = isSinglePage ? "index.html" : nil
      files.notFoundPage = "404.html"
      // Who edits a file does not want to see what was made of it before.
      files.precompressed = []
      files.largestInMemory = 0
      return files
    }

    func validate() throws(DevelopmentServerError) {
      var status = stat()
      guard !directory.isEmpty, stat(directory, &status) == 0 else {
        throw .init(
          "There is no directory \(directory). Name one that exists, such as: serve ./public")
      }
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw .init("\(directory) is a file. Name the directory that it is in.")
      }
      guard access(directory, R_OK | X_OK) == 0 else {
        throw .init("\(directory) may not be read. Look at its permissions: ls -ld \(directory)")
      }
      var paths: Set<String> = []
      for rule in proxies where !paths.insert(rule.path).inserted {
        let path = rule.path.isEmpty ? "/" : rule.path
        throw .init("\(path) has two backends. Leave one --proxy \(path)=… out.")
      }
    }
  }
}

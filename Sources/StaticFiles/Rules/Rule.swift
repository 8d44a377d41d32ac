// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension StaticFiles {
  /// What one URL stands for: a file, or a directory with everything below it.
  ///
  /// A string literal means whichever of the two is there when it is requested.
  public struct Rule: Sendable, Hashable, ExpressibleByStringLiteral {
    enum Kind: Sendable, Hashable {
      case file, directory, either
    }

    let kind: Kind
    let path: String
    let contentType: String?
    let cacheControl: CacheControl?

    private init(
      _ kind: Kind, _ path: String, _ contentType: String?, _ cacheControl: CacheControl?
    ) {
      self.kind = kind
      self.path = path
      self.contentType = contentType
      self.cacheControl = cacheControl
    }

    /// A file or a directory, whichever is there when it is requested.
    ///
    /// - Parameters:
    ///   - path: absolute, or relative to the working directory at the time when the
    ///     ``StaticFiles`` is created.
    ///   - cacheControl: what caches may do with what is there; nil: as configured.
    public init(_ path: String, cacheControl: CacheControl? = nil) {
      self.init(.either, path, nil, cacheControl)
    }

    public init(stringLiteral path: String) {
      self.init(path)
    }

    /// A file, served for exactly one URL.
    ///
    /// - Parameters:
    ///   - path: as in ``init(_:cacheControl:)``.
    ///   - contentType: the media type, sent as it is; nil: by the file's extension.
    ///   - cacheControl: what caches may do with the file; nil: as configured.
    public static func file(
      _ path: String, contentType: String? = nil, cacheControl: CacheControl? = nil
    ) -> Rule {
      Rule(.file, path, contentType, cacheControl)
    }

    /// A directory, served with everything below it.
    ///
    /// - Parameters:
    ///   - path: as in ``init(_:cacheControl:)``.
    ///   - contentType: the media type of every file in it, sent as it is; nil: by each file's
    ///     extension.
    ///   - cacheControl: what caches may do with the files; nil: as configured.
    public static func directory(
      _ path: String, contentType: String? = nil, cacheControl: CacheControl? = nil
    ) -> Rule {
      Rule(.directory, path, contentType, cacheControl)
    }

    var isAbsolute: Bool { path.utf8.first == UInt8(ascii: "/") }

    /// This rule with its relative path resolved against a directory.
    func resolved(against directory: String) -> Rule {
      Rule(kind, directory + "/" + path, contentType, cacheControl)
    }
  }
}

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

    private init(_ kind: Kind, _ path: String, _ contentType: String?) {
      self.kind = kind
      self.path = path
      self.contentType = contentType
    }

    /// A file or a directory, whichever is there when it is requested.
    ///
    /// - Parameter path: absolute, or relative to the working directory at the time when the
    ///   ``StaticFiles`` is created.
    public init(_ path: String) {
      self.init(.either, path, nil)
    }

    public init(stringLiteral path: String) {
      self.init(path)
    }

    /// A file, served for exactly one URL.
    ///
    /// - Parameters:
    ///   - path: as in ``init(_:)``.
    ///   - contentType: the media type, sent as it is; nil: by the file's extension.
    public static func file(_ path: String, contentType: String? = nil) -> Rule {
      Rule(.file, path, contentType)
    }

    /// A directory, served with everything below it.
    ///
    /// - Parameters:
    ///   - path: as in ``init(_:)``.
    ///   - contentType: the media type of every file in it, sent as it is; nil: by each file's
    ///     extension.
    public static func directory(_ path: String, contentType: String? = nil) -> Rule {
      Rule(.directory, path, contentType)
    }

    var isAbsolute: Bool { path.utf8.first == UInt8(ascii: "/") }

    /// This rule with its relative path resolved against a directory.
    func resolved(against directory: String) -> Rule {
      Rule(kind, directory + "/" + path, contentType)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Why rules cannot be served, whatever is on the disk.
public enum StaticFilesError: Error, Hashable, CustomStringConvertible {
  /// A URL that no request can have: it must be empty or start with `/`, with no empty, `.` or
  /// `..` segments, backslashes, NUL, CR or LF in it.
  case invalidURL(String)
  /// A path that names nothing: it is empty or contains NUL.
  case invalidPath(String, url: String)
  /// The rule of the empty URL is no name of a file inside a directory.
  case invalidDefaultFile(String)
  /// A content type that cannot be sent in a header field (RFC 9110 section 5.5).
  case invalidContentType(String, url: String)
  /// A Cache-Control that cannot be sent in a header field.
  case invalidCacheControl(String)
  /// A media type, charset or coding of the configuration that cannot be sent in a header field.
  case invalidMediaType(String)
  /// The fallback or the page for 404 is no name of a file inside a directory.
  case invalidPage(String)
  /// Relative paths need a working directory, and there is none.
  case noWorkingDirectory

  public var description: String {
    switch self {
    case .invalidURL(let url):
      "static files: no request can have the path \"\(url)\""
    case .invalidPath(let path, let url):
      "static files: \"\(path)\", the rule of \"\(url)\", is not a path"
    case .invalidDefaultFile(let path):
      "static files: the default file \"\(path)\" is not a name inside a directory"
    case .invalidContentType(let type, let url):
      "static files: \"\(type)\", given for \"\(url)\", cannot be sent as a content type"
    case .invalidCacheControl(let value):
      "static files: \"\(value)\" cannot be sent as Cache-Control"
    case .invalidMediaType(let type):
      "static files: \"\(type)\" cannot be sent as a media type, charset or coding"
    case .invalidPage(let path):
      "static files: the page \"\(path)\" is not a name inside a directory"
    case .noWorkingDirectory:
      "static files: relative paths need a working directory"
    }
  }
}

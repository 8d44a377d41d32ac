// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPTypes

extension StaticFiles {
  /// How files are served. What is not set is what a server on the open network wants.
  public struct Configuration: Sendable {
    /// Whether names that begin with a dot are served.
    public var dotfiles: Dotfiles
    /// Which symbolic links are followed below a rule's directory.
    public var symbolicLinks: SymbolicLinks
    /// Whether a directory without a default file answers with a page that lists it.
    public var listsDirectories: Bool
    /// The file, named from a rule's directory, that answers navigations to paths below that URL
    /// which nothing else answers: the one page of a single-page app, such as `index.html`.
    ///
    /// A navigation is a GET or HEAD that names `text/html` in Accept and, where the client says
    /// (Sec-Fetch-Mode), navigates; scripts that ask for data still get 404.
    public var fallback: String?
    /// The file, named from a rule's directory, whose content is sent with a 404 for paths below
    /// that URL which nothing else answers, such as `404.html`.
    public var notFoundPage: String?
    /// What caches may do with files whose rule does not say.
    public var cacheControl: CacheControl
    /// Whether a file name changes with the file's content, so that caches need never ask again
    /// (``CacheControl/immutable``); it is for rules that set no `cacheControl`.
    public var isImmutable: @Sendable (_ fileName: String) -> Bool
    /// Media types by extension, lowercase and without the dot, before those that are known
    /// anyway. They are sent as they are.
    public var mediaTypes: [String: String]
    /// The media type of files with no known extension.
    public var defaultMediaType: String
    /// The charset that known textual types are sent with; nil: none.
    public var charset: String?
    /// The codings of compressed siblings to look for, such as `app.js.br` beside `app.js`; of those
    /// that a client likes equally well, the first is sent.
    public var precompressed: [Precompressed]
    /// Fields that every file is sent with besides, such as `cross-origin-resource-policy`.
    public var headerFields: HTTPFields
    /// The largest number of ranges in one request; a request for more gets the whole file
    /// (RFC 9110 section 14.2).
    public var maximumRanges: Int
    /// How requests for files with other methods than GET and HEAD are answered.
    public var otherMethods: OtherMethods
    /// How long the server may rely on what it knows of a file before it looks at the disk again;
    /// zero: not at all. A change shows after this time at the latest.
    public var revalidation: Duration
    /// The memory that files and what is known of them may take, in bytes; a few more while they
    /// are being sent.
    public var memory: Int
    /// The size up to which files are kept in memory, in bytes. Larger ones are sent from the disk.
    public var largestInMemory: Int

    /// Creates a configuration; see the properties.
    public init(
      dotfiles: Dotfiles = .refused(), symbolicLinks: SymbolicLinks = .insideRoot,
      listsDirectories: Bool = false, fallback: String? = nil, notFoundPage: String? = nil,
      cacheControl: CacheControl = .revalidate,
      isImmutable: @escaping @Sendable (_ fileName: String) -> Bool = StaticFiles.hasHashedName,
      mediaTypes: [String: String] = [:],
      defaultMediaType: String = "application/octet-stream", charset: String? = "utf-8",
      precompressed: [Precompressed] = [.brotli, .zstandard, .gzip],
      headerFields: HTTPFields = [:], maximumRanges: Int = 16,
      otherMethods: OtherMethods = .refused, revalidation: Duration = .seconds(1),
      memory: Int = 32 << 20, largestInMemory: Int = 64 << 10
    ) {
      self.dotfiles = dotfiles
      self.symbolicLinks = symbolicLinks
      self.listsDirectories = listsDirectories
      self.fallback = fallback
      self.notFoundPage = notFoundPage
      self.cacheControl = cacheControl
      self.isImmutable = isImmutable
      self.mediaTypes = mediaTypes
      self.defaultMediaType = defaultMediaType
      self.charset = charset
      self.precompressed = precompressed
      self.headerFields = headerFields
      self.maximumRanges = maximumRanges
      self.otherMethods = otherMethods
      self.revalidation = revalidation
      self.memory = memory
      self.largestInMemory = largestInMemory
    }

    /// For working on the files: every request looks at the disk, and browsers ask every time.
    public static var development: Configuration {
      Configuration(isImmutable: { _ in false }, revalidation: .zero)
    }
  }

  /// Whether names that begin with a dot are served.
  public enum Dotfiles: Sendable, Hashable {
    /// Like all others.
    case served
    /// Not at all, but for the names given: `.well-known` (RFC 8615) unless said otherwise. What a
    /// rule itself names is served.
    case refused(except: Set<String> = [".well-known"])

    func allow(_ name: some StringProtocol) -> Bool {
      guard name.utf8.first == UInt8(ascii: "."), case .refused(let exceptions) = self else {
        return true
      }
      return exceptions.contains(String(name))
    }
  }

  /// Which symbolic links are followed below a rule's directory. The path of a rule itself may
  /// always lead through links.
  public enum SymbolicLinks: Sendable, Hashable {
    /// None: a path with a link in it does not exist.
    case refused
    /// Relative ones that never leave the directory, on no step of their way.
    case insideRoot
    /// All, wherever they lead. Whoever can make a link there can then publish every file that the
    /// server may read.
    case followed
  }

  /// How requests for files with other methods than GET and HEAD are answered.
  public enum OtherMethods: Sendable, Hashable {
    /// With 405 and Allow (RFC 9110 section 15.5.6), OPTIONS with 204 and Allow.
    case refused
    /// By the next application.
    case passedOn
  }

  /// A coding of files that were compressed beforehand.
  public struct Precompressed: Sendable, Hashable {
    /// The content coding (RFC 9110 section 8.4.1).
    public let coding: String
    /// What such a file has behind the name of the original, such as `.gz`.
    public let suffix: String

    /// Creates a coding from its name, lowercase, and the ending of its files.
    public init(coding: String, suffix: String) {
      self.coding = coding
      self.suffix = suffix
    }

    /// `br`, files that end in `.br` (RFC 7932).
    public static let brotli = Precompressed(coding: "br", suffix: ".br")
    /// `zstd`, files that end in `.zst` (RFC 8878).
    public static let zstandard = Precompressed(coding: "zstd", suffix: ".zst")
    /// `gzip`, files that end in `.gz` (RFC 1952).
    public static let gzip = Precompressed(coding: "gzip", suffix: ".gz")
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPTypes
import Synchronization

extension Request {
  /// Everything of a request behind one reference.
  ///
  /// `@unchecked Sendable`: `Request` is copy-on-write, so fields change only while one request
  /// value holds the only reference; `parsedFields` is atomic.
  @usableFromInline
  final class Storage: @unchecked Sendable {
    enum Head {
      case fields(HTTPFields)
      case source(any RequestHeadSource)
    }

    private final class ParsedFields: Sendable {
      let fields: HTTPFields
      init(_ fields: HTTPFields) { self.fields = fields }
    }

    var method: HTTPRequest.Method
    private(set) var target: String
    /// UTF-8 length of the target without its query.
    private var pathLength: Int
    /// UTF-8 length of the mount.
    var mountLength = 0
    var scheme: String
    private var ownAuthority: String?
    private var hasOwnAuthority: Bool
    private var head: Head
    private let parsedFields = AtomicLazyReference<ParsedFields>()
    var body: RequestBody
    let httpVersion: HTTPVersion
    let isWebSocketUpgrade: Bool
    let connection: ConnectionInfo
    var values = RequestValues()
    var informationalSender: (any InformationalSender)?

    init(
      method: HTTPRequest.Method, target: String, pathLength: Int, authority: String?, head: Head,
      body: RequestBody, httpVersion: HTTPVersion, isWebSocketUpgrade: Bool,
      connection: ConnectionInfo, scheme: String
    ) {
      self.method = method
      self.target = target
      self.pathLength = pathLength
      ownAuthority = authority
      if case .source = head { hasOwnAuthority = false } else { hasOwnAuthority = true }
      self.head = head
      self.body = body
      self.httpVersion = httpVersion
      self.isWebSocketUpgrade = isWebSocketUpgrade
      self.connection = connection
      self.scheme = scheme
    }

    init(copying other: Storage) {
      method = other.method
      target = other.target
      pathLength = other.pathLength
      mountLength = other.mountLength
      scheme = other.scheme
      ownAuthority = other.authority
      hasOwnAuthority = true
      head = other.parsedFields.load().map { .fields($0.fields) } ?? other.head
      body = other.body
      httpVersion = other.httpVersion
      isWebSocketUpgrade = other.isWebSocketUpgrade
      connection = other.connection
      values = other.values
      informationalSender = other.informationalSender
    }
  }
}

extension Request.Storage {
  var path: String {
    if mountLength == 0, pathLength == target.utf8.count { return target }
    return substring(from: mountLength, to: pathLength)
  }

  var query: String? {
    let end = target.utf8.count
    return pathLength == end ? nil : substring(from: pathLength + 1, to: end)
  }

  var mount: String { substring(from: 0, to: mountLength) }

  func setTarget(_ newTarget: String) {
    target = newTarget
    pathLength = Self.pathLength(of: newTarget)
    mountLength = 0
  }

  /// How many UTF-8 bytes of the path are left below `prefix`; nil when it does not contain it.
  func pathRemainder(below prefix: String) -> Int? {
    let path = self.path.utf8
    var prefix = Substring(prefix).utf8
    if prefix.last == UInt8(ascii: "/") { prefix = prefix.dropLast() }
    guard path.starts(with: prefix) else { return nil }
    let rest = path.dropFirst(prefix.count)
    return rest.isEmpty || rest.first == UInt8(ascii: "/") ? rest.count : nil
  }

  var authority: String? {
    if case .source(let source) = head, !hasOwnAuthority { return source.authority }
    return ownAuthority
  }

  func setAuthority(_ authority: String?) {
    ownAuthority = authority
    hasOwnAuthority = true
  }

  var headerFields: HTTPFields {
    switch head {
    case .fields(let fields): fields
    case .source(let source):
      parsedFields.load()?.fields
        ?? parsedFields.storeIfNil(ParsedFields(source.makeHeaderFields())).fields
    }
  }

  func setHeaderFields(_ fields: HTTPFields) {
    setAuthority(authority)
    head = .fields(fields)
  }

  func headerValue(_ name: HTTPField.Name) -> String? {
    switch head {
    case .fields(let fields): fields[name]
    case .source(let source): source.value(of: name)
    }
  }

  private func substring(from start: Int, to end: Int) -> String {
    let utf8 = target.utf8
    let first = utf8.index(utf8.startIndex, offsetBy: start)
    return String(target[first..<utf8.index(first, offsetBy: end - start)])
  }

  static func pathLength(of target: String) -> Int {
    let utf8 = target.utf8
    guard let mark = utf8.firstIndex(of: UInt8(ascii: "?")) else { return utf8.count }
    return utf8.distance(from: utf8.startIndex, to: mark)
  }
}

/// The typed values of a request: few, so a linear search beats a dictionary.
struct RequestValues: Sendable {
  private var entries: [(key: ObjectIdentifier, value: any Sendable)] = []

  subscript<Key: RequestValueKey>(key: Key.Type) -> Key.Value? {
    get {
      let id = ObjectIdentifier(key)
      return entries.first { $0.key == id }?.value as? Key.Value
    }
    set {
      let id = ObjectIdentifier(key)
      entries.removeAll { $0.key == id }
      if let newValue { entries.append((id, newValue)) }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Synchronization

/// Names a value that an application keeps with a session.
///
/// ```swift
/// enum UserName: EngineIOSessionKey { typealias Value = String }
/// session[UserName.self] = "ada"
/// ```
public protocol EngineIOSessionKey {
  /// The type of the value.
  associatedtype Value: Sendable
}

extension EngineIOSession {
  /// A value that the application keeps with the session, by its key; from the connect handler until
  /// the disconnect handler has returned, after which all of them are forgotten.
  ///
  /// Reading and setting are one step each; for both at once there is `withValue(_:_:)`.
  public subscript<Key: EngineIOSessionKey>(key: Key.Type) -> Key.Value? {
    get { values.withLock { $0[key] } }
    set { values.withLock { $0[key] = newValue } }
  }

  /// Reads and changes a value in one step that no other task gets between.
  ///
  /// - Parameters:
  ///   - key: names the value.
  ///   - body: gets the value, `nil` if there is none. It must not use this session's values in
  ///     another way, which would be waiting for itself; sending is allowed.
  public func withValue<Key: EngineIOSessionKey, Result, Failure: Error>(
    _ key: Key.Type, _ body: (inout Key.Value?) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    try values.withLock { values throws(Failure) in
      var value = values.take(key)
      defer { values[key] = value }
      return try body(&value)
    }
  }

  /// Reads and changes a value in one step, beginning with `initial` if there is none; see
  /// `withValue(_:_:)`.
  public func withValue<Key: EngineIOSessionKey, Result, Failure: Error>(
    _ key: Key.Type, default initial: @autoclosure () -> Key.Value,
    _ body: (inout Key.Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    try values.withLock { values throws(Failure) in
      var value = values.take(key) ?? initial()
      defer { values[key] = value }
      return try body(&value)
    }
  }
}

/// The values of a session: few, so a linear search beats a dictionary, and none take no memory.
struct EngineIOSessionValues: Sendable {
  private var entries: [(key: ObjectIdentifier, value: any Sendable)] = []

  subscript<Key: EngineIOSessionKey>(key: Key.Type) -> Key.Value? {
    get {
      let id = ObjectIdentifier(key)
      return entries.first { $0.key == id }?.value as? Key.Value
    }
    set {
      let id = ObjectIdentifier(key)
      let index = entries.firstIndex { $0.key == id }
      switch (index, newValue) {
      case (let index?, let value?): entries[index].value = value
      case (let index?, nil): entries.remove(at: index)
      case (nil, let value?): entries.append((id, value))
      case (nil, nil): break
      }
    }
  }

  /// Takes a value out, so that whoever changes it has the only reference.
  mutating func take<Key: EngineIOSessionKey>(_ key: Key.Type) -> Key.Value? {
    defer { self[key] = nil }
    return self[key]
  }

  mutating func removeAll() {
    entries = []
  }
}

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
    // What there was is dropped after the lock was given back: that may run the application's code.
    set { _ = values.withLock { $0.replace(key, with: newValue) } }
  }

  /// Reads and changes a value in one step that no other task gets between.
  ///
  /// - Parameters:
  ///   - key: names the value.
  ///   - body: gets the value, `nil` if there is none. It must not use this session's values in
  ///     another way, which would be waiting for itself, nor may the end of an object that it
  ///     replaces; sending is allowed.
  public func withValue<Key: EngineIOSessionKey, Result, Failure: Error>(
    _ key: Key.Type, _ body: (inout Key.Value?) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    try values.withLock { values throws(Failure) in
      var value = values.take(key)
      defer { _ = values.replace(key, with: value) }
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
      defer { _ = values.replace(key, with: value) }
      return try body(&value)
    }
  }
}

extension EngineIOSession {
  /// Forgets all values.
  func forgetValues() {
    _ = values.withLock { $0.takeAll() }
  }
}

/// The values of a session: few, so a linear search beats a dictionary, and none take no memory.
struct EngineIOSessionValues: Sendable {
  private var entries: [(key: ObjectIdentifier, value: any Sendable)] = []

  subscript<Key: EngineIOSessionKey>(key: Key.Type) -> Key.Value? {
    let id = ObjectIdentifier(key)
    return entries.first { $0.key == id }?.value as? Key.Value
  }

  /// Sets a value.
  ///
  /// - Returns: the one before, for the caller to drop when it holds no lock.
  mutating func replace<Key: EngineIOSessionKey>(
    _ key: Key.Type, with value: Key.Value?
  ) -> Key.Value? {
    let id = ObjectIdentifier(key)
    guard let index = entries.firstIndex(where: { $0.key == id }) else {
      if let value { entries.append((id, value)) }
      return nil
    }
    guard let value else { return entries.remove(at: index).value as? Key.Value }
    let old = entries[index].value as? Key.Value
    entries[index].value = value
    return old
  }

  /// Takes a value out, so that whoever changes it has the only reference.
  mutating func take<Key: EngineIOSessionKey>(_ key: Key.Type) -> Key.Value? {
    replace(key, with: nil)
  }

  /// Takes all values out, for the caller to drop when it holds no lock.
  mutating func takeAll() -> EngineIOSessionValues {
    defer { entries = [] }
    return self
  }
}

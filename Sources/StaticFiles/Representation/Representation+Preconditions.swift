// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPCodec
import HTTPTypes

extension Representation {
  /// What the preconditions of a GET or HEAD come to.
  enum Precondition {
    case passed, notModified, failed
  }

  /// Evaluates preconditions in the order of RFC 9110 section 13.2.2; dates that are none are
  /// ignored.
  func evaluatePreconditions(of request: Request) -> Precondition {
    if let list = request.headerValue(.ifMatch) {
      if !EntityTagList(list).contains(entityTag, comparison: .strong) { return .failed }
    } else if let date = request.headerValue(.ifUnmodifiedSince).flatMap(parseDate) {
      if lastModified > date { return .failed }
    }
    if let list = request.headerValue(.ifNoneMatch) {
      if EntityTagList(list).contains(entityTag, comparison: .weak) { return .notModified }
    } else if let date = request.headerValue(.ifModifiedSince).flatMap(parseDate) {
      if lastModified <= date { return .notModified }
    }
    return .passed
  }

  /// Whether If-Range allows a range (RFC 9110 section 13.1.5): without the field, with exactly
  /// this tag, or with exactly this date, where that is long enough ago to be a strong validator
  /// (RFC 9110 section 8.8.2.2).
  func matchesIfRange(of request: Request) -> Bool {
    guard let validator = request.headerValue(.ifRange) else { return true }
    if validator == entityTag { return true }
    return parseDate(validator) == lastModified
      && HTTPDate.now.unixSeconds - lastModified.unixSeconds > 1
  }

  private func parseDate(_ text: String) -> HTTPDate? {
    HTTPDate(parsing: text, now: HTTPDate.now.unixSeconds)
  }
}

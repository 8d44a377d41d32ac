// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// How two readings of the same bytes relate.
enum Comparison {
  case agreement
  /// They differ as the rule of this name says they may.
  case allowed(String)
  case difference(String)

  /// Goes through the requests side by side, up to where one of the parsers stopped.
  init(subject: Reading, oracle: Reading) {
    var index = 0
    while true {
      let ours = index < subject.requests.count ? subject.requests[index] : nil
      let theirs = index < oracle.requests.count ? oracle.requests[index] : nil
      if let ours, let theirs {
        if ours.method == "CONNECT", ours.isSameHead(as: theirs) {
          self = .allowed("what follows CONNECT is no HTTP, and read in different ways")
          return
        }
        if let what = ours.difference(from: theirs) {
          self = .difference("request \(index + 1) differs in its \(what)")
          return
        }
        if ours.isComplete && theirs.isComplete {
          index += 1
          continue
        }
      }
      // A parser that has left HTTP says nothing about what follows.
      if ours == nil && subject.isFinished || theirs == nil && oracle.isFinished {
        self = .agreement
        return
      }
      let previous = index > 0 ? subject.requests[index - 1] : nil
      self = Self.judge(ours, theirs, behind: previous, subject, oracle)
      return
    }
  }

  private static func judge(
    _ ours: ParsedRequest?, _ theirs: ParsedRequest?, behind previous: ParsedRequest?,
    _ subject: Reading, _ oracle: Reading
  ) -> Comparison {
    switch (subject.error, oracle.error) {
    case (_?, _?):
      return .agreement
    case (let error?, nil):
      return StricterRule.find(error, theirs, rest: subject.rest)
    case (nil, let error?):
      if let ours, ours.isComplete || theirs == nil {
        return LaxerRule.find(error, ours, behind: previous)
      }
      // Not refused, but not let through either: it would take more bytes of the same line to tell.
      return .allowed("waits where the oracle has refused")
    case (nil, nil):
      switch (ours?.isComplete ?? false, theirs?.isComplete ?? false) {
      case (true, false): return .difference("a request is complete too early")
      case (false, true): return .difference("a request is complete too late")
      default:
        return ours?.body.count == theirs?.body.count
          ? .agreement : .difference("an incomplete request has another body")
      }
    }
  }
}

extension ParsedRequest {
  fileprivate func isSameHead(as other: ParsedRequest) -> Bool {
    method == other.method && target == other.target && isHTTP1_1 == other.isHTTP1_1
      && fields == other.fields
  }

  fileprivate func difference(from other: ParsedRequest) -> String? {
    if method != other.method { return "method" }
    if target != other.target { return "target" }
    if isHTTP1_1 != other.isHTTP1_1 { return "version" }
    if fields != other.fields { return "fields" }
    guard isComplete && other.isComplete else {
      return body.starts(with: other.body) || other.body.starts(with: body) ? nil : "body"
    }
    if body != other.body { return "body" }
    // The subject drops trailers that must not be merged; those it keeps are there, in order.
    var rest = other.trailers[...]
    for trailer in trailers {
      guard let found = rest.firstIndex(of: trailer) else { return "trailers" }
      rest = rest[(found + 1)...]
    }
    return nil
  }
}

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPTypes

/// An error that knows how it wants to be answered.
public protocol HTTPResponseError: Error {
  /// The answer.
  var response: Response { get }
}

/// An error with a status: thrown from ``HTTPApplication/respond(to:)``, it becomes the answer.
public struct HTTPError: HTTPResponseError {
  public var response: Response

  /// Creates an error that is answered with `response`.
  public init(_ response: Response) {
    self.response = response
  }

  /// Creates an error that is answered with a status and, as plain text, a message for the
  /// client; without one, the status' reason phrase.
  public init(_ status: HTTPResponse.Status, _ message: String? = nil) {
    response = .text((message ?? status.reasonPhrase) + "\n", status: status)
  }
}

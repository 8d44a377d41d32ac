// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Requests whose treatment is known: what the tests of the parser, those of the server and the
/// fuzzer have in common.
public enum KnownRequests {
  /// A request that is valid, to stand before the one under test.
  public static let pilot = "GET /pilot HTTP/1.1\r\nHost: pilot\r\n\r\n"

  /// Valid input and the number of requests in it.
  public static let valid: [(String, Int)] = [
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1),
    ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 1),
    ("GET / HTTP/1.0\r\n\r\n", 1),
    ("GET / HTTP/1.1\r\nHost: a-b_c~d.9:65535\r\n\r\n", 1),
    ("GET / HTTP/1.1\r\nHost: a%2Fb!$&'()*+;=:\r\n\r\n", 1),
    ("GET / HTTP/1.1\r\nHost: [2001:db8::1.2.3.4]:80\r\n\r\n", 1),
    ("GET /a/b?c=d HTTP/1.1\r\nhost:a:80\r\nX:\r\nY: \t z \t\r\n\r\n", 1),
    ("get / HTTP/1.1\r\nHost: a\r\n\r\n", 1),
    ("M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n", 1),
    ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 1),
    ("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 1),
    ("GET HTTP://A/b HTTP/1.1\r\nHost: a\r\n\r\n", 1),
    ("GET /\"<>^`{|}[]~!$&'()*+,;=:@%zz HTTP/1.1\r\nHost: a\r\n\r\n", 1),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: \u{E9}\r\nA_b.c!#$%&'*+^`|~9: 1\r\n\r\n", 1),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + pilot, 2),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n\r\n" + pilot, 2),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + pilot, 2),
    (
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
        + "5;a;b=c;d=\"e;\\\"f\"\r\nhello\r\n0A\r\n0123456789\r\n000\r\nX: y\r\nZ:\r\n\r\n" + pilot,
      2
    ),
    (pilot + pilot + pilot, 3),
  ]
}

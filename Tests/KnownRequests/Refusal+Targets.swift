// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension Refusal {
  static let targets: [Class] = [
    .init(
      400, "The request target has a fragment.",
      [
        .line("GET /a#b HTTP/1.1"),
        .line("GET /a?b#c HTTP/1.1"),
        .line("GET # HTTP/1.1"),
        .line("GET http://a#b HTTP/1.1"),
      ]),
    .init(
      400, "The request target contains a backslash.",
      [
        .line("GET /a\\b HTTP/1.1"),
        .line("GET /?a\\b HTTP/1.1"),
        .line("GET http://a\\@b/ HTTP/1.1"),
      ]),
    .init(
      400, "The request target contains a byte outside ASCII.",
      [
        .line("GET /\u{E9} HTTP/1.1"),
        .line("GET /?\u{E9} HTTP/1.1"),
        .line("GET /\u{80} HTTP/1.1"),
        .line("GET /\u{FF} HTTP/1.1"),
      ]),
    .init(
      400, "The request target contains a control byte or white space.",
      [
        .line("GET /a\u{0}b HTTP/1.1"),
        .line("GET /a\u{7F}b HTTP/1.1"),
        .line("GET /a\u{B}b HTTP/1.1"),
        .line("GET \u{0} HTTP/1.1"),
        .line("GET /\u{1} HTTP/1.1"),
        .line("GET /?\u{0} HTTP/1.1"),
        .line("GET /a\u{1F}b HTTP/1.1"),
      ]),
    .init(
      400, "The request target is neither a path nor an http URI.",
      [
        .line("GET a HTTP/1.1"),
        .line("GET a/b HTTP/1.1"),
        .line("GET ?a HTTP/1.1"),
        .line("OPTIONS ** HTTP/1.1"),
        .line("OPTIONS *? HTTP/1.1"),
        .line("GET a:80 HTTP/1.1"),
        .line("GET http: HTTP/1.1"),
        .line("GET http:/a HTTP/1.1"),
        .line("GET ftp://a/ HTTP/1.1"),
        .line("GET httpx://a/ HTTP/1.1"),
        .line("OPTIONS */ HTTP/1.1"),
        .line("OPTIONS a:80 HTTP/1.1"),
        .line("GET a.example HTTP/1.1"),
        .line("GET https:/a HTTP/1.1"),
        .line("GET ws://a/ HTTP/1.1"),
        .line("GET javascript:a HTTP/1.1"),
      ]),
    .init(
      400, "Only OPTIONS may have the target *.",
      [
        .line("GET * HTTP/1.1"),
        .line("POST * HTTP/1.1"),
        .line("HEAD * HTTP/1.1"),
        .line("PUT * HTTP/1.1"),
      ]),
    .init(
      400, "The authority in the request target is malformed.",
      [
        .line("GET http:// HTTP/1.1"),
        .line("GET http:///a HTTP/1.1"),
        .line("GET http://?a HTTP/1.1"),
        .line("GET http://user@a/ HTTP/1.1"),
        .line("GET http://a,b/ HTTP/1.1"),
        .line("GET http://a:x/ HTTP/1.1"),
        .line("GET http://a:65536/ HTTP/1.1"),
        .line("GET http://[::1/ HTTP/1.1"),
        .line("GET http://:80/ HTTP/1.1"),
        .line("GET http://a@a/ HTTP/1.1"),
      ]),
    .init(
      400, "The Host field differs from the authority in the request target.",
      [
        .line("GET http://b/ HTTP/1.1"),
        .line("GET http://a:80/ HTTP/1.1"),
        .host("Host: b:80", "CONNECT a:80 HTTP/1.1"),
        .line("OPTIONS http://b HTTP/1.1"),
      ]),
    .init(
      400, "CONNECT needs a host and a port as its target.",
      [
        .line("CONNECT / HTTP/1.1"),
        .line("CONNECT a HTTP/1.1"),
        .line("CONNECT a: HTTP/1.1"),
        .line("CONNECT a:80?b HTTP/1.1"),
        .line("CONNECT http://a/ HTTP/1.1"),
        .line("CONNECT * HTTP/1.1"),
        .line("CONNECT :80 HTTP/1.1"),
        .line("CONNECT a:65536 HTTP/1.1"),
        .line("CONNECT u@a:80 HTTP/1.1"),
        .line("CONNECT a:80/ HTTP/1.1"),
        .line("CONNECT a,b:80 HTTP/1.1"),
      ]),
    .init(
      400, "The request line has no HTTP version.",
      [
        .line("GET /a\rb HTTP/1.1"),
        .line("GET /a\nb HTTP/1.1"),
      ]),
  ]
}

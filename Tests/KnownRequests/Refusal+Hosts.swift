// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension Refusal {
  static let hosts: [Class] = [
    .init(
      400, "The Host field is missing.",
      [
        "GET / HTTP/1.1\r\n\r\n",
        .host("Hosts: a"),
      ]),
    .init(
      400, "The Host field is not a host with an optional port.",
      [
        .host("Host:"),
        .host("Host: "),
        .host("Host:\t"),
        .host("Host: a, b", "GET / HTTP/1.0"),
        .host("Host: a,b"),
        .host("Host: a b"),
        .host("Host: user@a"),
        .host("Host: user:pw@a"),
        .host("Host: a/b"),
        .host("Host: a?b"),
        .host("Host: a#b"),
        .host("Host: a\\b"),
        .host("Host: http://a"),
        .host("Host: :80"),
        .host("Host: a:80:80"),
        .host("Host: a:-1"),
        .host("Host: a:0x50"),
        .host("Host: a:65536"),
        .host("Host: a:000080"),
        .host("Host: a%"),
        .host("Host: a%2"),
        .host("Host: a%zz"),
        .host("Host: \u{E9}"),
        .host("Host: <a>"),
        .host("Host: a\"b"),
        .host("Host: [::1"),
        .host("Host: [::1]x"),
        .host("Host: [::1%25eth0]"),
        .host("Host: [v1.a]"),
        .host("Host: []"),
        .host("Host: [1:2:3]"),
        .host("Host: [1:2:3:4:5:6:7:8:9]"),
        .host("Host: [1::2::3]"),
        .host("Host: [12345::]"),
        .host("Host: [:1]"),
        .host("Host: [1:]"),
        .host("Host: [::1.2.3]"),
        .host("Host: [::1.2.3.256]"),
        .host("Host: a\tb"),
        .host("Host: a:80 b"),
        .host("Host: a:99999"),
        .host("Host: [::1]:99999"),
        .host("Host: [::1]80"),
        .host("Host: \u{80}"),
        .host("Host: a@"),
        .host("Host: a^b"),
        .host("Host: {a}"),
        .host("Host: a:8 0"),
        .host("Host: a::80"),
        .host("Host: ::1"),
        .host("Host: [fe80::1%eth0]"),
        .host("Host: [1.2.3.4]"),
        .host("Host: //a"),
      ]),
    .init(
      400, "There is more than one Host field.",
      [
        .host("Host: a\r\nHost: a"),
        .host("Host: a\r\nhOST: b"),
        .host("Host: a\r\nHost: a", "GET / HTTP/1.0"),
        .host("Host: a\r\nX: y\r\nHost: b"),
        .host("Host: a\r\nHost:"),
      ]),
    .init(
      400, "A field value contains a control byte.",
      [
        .host("Host: a\u{0}"),
        .host("Host: a;b\u{0}"),
        .host("Host: *\u{7F}"),
      ]),
    .init(
      400, "White space stands between a field name and its colon.",
      [
        .host("Host : a")
      ]),
    .init(
      400, "A field line is folded.",
      [
        .host(" Host: a"),
        .host("Host: a\r\n b"),
      ]),
    .init(
      400, "A field name contains an invalid byte.",
      [
        .host("Host\u{0}: a")
      ]),
    .init(
      400, "A field line has no colon.",
      [
        .host("Host\r\n: a")
      ]),
  ]
}

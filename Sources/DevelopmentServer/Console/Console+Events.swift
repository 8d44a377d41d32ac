// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp

extension Console {
  /// Tells of a request, but not of those that live reload makes by itself.
  func print(entry: AccessLogEntry) {
    guard entry.request.mounted(at: LiveReload.path) == nil else { return }
    print(RequestLine.text(entry, at: RequestLine.now(), style))
  }

  /// Tells what live reload did.
  func print(report: LiveReload.Report) {
    switch report {
    case .failed(let error):
      warn("Live reload ends: \(error)")
    case .changed(let changes, let pages):
      let names = changes.files.keys.sorted()
      var what = names.prefix(3).map(RequestLine.visible).joined(separator: ", ")
      if names.count > 3 { what += " and \(names.count - 3) more" }
      if what.isEmpty { what = "files" }
      let whom = pages == 1 ? "1 page" : "\(pages) pages"
      print(style(.dim, RequestLine.now()) + "  \(what) changed, told \(whom)")
    }
  }
}

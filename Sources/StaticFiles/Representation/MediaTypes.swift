// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The media types of files.
struct MediaTypes: Sendable {
  private let known: [String: String]
  private let unknown: String

  init(_ configuration: StaticFiles.Configuration) {
    var known: [String: String] = [:]
    for (type, extensions) in Self.types {
      var type = type
      if let charset = configuration.charset, Self.isBareText(type) {
        type += "; charset=" + charset
      }
      for suffix in extensions.split(separator: " ") { known[String(suffix)] = type }
    }
    for (suffix, type) in configuration.mediaTypes { known[suffix.lowercased()] = type }
    self.known = known
    unknown = configuration.defaultMediaType
  }

  /// The type for a file's extension, whatever its case.
  func type(ofFile name: String) -> String {
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return unknown }
    return known[name[name.index(after: dot)...].lowercased()] ?? unknown
  }

  /// Whether a format is text and does not say in which encoding.
  private static func isBareText(_ type: String) -> Bool {
    switch type {
    case "application/javascript", "application/json", "image/svg+xml": true
    default: type.hasPrefix("text/")
    }
  }

  private static let types: KeyValuePairs = [
    "text/calendar": "ics",
    "text/css": "css",
    "text/csv": "csv",
    "text/html": "htm html shtml",
    "text/markdown": "markdown md",
    "text/plain": "conf log text txt",
    "text/tab-separated-values": "tsv",
    "text/vcard": "vcf",
    "text/vtt": "vtt",

    "application/atom+xml": "atom",
    "application/cbor": "cbor",
    "application/geo+json": "geojson",
    "application/graphql": "graphql",
    "application/javascript": "cjs js mjs",
    "application/json": "json map topojson",
    "application/ld+json": "jsonld",
    "application/manifest+json": "webmanifest",
    "application/rss+xml": "rss",
    "application/sql": "sql",
    "application/toml": "toml",
    "application/vnd.sqlite3": "sqlite3",
    "application/wasm": "wasm",
    "application/x-ndjson": "ndjson",
    "application/xhtml+xml": "xhtml xht",
    "application/xml": "xml xsd xsl",
    "application/yaml": "yaml yml",

    "image/apng": "apng",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/jpeg": "jpeg jpg jpe",
    "image/jxl": "jxl",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/tiff": "tif tiff",
    "image/vnd.microsoft.icon": "ico cur",
    "image/webp": "webp",

    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/midi": "mid midi",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "oga ogg opus",
    "audio/wav": "wav",
    "audio/webm": "weba",

    "application/dash+xml": "mpd",
    "application/vnd.apple.mpegurl": "m3u8",
    "video/3gpp": "3gp",
    "video/iso.segment": "m4s",
    "video/matroska": "mkv",
    "video/mp2t": "ts m2ts",
    "video/mp4": "m4v mp4",
    "video/mpeg": "mpeg mpg",
    "video/ogg": "ogv",
    "video/quicktime": "mov qt",
    "video/webm": "webm",
    "video/x-msvideo": "avi",

    "application/vnd.ms-fontobject": "eot",
    "font/collection": "ttc",
    "font/otf": "otf",
    "font/ttf": "ttf",
    "font/woff": "woff",
    "font/woff2": "woff2",

    "application/epub+zip": "epub",
    "application/msword": "doc",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",

    "application/gzip": "gz tgz",
    "application/java-archive": "jar",
    "application/vnd.android.package-archive": "apk",
    "application/vnd.debian.binary-package": "deb",
    "application/vnd.rar": "rar",
    "application/x-7z-compressed": "7z",
    "application/x-bzip2": "bz2",
    "application/x-rpm": "rpm",
    "application/x-tar": "tar",
    "application/x-xz": "xz",
    "application/zip": "zip",
    "application/zstd": "zst",

    "model/gltf+json": "gltf",
    "model/gltf-binary": "glb",
    "model/obj": "obj",
    "model/stl": "stl",
    "model/vnd.usdz+zip": "usdz",

    "application/pgp-signature": "asc sig",
    "application/pkix-cert": "crt der",
    "application/x-pem-file": "pem",
    "application/x-pkcs12": "p12 pfx",
  ]
}

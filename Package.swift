// swift-tools-version: 6.3
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let asyncHTTPClient = Target.Dependency.product(
  name: "AsyncHTTPClient", package: "async-http-client")
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "HTTPApp",
  platforms: [.macOS("26.0")],
  products: [
    .library(name: "HTTPApp", targets: ["HTTPApp"]),
    .library(name: "HTTPAppServer", targets: ["HTTPAppServer"]),
    .library(name: "HTTPAppTesting", targets: ["HTTPAppTesting"]),
    .library(name: "StaticFiles", targets: ["StaticFiles"]),
    .library(name: "EngineIO", targets: ["EngineIO"]),
    .library(name: "EngineIOMiddleware", targets: ["EngineIOMiddleware"]),
    .library(name: "EngineIOFoundation", targets: ["EngineIOFoundation"]),
    .library(name: "EngineIOClient", targets: ["EngineIOClient"]),
    .executable(name: "serve", targets: ["Serve"]),
    .executable(name: "eio", targets: ["Eio"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
    .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(
      url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
  ],
  targets: [
    // Machines: pure state machines without I/O, tasks or clocks.
    .target(name: "HTTPCodec", dependencies: [httpTypes, nioCore]),
    .target(name: "ContentCodec", dependencies: ["CZlib", nioCore]),
    .target(name: "WebSocketCodec", dependencies: ["ContentCodec", "CZlib", nioCore]),
    .target(name: "EngineIO", dependencies: [nioCore]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // Protocol: what applications and hosts agree on.
    .target(name: "HTTPApp", dependencies: [httpTypes, nioCore]),

    // Hosts: what runs an application.
    .target(
      name: "HTTPAppServer",
      dependencies: [
        "HTTPApp", "HTTPCodec", "WebSocketCodec", httpTypes, nioCore, nioPosix,
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),
    .target(
      name: "HTTPAppTesting",
      dependencies: [
        "HTTPApp", "HTTPAppServer", "WebSocketCodec", httpTypes, nioCore, nioPosix,
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),

    // Endpoints: applications and middleware.
    .target(
      name: "StaticFiles",
      dependencies: ["COpenBeneath", "HTTPApp", "HTTPCodec", httpTypes, nioCore]),
    .target(name: "COpenBeneath"),
    .target(
      name: "EngineIOMiddleware",
      dependencies: [
        "HTTPApp", "StaticFiles", "EngineIO", "ContentCodec", "HTTPCodec", httpTypes, nioCore,
        .product(name: "Logging", package: "swift-log"),
      ]),

    // The one library that imports Foundation; a product of its own for that reason.
    .target(name: "EngineIOFoundation", dependencies: ["EngineIO"]),

    .target(
      name: "EngineIOClient",
      dependencies: [
        "EngineIO", "WebSocketCodec", "HTTPCodec", httpTypes, nioCore, nioPosix, asyncHTTPClient,
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    // The development server, and the command-line client.
    .target(
      name: "DevelopmentServer",
      dependencies: [
        "HTTPApp", "HTTPAppServer", "EngineIOMiddleware", "StaticFiles", "WebSocketCodec",
        httpTypes, nioCore, nioPosix, asyncHTTPClient,
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .executableTarget(
      name: "Serve", dependencies: ["DevelopmentServer", "HTTPAppServer", argumentParser]),
    .executableTarget(
      name: "Eio",
      dependencies: [
        "EngineIOClient", "WebSocketCodec", argumentParser, httpTypes, nioCore, nioPosix,
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),

    // Programs.
    .executableTarget(
      name: "ChatApp",
      dependencies: [
        "HTTPApp", "HTTPAppServer", "EngineIOMiddleware", "StaticFiles", argumentParser,
      ],
      path: "Examples/ChatApp", exclude: ["public"]),
    .executableTarget(
      name: "EchoServer",
      dependencies: [
        "HTTPApp", "HTTPAppServer", "EngineIOMiddleware", "StaticFiles", httpTypes, argumentParser,
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Examples/EchoServer"),

    // Not products: no user of the package builds them.
    .executableTarget(
      name: "RequestFuzzer",
      dependencies: [
        "FuzzingSupport", "HTTPCodec", "KnownRequests", httpTypes, nioCore, nioEmbedded,
        argumentParser,
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      path: "Fuzzing/RequestFuzzer"),
    .executableTarget(
      name: "PayloadFuzzer",
      dependencies: ["FuzzingSupport", "EngineIO", nioCore, argumentParser],
      path: "Fuzzing/PayloadFuzzer"),
    .executableTarget(
      name: "FileFuzzer",
      dependencies: [
        "FuzzingSupport", "HTTPApp", "StaticFiles", httpTypes, nioCore, argumentParser,
      ],
      path: "Fuzzing/FileFuzzer"),
    .target(
      name: "FuzzingSupport", dependencies: [argumentParser], path: "Fuzzing/FuzzingSupport"),

    .target(name: "KnownRequests", path: "Tests/KnownRequests"),
    .testTarget(name: "HTTPCodecTests", dependencies: ["HTTPCodec", "KnownRequests"]),
    .testTarget(name: "ContentCodecTests", dependencies: ["ContentCodec", "CZlib", nioCore]),
    .testTarget(name: "WebSocketCodecTests", dependencies: ["WebSocketCodec"]),
    .testTarget(name: "EngineIOTests", dependencies: ["EngineIO"]),
    .testTarget(
      name: "HTTPAppTests", dependencies: ["HTTPApp", "HTTPAppTesting", httpTypes, nioCore]),
    .testTarget(
      name: "HTTPAppServerTests",
      dependencies: [
        "HTTPApp", "HTTPAppServer", "HTTPAppTesting", "HTTPCodec", "KnownRequests",
        "WebSocketCodec", httpTypes, nioCore, nioEmbedded, nioPosix,
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    .testTarget(name: "HTTPAppTestingTests", dependencies: ["HTTPAppTesting"]),
    .testTarget(name: "StaticFilesTests", dependencies: ["StaticFiles", "HTTPAppTesting"]),
    .testTarget(
      name: "EngineIOMiddlewareTests",
      dependencies: [
        "EngineIOFoundation", "EngineIOMiddleware", "ContentCodec", "HTTPAppTesting",
        .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(
      name: "EngineIOClientTests",
      dependencies: [
        "EngineIOClient", "EngineIOFoundation", "EngineIOMiddleware", "HTTPApp", "HTTPAppTesting",
        "WebSocketCodec", asyncHTTPClient, nioCore, nioPosix, httpTypes,
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),
    .testTarget(
      name: "EioTests",
      dependencies: [
        "Eio", "EngineIOClient", argumentParser, httpTypes, nioCore,
      ]),
    .testTarget(
      name: "DevelopmentServerTests",
      dependencies: [
        "DevelopmentServer", "HTTPAppServer", "HTTPAppTesting", httpTypes, nioCore,
        asyncHTTPClient,
        .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(
      name: "DocumentationTests",
      dependencies: [
        "HTTPApp", "EngineIOClient", "EngineIOFoundation", "EngineIOMiddleware", "StaticFiles",
        "HTTPAppServer",
        "HTTPAppTesting", httpTypes, nioCore, .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),
  ]
)

for target in package.targets where target.type != .system {
  target.swiftSettings = settings
}

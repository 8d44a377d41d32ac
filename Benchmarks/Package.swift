// swift-tools-version: 6.3
import PackageDescription

// A package of its own, so that users of HTTPApp never resolve what it is compared with.
let package = Package(
  name: "Benchmarks",
  platforms: [.macOS("26.0")],
  dependencies: [
    .package(name: "HTTPApp", path: ".."),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
  ],
  targets: [
    .executableTarget(
      name: "NIOServer",
      dependencies: [
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .executableTarget(
      name: "HummingbirdServer",
      dependencies: [
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .executableTarget(name: "Load"),
    .executableTarget(
      name: "ClientLoad",
      dependencies: [
        .product(name: "EngineIOClient", package: "HTTPApp"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "Workload",
      dependencies: [
        .product(name: "EngineIOMiddleware", package: "HTTPApp"),
        .product(name: "HTTPApp", package: "HTTPApp"),
        .product(name: "HTTPAppServer", package: "HTTPApp"),
      ]),
    .executableTarget(
      name: "Compare",
      dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")]),
  ]
)

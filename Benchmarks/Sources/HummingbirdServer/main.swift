// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Hummingbird
import Logging
import NIOPosix

// Hummingbird with its router, on one loop. Usage: HummingbirdServer PORT

let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8080
var logger = Logger(label: "HummingbirdServer")
logger.logLevel = .error

let router = Router()
router.get("/") { _, _ in "Hello, World!" }

let app = Application(
  router: router,
  configuration: ApplicationConfiguration(
    address: .hostname("127.0.0.1", port: port), backlog: 4096),
  eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)),
  logger: logger)
try await app.runService()

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

#if os(Linux)
  import NIOCore
  import NIOPosix

  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif

  /// Notices changes as the kernel tells of them: inotify(7), read by an event loop, so that no
  /// thread waits for it.
  struct InotifyWatcher: FileWatcher {
    let directory: String

    func begin() throws(FileWatchError) -> any FileWatch {
      let descriptor = inotify_init1(CInt(IN_CLOEXEC | IN_NONBLOCK))
      guard descriptor >= 0 else {
        throw FileWatchError(
          description: "this system lets one have no more watchers; to allow more: "
            + "sysctl fs.inotify.max_user_instances=1024")
      }
      let instance = Instance(descriptor: descriptor)
      var tree = InotifyTree(descriptor: descriptor, root: directory)
      try tree.begin()
      return Watch(instance: instance, tree: tree, directory: directory)
    }

    /// Closes the descriptor when nobody uses it any more.
    private final class Instance: Sendable {
      let descriptor: CInt

      init(descriptor: CInt) {
        self.descriptor = descriptor
      }

      deinit {
        close(descriptor)
      }
    }

    private struct Watch: FileWatch {
      let instance: Instance
      let tree: InotifyTree
      let directory: String

      func run(_ report: @Sendable (FileChange) -> Void) async throws {
        // The channel closes what it reads from, so it has a descriptor of its own.
        let descriptor = dup(instance.descriptor)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "dup") }
        let channel = try await openChannel(descriptor)
        var tree = tree
        try await channel.executeThenClose { events in
          if tree.isRootLost { try await find(&tree, report) }
          for try await var bytes in events {
            while let event = InotifyEvent(reading: &bytes) {
              try tree.handle(event, report: report)
            }
            if tree.isRootLost { try await find(&tree, report) }
          }
        }
      }

      /// Reads need room for the longest name, or they fail.
      private static let readBytes = 64 << 10

      private func openChannel(_ descriptor: CInt) async throws -> NIOAsyncChannel<
        ByteBuffer, Never
      > {
        do {
          return try await NIOPipeBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(
              .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.readBytes)
            )
            .takingOwnershipOfDescriptor(input: descriptor) { channel in
              channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel(wrappingChannelSynchronously: channel)
              }
            }
        } catch {
          close(descriptor)
          throw error
        }
      }

      /// Waits until there is a directory to watch again, as after `rm -r public` in a build.
      private func find(
        _ tree: inout InotifyTree, _ report: @Sendable (FileChange) -> Void
      ) async throws {
        while tree.isRootLost {
          try await Task.sleep(for: .milliseconds(100))
          if DirectoryWalk.isDirectory(directory) { try tree.begin() }
        }
        report(.unknown)
      }
    }
  }
#endif

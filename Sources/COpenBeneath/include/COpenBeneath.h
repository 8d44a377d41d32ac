// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

#ifndef COPENBENEATH_H
#define COPENBENEATH_H

/// Opens `path` below the directory `root` with Linux's openat2, which never leaves it.
///
/// `root` may be reached through symbolic links; below it only those are followed that stay there,
/// or none at all. O_CLOEXEC and O_NONBLOCK are added to `flags`.
///
/// Returns a descriptor, or an error code made negative: -ENOSYS where there is no openat2.
int open_beneath(const char *root, const char *path, int flags, int refuses_links);

#endif

// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

#define _GNU_SOURCE

#include "COpenBeneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#ifdef __linux__

#include <sys/syscall.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

// From linux/openat2.h, which older systems lack.
struct how {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};
static const uint64_t no_magic_links = 0x02;
static const uint64_t no_symbolic_links = 0x04;
static const uint64_t beneath = 0x08;

int open_beneath(const char *root, const char *path, int flags, int refuses_links) {
  int directory;
  do {
    directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
  } while (directory < 0 && errno == EINTR);
  if (directory < 0) return -errno;

  struct how how = {
    .flags = (uint64_t)(flags | O_CLOEXEC | O_NONBLOCK),
    .resolve = beneath | no_magic_links | (refuses_links ? no_symbolic_links : 0),
  };
  long result;
  int code = 0;
  // EAGAIN: something was renamed while a `..` was resolved.
  for (int tries = 0; tries < 16; tries++) {
    result = syscall(SYS_openat2, directory, path, &how, sizeof how);
    code = result < 0 ? errno : 0;
    if (code != EINTR && code != EAGAIN) break;
  }
  close(directory);
  return result < 0 ? -code : (int)result;
}

#else

int open_beneath(const char *root, const char *path, int flags, int refuses_links) {
  (void)root, (void)path, (void)flags, (void)refuses_links;
  return -ENOSYS;
}

#endif

/* Loaded into a server before the C library: each sync of a disk takes SYNC_DELAY_MS longer. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static int sync_late(const char *name, int file) {
  const char *setting = getenv("SYNC_DELAY_MS");
  long delay_ms = setting ? atol(setting) : 0;
  struct timespec delay = {delay_ms / 1000, delay_ms % 1000 * 1000000};
  nanosleep(&delay, NULL);
  int (*sync)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return sync(file);
}

int fsync(int file) { return sync_late("fsync", file); }
int fdatasync(int file) { return sync_late("fdatasync", file); }

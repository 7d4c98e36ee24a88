// How a program here ends for a reason, and what it takes the time from.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

_Noreturn static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, why);
  exit(1);
}

// Seconds of a clock of <time.h>.
static inline double clock_s(int which) {
  struct timespec t;
  clock_gettime(which, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}
static inline double now(void) {
  return clock_s(CLOCK_MONOTONIC);
}

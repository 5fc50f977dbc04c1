// What happens when there is no memory left: a line that says so, and an exit code of its own.

#include "CKernels.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { exit_out_of_memory = 71 };  // EX_OSERR of sysexits.h

static void say(const char *line) {
  ssize_t written = write(STDERR_FILENO, line, strlen(line));
  (void)written;
}

void ck_out_of_memory(size_t bytes) {
  char line[160];
  snprintf(line, sizeof line,
           "Error: Out of memory: the system gave no %.1f MiB more. Make the model, its batch size or its block size "
           "smaller.\n",
           (double)bytes / (1 << 20));
  say(line);
  // Not `exit`, which runs what others have registered: that may want memory.
  _exit(exit_out_of_memory);
}

// Swift ends the process by SIGABRT, after a line of its own, where an array finds no memory, and Foundation by a trap.
// Either comes right after the allocator has failed, which leaves its mark in errno: that tells it from a defect.

static const int signals[] = {SIGABRT, SIGILL, SIGTRAP};
enum { signal_count = sizeof signals / sizeof *signals };
static struct sigaction earlier[signal_count];

static void pass_on(int number, siginfo_t *info, void *context) {
  for (int index = 0; index < signal_count; index++) {
    if (signals[index] != number) continue;
    struct sigaction *action = &earlier[index];
    bool is_function = action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN;
    if (is_function && (action->sa_flags & SA_SIGINFO)) {
      action->sa_sigaction(number, info, context);
    } else if (is_function) {
      action->sa_handler(number);
    }
    // A trap comes again when this returns, then to whom it came before.
    sigaction(number, action, NULL);
    if (number == SIGABRT) raise(number);
  }
}

static void handle(int number, siginfo_t *info, void *context) {
  if (errno != ENOMEM) {
    pass_on(number, info, context);
    return;
  }
  if (number != SIGABRT) say("Error: Out of memory.\n");
  _exit(exit_out_of_memory);
}

void ck_exit_when_out_of_memory(void) {
  struct sigaction action = {0};
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  for (int index = 0; index < signal_count; index++) sigaction(signals[index], &action, &earlier[index]);
  errno = 0;
}

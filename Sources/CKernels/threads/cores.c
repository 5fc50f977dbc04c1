// How many physical cores this process may run on.

#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

#include <unistd.h>

#include "CKernels.h"

#if defined(__linux__)

/// Whether `allowed` holds a CPU below `cpu` in a list of siblings such as "3,67" or "6-7".
static bool has_lower_sibling(const char *list, int cpu, const cpu_set_t *allowed) {
  while (*list >= '0' && *list <= '9') {
    char *end;
    long first = strtol(list, &end, 10), last = first;
    if (*end == '-') last = strtol(end + 1, &end, 10);
    for (long sibling = first; sibling <= last && sibling < cpu; sibling++) {
      if (CPU_ISSET((size_t)sibling, allowed)) return true;
    }
    list = *end == ',' ? end + 1 : end;
  }
  return false;
}

static bool is_first_of_its_core(int cpu, const cpu_set_t *allowed) {
  char path[96], list[256];
  snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
  FILE *file = fopen(path, "r");
  if (file == NULL) return true;
  bool read = fgets(list, sizeof list, file) != NULL;
  fclose(file);
  return !read || !has_lower_sibling(list, cpu, allowed);
}

int ck_physical_cores(void) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    int cores = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
      if (CPU_ISSET((size_t)cpu, &allowed) && is_first_of_its_core(cpu, &allowed)) cores++;
    }
    if (cores > 0) return cores;
  }
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

#else

int ck_physical_cores(void) {
#if defined(__APPLE__)
  int cores = 0;
  size_t size = sizeof cores;
  if (sysctlbyname("hw.physicalcpu", &cores, &size, NULL, 0) == 0 && cores > 0) return cores;
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

#endif

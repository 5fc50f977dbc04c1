// Preloaded into a program, this counts what it asks of the file system below one directory, and at one call of a
// kind kills it, stops it, makes the call fail, or lets it do half. What is asked is written to a log, a call a line.
//
//     ENDURANCE_UNDER   the directory, absolute, without links in it
//     ENDURANCE_LOG     the log; a line is "kind path", and before the call that is chosen "FIRED kind path"
//     ENDURANCE_KIND    the kind of call, or "any"
//     ENDURANCE_AT      which of that kind, counted from 0
//     ENDURANCE_ACTION  kill, stop, short (half of the bytes), torn (half of the bytes, then kill), or an errno
//     ENDURANCE_ALWAYS  1: from that call on
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { nothing = 0, shorten = -1, tear = -2 };
enum { descriptor_count = 1024 };

// Where a descriptor leads, as far as the directory goes.
static struct {
  char *path;
  int is_directory, is_written;
} descriptors[descriptor_count];

static const char *under, *kind_wanted, *action;
static long at = -1, seen;
static int always, log_descriptor = -1;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void start(void) {
  under = getenv("ENDURANCE_UNDER");
  kind_wanted = getenv("ENDURANCE_KIND");
  action = getenv("ENDURANCE_ACTION");
  if (getenv("ENDURANCE_AT")) at = atol(getenv("ENDURANCE_AT"));
  always = getenv("ENDURANCE_ALWAYS") != NULL;
  const char *log = getenv("ENDURANCE_LOG");
  if (log) log_descriptor = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// MARK: - Paths

static const char *path_of(int descriptor) {
  return descriptor >= 0 && descriptor < descriptor_count ? descriptors[descriptor].path : NULL;
}

// Writes the absolute spelling of `path` seen from `directory`, without "." and ".." and doubled slashes.
static const char *resolve(int directory, const char *path, char out[PATH_MAX]) {
  char joined[2 * PATH_MAX];
  if (!path) path = "";
  if (path[0] == '/') {
    snprintf(joined, sizeof joined, "%s", path);
  } else if (directory == AT_FDCWD) {
    char here[PATH_MAX];
    if (syscall(SYS_getcwd, here, sizeof here) < 0) here[0] = 0;
    snprintf(joined, sizeof joined, "%s/%s", here, path);
  } else {
    const char *base = path_of(directory);
    if (!base) return NULL;
    snprintf(joined, sizeof joined, "%s/%s", base, path);
  }
  size_t length = 0;
  char *rest = NULL;
  for (char *part = strtok_r(joined, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
    if (!strcmp(part, ".")) continue;
    if (!strcmp(part, "..")) {
      while (length > 0 && out[--length] != '/') {}
      continue;
    }
    size_t size = strlen(part);
    if (length + size + 2 > PATH_MAX) return NULL;
    out[length++] = '/';
    memcpy(out + length, part, size);
    length += size;
  }
  out[length] = 0;
  return out;
}

static int is_watched(const char *path) {
  size_t length = under ? strlen(under) : 0;
  return path && length && !strncmp(path, under, length) && (path[length] == '/' || !path[length]);
}

static void note(int descriptor, const char *path, int is_written) {
  if (descriptor < 0 || descriptor >= descriptor_count) return;
  free(descriptors[descriptor].path);
  descriptors[descriptor].path = is_watched(path) ? strdup(path) : NULL;
  struct stat status;
  descriptors[descriptor].is_directory =
      descriptors[descriptor].path && !REAL(fstat)(descriptor, &status) && S_ISDIR(status.st_mode);
  descriptors[descriptor].is_written = is_written;
}

// MARK: - The call that is chosen

static void die(void) {
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

static void say(const char *prefix, const char *kind, const char *path, const char *target) {
  char line[2 * PATH_MAX + 64];
  const char *arrow = target ? " -> " : "";
  int size = snprintf(line, sizeof line, "%s%s %s%s%s\n", prefix, kind, path, arrow, target ? target : "");
  if (log_descriptor >= 0) syscall(SYS_write, log_descriptor, line, size);
}

// What is to become of a call of this kind on `path`: `nothing`, an errno, `shorten` or `tear`.
static int fate(const char *kind, const char *path, const char *target) {
  if (!is_watched(path) && !is_watched(target)) return nothing;
  pthread_mutex_lock(&mutex);
  int counts = kind_wanted && (!strcmp(kind_wanted, "any") || !strcmp(kind_wanted, kind));
  int fires = counts && at >= 0 && (seen == at || (always && seen > at));
  if (counts) seen++;
  say(fires ? "FIRED " : "", kind, path, target);
  pthread_mutex_unlock(&mutex);
  if (!fires || !action) return nothing;
  if (!strcmp(action, "kill")) die();
  if (!strcmp(action, "stop")) {
    syscall(SYS_kill, getpid(), SIGSTOP);
    return nothing;
  }
  if (!strcmp(action, "short")) return shorten;
  if (!strcmp(action, "torn")) return tear;
  return atoi(action);
}

#define FAIL_IF_CHOSEN(failure, kind, path, target) \
  do {                                              \
    int code = fate(kind, path, target);            \
    if (code > 0) {                                 \
      errno = code;                                 \
      return failure;                               \
    }                                               \
  } while (0)

// MARK: - Opening and closing

static int open_at(int directory, const char *path, int flags, mode_t mode) {
  char buffer[PATH_MAX];
  const char *full = resolve(directory, path, buffer);
  int writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_CREAT;
  FAIL_IF_CHOSEN(-1, flags & O_DIRECTORY ? "opendir" : writes ? "create" : "open", full, NULL);
  int descriptor = (int)syscall(SYS_openat, directory, path, flags, mode);
  if (descriptor >= 0) note(descriptor, full, writes);
  return descriptor;
}

static mode_t mode_of(int flags, va_list list) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; }

#define OPEN_BODY(directory)                        \
  va_list list;                                     \
  va_start(list, flags);                            \
  mode_t mode = mode_of(flags, list);               \
  va_end(list);                                     \
  return open_at(directory, path, flags, mode)

int open(const char *path, int flags, ...) { OPEN_BODY(AT_FDCWD); }
int open64(const char *path, int flags, ...) { OPEN_BODY(AT_FDCWD); }
int openat(int directory, const char *path, int flags, ...) { OPEN_BODY(directory); }
int openat64(int directory, const char *path, int flags, ...) { OPEN_BODY(directory); }
int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode); }

int close(int descriptor) {
  const char *path = path_of(descriptor);
  int code = path ? fate(descriptors[descriptor].is_written ? "close" : "closeread", path, NULL) : nothing;
  note(descriptor, NULL, 0);
  int result = REAL(close)(descriptor);  // a descriptor is closed even where closing reports a failure
  if (code <= 0) return result;
  errno = code;
  return -1;
}

static int copied(int from, int to) {
  if (to >= 0 && path_of(from)) note(to, path_of(from), descriptors[from].is_written);
  return to;
}
int dup(int from) { return copied(from, REAL(dup)(from)); }
int dup2(int from, int to) { return copied(from, REAL(dup2)(from, to)); }
int dup3(int from, int to, int flags) { return copied(from, REAL(dup3)(from, to, flags)); }

static int control(int descriptor, int command, long argument) {
  int result = (int)syscall(SYS_fcntl, descriptor, command, argument);
  return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? copied(descriptor, result) : result;
}
#define CONTROL_BODY                                \
  va_list list;                                     \
  va_start(list, command);                          \
  long argument = va_arg(list, long);               \
  va_end(list);                                     \
  return control(descriptor, command, argument)
int fcntl(int descriptor, int command, ...) { CONTROL_BODY; }
int fcntl64(int descriptor, int command, ...) { CONTROL_BODY; }

// MARK: - Directories

DIR *opendir(const char *path) {
  char buffer[PATH_MAX];
  const char *full = resolve(AT_FDCWD, path, buffer);
  FAIL_IF_CHOSEN(NULL, "opendir", full, NULL);
  DIR *directory = REAL(opendir)(path);
  if (directory) note(dirfd(directory), full, 0);
  return directory;
}
DIR *fdopendir(int descriptor) {
  FAIL_IF_CHOSEN(NULL, "opendir", path_of(descriptor), NULL);
  return REAL(fdopendir)(descriptor);
}
struct dirent *readdir(DIR *directory) {
  FAIL_IF_CHOSEN(NULL, "readdir", path_of(dirfd(directory)), NULL);
  return REAL(readdir)(directory);
}
struct dirent64 *readdir64(DIR *directory) {
  FAIL_IF_CHOSEN(NULL, "readdir", path_of(dirfd(directory)), NULL);
  return REAL(readdir64)(directory);
}
int closedir(DIR *directory) {
  if (path_of(dirfd(directory))) fate("closeread", path_of(dirfd(directory)), NULL);
  note(dirfd(directory), NULL, 0);
  return REAL(closedir)(directory);
}

// MARK: - Bytes

#define TRANSFER(kind, name, type, ...)                              \
  int code = fate(kind, path_of(descriptor), NULL);                  \
  if (code > 0) {                                                    \
    errno = code;                                                    \
    return -1;                                                       \
  }                                                                  \
  if (code < 0 && count > 1) count /= 2;                             \
  ssize_t result = REAL(name)(__VA_ARGS__);                          \
  if (code == tear) die();                                           \
  return result

ssize_t read(int descriptor, void *bytes, size_t count) { TRANSFER("read", read, void *, descriptor, bytes, count); }
ssize_t pread(int descriptor, void *bytes, size_t count, off_t offset) {
  TRANSFER("read", pread, void *, descriptor, bytes, count, offset);
}
ssize_t pread64(int descriptor, void *bytes, size_t count, off64_t offset) {
  TRANSFER("read", pread64, void *, descriptor, bytes, count, offset);
}
ssize_t write(int descriptor, const void *bytes, size_t count) {
  TRANSFER("write", write, const void *, descriptor, bytes, count);
}
ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  TRANSFER("write", pwrite, const void *, descriptor, bytes, count, offset);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
  TRANSFER("write", pwrite64, const void *, descriptor, bytes, count, offset);
}

#define ON_DESCRIPTOR(kind, call)                     \
  FAIL_IF_CHOSEN(-1, kind, path_of(descriptor), NULL); \
  return call

static const char *synchronization(int descriptor) {
  return path_of(descriptor) && descriptors[descriptor].is_directory ? "fsyncdir" : "fsync";
}
int fsync(int descriptor) { ON_DESCRIPTOR(synchronization(descriptor), REAL(fsync)(descriptor)); }
int fdatasync(int descriptor) { ON_DESCRIPTOR(synchronization(descriptor), REAL(fdatasync)(descriptor)); }
int flock(int descriptor, int operation) { ON_DESCRIPTOR("flock", REAL(flock)(descriptor, operation)); }
int ftruncate(int descriptor, off_t size) { ON_DESCRIPTOR("truncate", REAL(ftruncate)(descriptor, size)); }
int ftruncate64(int descriptor, off64_t size) { ON_DESCRIPTOR("truncate", REAL(ftruncate64)(descriptor, size)); }

// MARK: - Names

#define ON_PATH(kind, directory, call)            \
  char buffer[PATH_MAX];                          \
  const char *full = resolve(directory, path, buffer); \
  FAIL_IF_CHOSEN(-1, kind, full, NULL);           \
  return call

int mkdir(const char *path, mode_t mode) { ON_PATH("mkdir", AT_FDCWD, REAL(mkdir)(path, mode)); }
int mkdirat(int directory, const char *path, mode_t mode) {
  ON_PATH("mkdir", directory, REAL(mkdirat)(directory, path, mode));
}
int unlink(const char *path) { ON_PATH("unlink", AT_FDCWD, REAL(unlink)(path)); }
int rmdir(const char *path) { ON_PATH("rmdir", AT_FDCWD, REAL(rmdir)(path)); }
int unlinkat(int directory, const char *path, int flags) {
  ON_PATH(flags & AT_REMOVEDIR ? "rmdir" : "unlink", directory, REAL(unlinkat)(directory, path, flags));
}
int symlink(const char *target, const char *path) { ON_PATH("symlink", AT_FDCWD, REAL(symlink)(target, path)); }
int symlinkat(const char *target, int directory, const char *path) {
  ON_PATH("symlink", directory, REAL(symlinkat)(target, directory, path));
}
ssize_t readlink(const char *path, char *out, size_t size) {
  ON_PATH("readlink", AT_FDCWD, REAL(readlink)(path, out, size));
}
ssize_t readlinkat(int directory, const char *path, char *out, size_t size) {
  ON_PATH("readlink", directory, REAL(readlinkat)(directory, path, out, size));
}
int access(const char *path, int mode) { ON_PATH("stat", AT_FDCWD, REAL(access)(path, mode)); }
int faccessat(int directory, const char *path, int mode, int flags) {
  ON_PATH("stat", directory, REAL(faccessat)(directory, path, mode, flags));
}
int stat(const char *path, struct stat *out) { ON_PATH("stat", AT_FDCWD, REAL(stat)(path, out)); }
int lstat(const char *path, struct stat *out) { ON_PATH("stat", AT_FDCWD, REAL(lstat)(path, out)); }
int fstatat(int directory, const char *path, struct stat *out, int flags) {
  ON_PATH("stat", directory, REAL(fstatat)(directory, path, out, flags));
}
int stat64(const char *path, struct stat64 *out) { ON_PATH("stat", AT_FDCWD, REAL(stat64)(path, out)); }
int lstat64(const char *path, struct stat64 *out) { ON_PATH("stat", AT_FDCWD, REAL(lstat64)(path, out)); }
int fstatat64(int directory, const char *path, struct stat64 *out, int flags) {
  ON_PATH("stat", directory, REAL(fstatat64)(directory, path, out, flags));
}
int statx(int directory, const char *path, int flags, unsigned mask, struct statx *out) {
  ON_PATH("stat", directory, REAL(statx)(directory, path, flags, mask, out));
}
int fstat(int descriptor, struct stat *out) { ON_DESCRIPTOR("stat", REAL(fstat)(descriptor, out)); }
int fstat64(int descriptor, struct stat64 *out) { ON_DESCRIPTOR("stat", REAL(fstat64)(descriptor, out)); }

// MARK: - From one name to another

#define BETWEEN(kind, call)                                        \
  char first[PATH_MAX], second[PATH_MAX];                          \
  const char *source = resolve(from_directory, from, first);       \
  const char *target = resolve(to_directory, to, second);          \
  FAIL_IF_CHOSEN(-1, kind, source ? source : "", target ? target : ""); \
  return call

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags) {
  BETWEEN("rename", (int)syscall(SYS_renameat2, from_directory, from, to_directory, to, flags));
}
int renameat(int from_directory, const char *from, int to_directory, const char *to) {
  return renameat2(from_directory, from, to_directory, to, 0);
}
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags) {
  BETWEEN("link", (int)syscall(SYS_linkat, from_directory, from, to_directory, to, flags));
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

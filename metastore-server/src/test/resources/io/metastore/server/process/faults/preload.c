/*
 * Stands between a process and the system's library: shifts the wall clock that the process reads, and lets syncs of some
 * files fail. What to do is read from a mapped file, what was done is counted there; the process may be killed at any time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NANOS 1000000000L

struct control {
    int64_t clock_offset_nanos;
    int64_t clock_readings;
    int64_t syncs_to_fail;
    int64_t syncs_failed;
    char files[64]; /* part of the path of the files whose syncs fail */
};

static struct control none;
static struct control *control = &none;
static int (*system_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void open_control(void) {
    system_clock_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    const char *path = getenv("METASTORE_TEST_FAULTS");
    int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    void *mapped = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped != MAP_FAILED) control = mapped;
    close(fd);
}

int clock_gettime(clockid_t id, struct timespec *time) {
    int result = system_clock_gettime == NULL ? (int)syscall(SYS_clock_gettime, id, time) : system_clock_gettime(id, time);
    if (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE) return result;
    int64_t offset = __atomic_load_n(&control->clock_offset_nanos, __ATOMIC_RELAXED);
    if (result != 0 || offset == 0) return result;
    int64_t shifted = (int64_t)time->tv_sec * NANOS + time->tv_nsec + offset;
    time->tv_sec = shifted / NANOS;
    time->tv_nsec = shifted % NANOS;
    __atomic_fetch_add(&control->clock_readings, 1, __ATOMIC_RELAXED);
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec exact;
    if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
    time->tv_sec = exact.tv_sec;
    time->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

static int fails(int fd) {
    if (__atomic_load_n(&control->syncs_to_fail, __ATOMIC_RELAXED) <= 0) return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strstr(path, control->files) == NULL) return 0;
    if (__atomic_fetch_sub(&control->syncs_to_fail, 1, __ATOMIC_RELAXED) <= 0) return 0;
    __atomic_fetch_add(&control->syncs_failed, 1, __ATOMIC_RELAXED);
    errno = EIO;
    return 1;
}

int fdatasync(int fd) {
    return fails(fd) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd) {
    return fails(fd) ? -1 : (int)syscall(SYS_fsync, fd);
}

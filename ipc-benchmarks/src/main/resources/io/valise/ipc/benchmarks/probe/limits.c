/* What the machine allows two processes at best, as median nanoseconds per round trip:
 *   cacheLinePingPong  each spins on a word that the other writes, one cache line each way
 *   futexPingPong      each sleeps in the kernel until the other wakes it
 *   udsPingPong        64 bytes each way over a blocking Unix domain socket
 * Prints "name value" lines. Build: cc -O2 -o limits limits.c; run: limits ROUNDS
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define LINE 128 /* processors fetch lines in pairs */
#define MESSAGE 64

struct words {
    _Alignas(LINE) _Atomic uint32_t ping;
    _Alignas(LINE) _Atomic uint32_t pong;
};

static struct words *shared;
static int sockets[2];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static void run_on(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu % sysconf(_SC_NPROCESSORS_ONLN), &set);
    sched_setaffinity(0, sizeof set, &set); /* where it is not allowed, the scheduler chooses */
}

static void relax(void) {
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ volatile("yield");
#endif
}

static void spin_until(_Atomic uint32_t *word, uint32_t value) {
    while (atomic_load_explicit(word, memory_order_acquire) != value)
        relax();
}

static void spin_ping(uint32_t i) {
    atomic_store_explicit(&shared->ping, i, memory_order_release);
    spin_until(&shared->pong, i);
}

static void spin_pong(uint32_t i) {
    spin_until(&shared->ping, i);
    atomic_store_explicit(&shared->pong, i, memory_order_release);
}

static void wake(_Atomic uint32_t *word, uint32_t value) {
    atomic_store(word, value);
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void sleep_until(_Atomic uint32_t *word, uint32_t value) {
    uint32_t seen;
    while ((seen = atomic_load(word)) != value)
        syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0);
}

static void futex_ping(uint32_t i) {
    wake(&shared->ping, i);
    sleep_until(&shared->pong, i);
}

static void futex_pong(uint32_t i) {
    sleep_until(&shared->ping, i);
    wake(&shared->pong, i);
}

static void transfer(int fd) {
    char message[MESSAGE];
    if (recv(fd, message, sizeof message, MSG_WAITALL) != sizeof message) fail("recv");
    if (send(fd, message, sizeof message, 0) != sizeof message) fail("send");
}

static void uds_ping(uint32_t i) {
    char message[MESSAGE] = {(char)i};
    if (send(sockets[0], message, sizeof message, 0) != sizeof message) fail("send");
    if (recv(sockets[0], message, sizeof message, MSG_WAITALL) != sizeof message) fail("recv");
}

static void uds_pong(uint32_t i) {
    (void)i;
    transfer(sockets[1]);
}

static int ascending(const void *a, const void *b) {
    double d = *(const double *)a - *(const double *)b;
    return (d > 0) - (d < 0);
}

/* Rounds are timed in batches: reading the clock costs a tenth of the fastest of them. */
static void measure(const char *name, void (*ping)(uint32_t), void (*pong)(uint32_t), uint32_t batches, uint32_t batch) {
    double *times = malloc(batches * sizeof *times);
    if (times == NULL) fail("malloc");
    uint32_t warmup = batches / 4 + 1, round = 0;
    atomic_store(&shared->ping, 0);
    atomic_store(&shared->pong, 0);
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        run_on(1);
        for (uint32_t i = 1; i <= (warmup + batches) * batch; i++)
            pong(i);
        _exit(0);
    }
    run_on(0);
    for (uint32_t b = 0; b < warmup + batches; b++) {
        double begun = now();
        for (uint32_t i = 0; i < batch; i++)
            ping(++round);
        if (b >= warmup) times[b - warmup] = (now() - begun) / batch;
    }
    qsort(times, batches, sizeof *times, ascending);
    printf("%s %.1f\n", name, times[batches / 2]);
    fflush(stdout);
    free(times);
}

int main(int argc, char **argv) {
    uint32_t rounds = argc > 1 ? (uint32_t)atoi(argv[1]) : 100000;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) fail("mmap");
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) fail("socketpair");
    measure("cacheLinePingPong", spin_ping, spin_pong, rounds / 5, 50);
    measure("futexPingPong", futex_ping, futex_pong, rounds, 1);
    measure("udsPingPong", uds_ping, uds_pong, rounds, 1);
    return 0;
}

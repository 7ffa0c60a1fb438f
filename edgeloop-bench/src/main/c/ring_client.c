/*
 * ring_client: the least an io_uring client in a closed loop can cost: it begins an echo on each
 * connection and keeps it going (ring.h). It reads no clock for a request, keeps no times and compares
 * no answer: all that is what a load client adds.
 *
 * Usage: ring_client PORT CONNECTIONS SECONDS    after as long a warm-up; prints a line of JSON
 */
#define _GNU_SOURCE
#include "server.h"
#include "ring.h"
#include <time.h>

enum { REQUEST_BYTES = 64, PATIENCE_SECONDS = 30 };

static void nothing(struct io_uring_cqe *cqe) {
    (void)cqe; /* there are no other kinds */
}

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void begin(int port) {
    static const char request[REQUEST_BYTES];
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0
        || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0
        || send(fd, request, sizeof request, MSG_NOSIGNAL) < 0) {
        die("connect");
    }
    receive_on(fd);
}

/* Turns for a while, and answers when it is over. */
static double run(double length) {
    double end = seconds(CLOCK_MONOTONIC) + length, now = 0;
    while (now < end) {
        for (int i = 0; i < 16; i++) { /* a look at the clock for so many turns */
            enter(later_count + starved_count > 0 ? 0 : 1);
            take_turn(nothing);
            if (ended_count > 0) {
                fprintf(stderr, "ring_client: a connection was lost\n");
                exit(1);
            }
        }
        now = seconds(CLOCK_MONOTONIC);
    }
    return now;
}

int main(int argc, char **argv) {
    int port = port_argument("ring_client", argc, argv);
    int connections = argc > 2 ? atoi(argv[2]) : 0;
    double length = argc > 3 ? atof(argv[3]) : 0;
    if (port == 0 || connections <= 0 || length <= 0) {
        fprintf(stderr, "Usage: ring_client PORT CONNECTIONS SECONDS\n");
        return 2;
    }
    alarm(2 * length + PATIENCE_SECONDS); /* ends it where no answer comes */
    raise_descriptor_limit();
    open_ring();
    for (int i = 0; i < connections; i++) {
        begin(port);
    }
    double begun = run(length), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    unsigned long before = received_bytes;
    double took = run(length) - begun;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("{\"requests\":%lu,\"seconds\":%.3f,\"cpu_seconds\":%.6f}\n",
           (received_bytes - before) / REQUEST_BYTES, took, cpu);
    return 0;
}

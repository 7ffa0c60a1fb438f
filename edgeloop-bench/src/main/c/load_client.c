/*
 * load_client: loads a TCP server from one thread and prints what it saw as one line of JSON.
 *
 * The connect phase is over before any timing begins: a connection counts as open once its first
 * request has been answered, and at most CONNECT_WINDOW of them are under way, so that no server's
 * accept queue overflows (Java's default backlog is 50) and the kernel's 1 s SYN retry is never
 * part of a result.
 *
 * Closed loop (default): each connection keeps `depth` requests under way and sends the next one
 * when an answer is complete. Latency runs from send to answer.
 * Open loop (--rate): request i is due at start + i/rate on connection i mod n, whatever the server
 * does. Latency runs from when it was due, so a server that stalls is charged for every request
 * that it held up ("coordinated omission"). The client spins rather than sleeps between two due
 * times; how late it was itself is printed as lag.
 *
 * The cost per request is kept at one recv, one clock reading and one send: with edge-triggered
 * epoll a new answer is a new edge, so there is no need to recv until EAGAIN once all the answers
 * asked for have come. The end of the stream is an edge of its own.
 *
 * Latencies go into a log-linear histogram with 128 buckets per octave: within 0.8 %.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PROGRAM "load_client"
#include "client.h"

enum { RECV_SIZE = 64 * 1024, MAX_EVENTS = 1024, CONNECT_WINDOW = 32, SPARE_DESCRIPTORS = 16 };
enum { CONNECTIONS_PER_SOURCE = 4000 };
enum { SUB_BITS = 7, SUB_BUCKETS = 1 << SUB_BITS, BUCKETS = (64 - SUB_BITS + 1) * SUB_BUCKETS };

/* ---- options ---- */

/* A stretch of the run: so many requests, or so many seconds if that is not 0. */
struct span {
    uint64_t requests;
    double seconds;
};

static struct {
    int connections;
    int depth;
    size_t size;        /* bytes per request */
    size_t answer_size; /* bytes per answer; equals size for an echo */
    struct span warmup;
    struct span run;
    double rate;        /* requests per second on a fixed schedule; 0: closed loop */
    double patience;    /* seconds without any answer after which the run is given up */
    char *request;      /* fixed request text; NULL: a pattern that must come back as it went */
    bool length_only;
    bool hold;
    pid_t watch;        /* server process to account; 0: none */
} options = {.connections = 50, .depth = 1, .size = 64, .run = {100000, 0}, .patience = 10};

/* ---- histogram ---- */

struct histogram {
    uint64_t counts[BUCKETS];
    uint64_t total;
    uint64_t sum;
    uint64_t max;
};

static void record(struct histogram *h, uint64_t nanos) {
    unsigned bucket = nanos;
    if (nanos >= SUB_BUCKETS) {
        int shift = 63 - __builtin_clzll(nanos) - SUB_BITS;
        bucket = (shift + 1) * SUB_BUCKETS + (unsigned)(nanos >> shift) - SUB_BUCKETS;
    }
    h->counts[bucket]++;
    h->total++;
    h->sum += nanos;
    if (nanos > h->max) {
        h->max = nanos;
    }
}

/* The middle of the bucket that holds the given fraction, in microseconds. */
static double quantile_micros(const struct histogram *h, double fraction) {
    uint64_t rank = (uint64_t)(fraction * h->total);
    uint64_t seen = 0;
    for (unsigned i = 0; i < BUCKETS; i++) {
        seen += h->counts[i];
        if (seen > rank) {
            if (i < SUB_BUCKETS) {
                return i / 1e3;
            }
            int shift = i / SUB_BUCKETS - 1;
            double low = (double)((uint64_t)(i % SUB_BUCKETS + SUB_BUCKETS) << shift);
            double middle = low + ((uint64_t)1 << shift) / 2.0;
            return (middle < h->max ? middle : h->max) / 1e3;
        }
    }
    return h->max / 1e3;
}

/* ---- state ---- */

struct connection {
    int fd; /* -1 once closed */
    bool connected;
    bool greeted; /* its first request has been answered */
    bool blocked; /* send said EAGAIN: EPOLLOUT will come */
    uint32_t outstanding; /* requests under way */
    size_t received; /* bytes of the answer that is now arriving */
    size_t sent; /* bytes of the request that is now leaving */
    size_t unsent; /* bytes issued and not yet sent */
    uint64_t due; /* open loop: requests whose time has come */
    uint64_t issued; /* the oldest request under way is number issued - outstanding */
};

/* What has been spent up to one moment. */
struct snapshot {
    uint64_t nanos;
    struct rusage client;
    double server_cpu; /* seconds, from the process clock: exact */
    double server_user, server_system; /* seconds, from /proc: sampled by the kernel's tick */
};

static enum { CONNECTING, WARMING, MEASURING } phase = CONNECTING;
static struct connection *connections;
static uint64_t *issue_times; /* `depth` per connection, a ring */
static char *pattern; /* requests end to end: any request can be sent or compared from any byte */
static char answer[RECV_SIZE];
static int epoll_fd;
static struct addrinfo *server;
static int opened, settled, alive; /* connections tried, greeted or failed, open */
static uint64_t issued, completed, outstanding;
static uint64_t issue_limit = UINT64_MAX, stop_at_nanos = UINT64_MAX;
static uint64_t scheduled, schedule_warmup, schedule_total; /* open loop: requests, from 0 */
static uint64_t begun_at, last_answer_at, waiting_since;
static struct histogram latency, lag;
static struct snapshot start, end;
static int connect_errno;
static struct {
    uint64_t connect, reset, eof, mismatch, timeout, other, lost;
} errors;

/* ---- accounting, read at the very moments the measured part begins and ends ---- */

static struct snapshot take_snapshot(uint64_t now) {
    struct snapshot s = {.nanos = now};
    getrusage(RUSAGE_SELF, &s.client);
    if (options.watch == 0) {
        return s;
    }
    clockid_t clock;
    struct timespec t;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", options.watch);
    FILE *stat = fopen(path, "r");
    if (stat == NULL || clock_getcpuclockid(options.watch, &clock) != 0
        || clock_gettime(clock, &t) != 0) {
        fail(path, "the watched process is gone");
    }
    s.server_cpu = t.tv_sec + t.tv_nsec / 1e9;
    unsigned long user, system;
    /* proc(5): utime and stime are fields 14 and 15, after the name in parentheses. */
    if (fscanf(stat, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
               &system) != 2) {
        fail(path, "utime and stime not found");
    }
    fclose(stat);
    s.server_user = (double)user / sysconf(_SC_CLK_TCK);
    s.server_system = (double)system / sysconf(_SC_CLK_TCK);
    return s;
}

static long server_memory_kib(const char *field) {
    char path[64], line[256];
    long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", options.watch);
    FILE *status = options.watch ? fopen(path, "r") : NULL;
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, field, strlen(field)) == 0) {
            kib = atol(line + strlen(field));
        }
    }
    if (status != NULL) {
        fclose(status);
    }
    return kib;
}

/* ---- requests and answers ---- */

static void settle(struct connection *c) {
    if (!c->greeted) {
        c->greeted = true;
        settled++;
    }
}

static void drop(struct connection *c, uint64_t *error_class) {
    (*error_class)++;
    errors.lost += c->outstanding;
    outstanding -= c->outstanding;
    close(c->fd);
    c->fd = -1;
    alive--;
    settle(c);
}

static uint64_t *class_of_errno(void) {
    return errno == ECONNRESET || errno == EPIPE ? &errors.reset : &errors.other;
}

static void send_unsent(struct connection *c) {
    while (c->unsent > 0) {
        ssize_t n = send(c->fd, pattern + c->sent, c->unsent, MSG_NOSIGNAL);
        if (n >= 0) {
            c->unsent -= n;
            c->sent = (c->sent + n) % options.size;
        } else if (errno == EAGAIN) {
            c->blocked = true;
            return;
        } else if (errno != EINTR) {
            drop(c, class_of_errno());
            return;
        }
    }
    c->blocked = false;
}

static uint64_t *issue_time(const struct connection *c, uint64_t number) {
    return &issue_times[(c - connections) * options.depth + number % options.depth];
}

/* Issues `count` requests with one send. `when` is what their latency is counted from. */
static void issue(struct connection *c, uint32_t count, uint64_t when) {
    for (uint32_t i = 0; i < count; i++) {
        *issue_time(c, c->issued++) = when;
    }
    c->outstanding += count;
    outstanding += count;
    issued += count;
    c->unsent += count * options.size;
    if (!c->blocked) {
        send_unsent(c);
    }
}

static uint64_t due_at(uint64_t request) {
    return begun_at + (uint64_t)(request * 1e9 / options.rate);
}

/* A connection's answer is complete: whatever the loop, it may have a next request. */
static void issue_next(struct connection *c, uint32_t count, uint64_t now) {
    if (phase == CONNECTING) {
        return;
    }
    if (options.rate > 0) {
        while (c->fd >= 0 && c->issued < c->due && c->outstanding < (uint32_t)options.depth) {
            issue(c, 1, due_at(c->issued * options.connections + (c - connections)));
        }
        return;
    }
    uint64_t left = now < stop_at_nanos ? issue_limit - issued : 0;
    if (left > 0) {
        issue(c, count < left ? count : left, now);
    }
}

static void begin_measuring(uint64_t now) {
    phase = MEASURING;
    start = take_snapshot(now);
    completed = 0;
    if (options.rate > 0) {
        return; /* the schedule ends the run */
    }
    if (options.run.seconds > 0) {
        stop_at_nanos = now + (uint64_t)(options.run.seconds * 1e9);
    } else {
        uint64_t total = options.run.requests; /* what is under way now will be among them */
        issue_limit = issued + (total > outstanding ? total - outstanding : 0);
    }
}

static void end_warmup_if_over(uint64_t now) {
    if (phase == WARMING && options.rate == 0
        && (options.warmup.seconds > 0 ? now - begun_at >= options.warmup.seconds * 1e9
                                       : completed >= options.warmup.requests)) {
        begin_measuring(now);
    }
}

static void on_answers(struct connection *c, uint32_t count, uint64_t now) {
    for (uint32_t i = 0; i < count; i++) {
        uint64_t issued_at = *issue_time(c, c->issued - c->outstanding);
        c->outstanding--;
        outstanding--;
        /* Open loop: what was due before the measured part belongs to the warm-up. */
        if (phase == WARMING) {
            completed++;
        } else if (phase == MEASURING && (options.rate == 0 || issued_at >= start.nanos)) {
            record(&latency, now - issued_at);
            completed++;
        }
    }
    last_answer_at = waiting_since = now;
    settle(c);
    end_warmup_if_over(now);
}

/* Returns true if more is to be read: something that was asked for has not come yet. */
static bool on_bytes(struct connection *c, size_t n) {
    if (!options.length_only && memcmp(answer, pattern + c->received, n) != 0) {
        drop(c, &errors.mismatch);
        return false;
    }
    uint32_t count = (c->received + n) / options.answer_size;
    c->received = (c->received + n) % options.answer_size;
    if (count > c->outstanding || (count == c->outstanding && c->received > 0)) {
        drop(c, &errors.mismatch); /* more came than was asked for */
        return false;
    }
    if (count == 0) {
        return true;
    }
    bool complete = count == c->outstanding;
    uint64_t now = now_nanos();
    on_answers(c, count, now);
    issue_next(c, count, now);
    return !complete && c->fd >= 0;
}

static void on_readable(struct connection *c) {
    for (;;) {
        ssize_t n = recv(c->fd, answer, RECV_SIZE, 0);
        if (n > 0) {
            if (!on_bytes(c, n)) {
                return;
            }
        } else if (n < 0 && errno == EAGAIN) {
            return;
        } else if (n == 0 || errno != EINTR) {
            drop(c, n == 0 ? &errors.eof : class_of_errno());
            return;
        }
    }
}

/* ---- connecting ---- */

/*
 * connect() looks for a local port among the even ones first, one after the other, so each call
 * costs more the more of them are taken: near 14,000 connections from one address it is a
 * millisecond. All of 127/8 is this machine, so there each few thousand get an address of their own.
 */
static void choose_source(struct connection *c) {
    struct sockaddr_in *to = (struct sockaddr_in *)server->ai_addr;
    if (to->sin_family != AF_INET || ntohl(to->sin_addr.s_addr) >> 24 != IN_LOOPBACKNET) {
        return;
    }
    uint32_t host = INADDR_LOOPBACK + (c - connections) / CONNECTIONS_PER_SOURCE;
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(host)};
    int on = 1; /* or bind() would pick the port, which must then be free for all peers */
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(c->fd, (struct sockaddr *)&from, sizeof from) < 0) {
        fail("bind", strerror(errno));
    }
}

static void open_connection(struct connection *c) {
    c->fd = socket(server->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) {
        fail("socket", strerror(errno));
    }
    choose_source(c);
    alive++;
    int on = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event event = {EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.ptr = c}};
    if (connect(c->fd, server->ai_addr, server->ai_addrlen) < 0 && errno != EINPROGRESS) {
        connect_errno = errno;
        drop(c, &errors.connect);
    } else if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event) < 0) {
        fail("epoll_ctl", strerror(errno));
    }
}

static void on_connected(struct connection *c) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) {
        connect_errno = error;
        drop(c, &errors.connect);
        return;
    }
    c->connected = true;
    issue(c, 1, now_nanos());
}

/* ---- the loop ---- */

static void on_event(struct connection *c, uint32_t events) {
    if (c->fd >= 0 && !c->connected) {
        on_connected(c);
    }
    if (c->fd >= 0 && (events & EPOLLOUT) && c->blocked) {
        send_unsent(c);
    }
    if (c->fd >= 0 && (events & ~EPOLLOUT)) {
        on_readable(c);
    }
}

/* Open loop: issues every request whose time has come. */
static void follow_schedule(void) {
    uint64_t now = now_nanos();
    while (scheduled < schedule_total && due_at(scheduled) <= now) {
        uint64_t due = due_at(scheduled);
        if (phase == WARMING && scheduled >= schedule_warmup) {
            begin_measuring(due);
        }
        struct connection *c = &connections[scheduled++ % options.connections];
        c->due++;
        if (c->fd < 0) {
            errors.lost++;
        } else if (c->outstanding < (uint32_t)options.depth) {
            if (phase == MEASURING) {
                record(&lag, now - due);
            }
            issue(c, 1, due);
            now = now_nanos();
        }
    }
}

static void turn(void) {
    static struct epoll_event events[MAX_EVENTS];
    bool on_schedule = phase != CONNECTING && scheduled < schedule_total;
    if (on_schedule) {
        follow_schedule();
    }
    int count = epoll_wait(epoll_fd, events, MAX_EVENTS, on_schedule ? 0 : 100);
    if (count < 0 && errno != EINTR) {
        fail("epoll_wait", strerror(errno));
    }
    for (int i = 0; i < count; i++) {
        on_event(events[i].data.ptr, events[i].events);
        if (on_schedule) {
            follow_schedule(); /* a batch of a thousand answers must not make the client late */
        }
    }
}

static bool patience_is_over(void) {
    return now_nanos() - waiting_since > options.patience * 1e9;
}

static void connect_all(void) {
    waiting_since = now_nanos();
    while (settled < options.connections) {
        while (opened < options.connections && opened - settled < CONNECT_WINDOW) {
            open_connection(&connections[opened++]);
        }
        turn();
        if (patience_is_over()) {
            fail("connecting", "the server has stopped answering");
        }
    }
    if (alive == 0) {
        fail("no connection could be opened",
             connect_errno ? strerror(connect_errno) : "the server gave wrong answers or closed");
    }
}

static void run(void) {
    phase = WARMING;
    issued = completed = 0;
    begun_at = last_answer_at = waiting_since = now_nanos();
    for (int i = 0; i < options.connections; i++) {
        connections[i].issued = 0;
    }
    if (options.rate > 0) {
        struct span w = options.warmup, r = options.run;
        schedule_warmup = w.seconds > 0 ? w.seconds * options.rate : w.requests;
        schedule_total =
            schedule_warmup + (r.seconds > 0 ? (uint64_t)(r.seconds * options.rate) : r.requests);
    } else {
        end_warmup_if_over(begun_at);
        for (int i = 0; i < options.connections; i++) {
            if (connections[i].fd >= 0) {
                issue_next(&connections[i], options.depth, now_nanos());
            }
        }
    }
    while (outstanding > 0 || scheduled < schedule_total) {
        turn();
        if (outstanding == 0) {
            waiting_since = now_nanos(); /* nothing is owed: between two due times */
        } else if (patience_is_over()) {
            errors.timeout += outstanding;
            break;
        }
    }
    if (phase == WARMING) {
        fail("the run ended in its warm-up", "the server closed or stopped answering");
    }
    end = take_snapshot(last_answer_at);
}

static void print_result(void) {
    double seconds = (end.nanos - start.nanos) / 1e9;
    struct timeval user, system;
    timersub(&end.client.ru_utime, &start.client.ru_utime, &user);
    timersub(&end.client.ru_stime, &start.client.ru_stime, &system);
    printf("{\"connections\":%d,\"requests\":%" PRIu64 ",\"seconds\":%.6f,\"rate\":%.1f,"
           "\"client_user_seconds\":%.6f,\"client_system_seconds\":%.6f,",
           alive, completed, seconds, completed / seconds, user.tv_sec + user.tv_usec / 1e6,
           system.tv_sec + system.tv_usec / 1e6);
    printf("\"latency_avg_us\":%.3f,\"latency_p50_us\":%.3f,\"latency_p90_us\":%.3f,"
           "\"latency_p99_us\":%.3f,\"latency_p999_us\":%.3f,\"latency_max_us\":%.3f,",
           latency.total ? latency.sum / 1e3 / latency.total : 0, quantile_micros(&latency, 0.5),
           quantile_micros(&latency, 0.9), quantile_micros(&latency, 0.99),
           quantile_micros(&latency, 0.999), latency.max / 1e3);
    if (options.rate > 0) {
        printf("\"offered_rate\":%.1f,\"lag_p99_us\":%.3f,\"lag_max_us\":%.3f,", options.rate,
               quantile_micros(&lag, 0.99), lag.max / 1e3);
    }
    if (options.watch != 0) {
        printf("\"server_cpu_seconds\":%.6f,\"server_user_seconds\":%.2f,"
               "\"server_system_seconds\":%.2f,\"server_rss_kib\":%ld,\"server_peak_rss_kib\":%ld,",
               end.server_cpu - start.server_cpu, end.server_user - start.server_user,
               end.server_system - start.server_system, server_memory_kib("VmRSS:"),
               server_memory_kib("VmHWM:"));
    }
    printf("\"errors_connect\":%" PRIu64 ",\"errors_reset\":%" PRIu64 ",\"errors_eof\":%" PRIu64
           ",\"errors_mismatch\":%" PRIu64 ",\"errors_timeout\":%" PRIu64
           ",\"errors_other\":%" PRIu64 ",\"lost_requests\":%" PRIu64 "}\n",
           errors.connect, errors.reset, errors.eof, errors.mismatch, errors.timeout, errors.other,
           errors.lost);
}

/* ---- set-up ---- */

static const char usage[] =
    "Usage: load_client [options] HOST PORT\n"
    "  -c N            connections (50)\n"
    "  -r N            requests to measure (100000)\n"
    "  -d SECONDS      measure for so long instead\n"
    "  -s BYTES        bytes per request (64)\n"
    "  -p N            pipeline depth: requests under way per connection (1)\n"
    "  --rate N        open loop: N requests per second on a fixed schedule\n"
    "  --warmup N|Ns   requests, or seconds, before measuring begins (0)\n"
    "  --request TEXT  send this (\\r and \\n are understood) instead of a pattern to be echoed\n"
    "  --answer BYTES  length of each answer to --request\n"
    "  --length-only   count the answers' bytes, do not compare them\n"
    "  --hold          connect, print the number of connections, stay until stdin ends\n"
    "  --patience S    give up after S seconds without an answer (10)\n"
    "  --watch PID     also measure this process: CPU and memory\n";

static struct span warmup_span(const char *text) {
    char *rest;
    double value = strtod(text, &rest);
    if (rest != text && value >= 0 && strcmp(rest, "s") == 0) {
        return (struct span){0, value};
    }
    return (struct span){number("--warmup", text, 0, 1e12), 0};
}

static char *unescape(const char *text) {
    char *result = malloc(strlen(text) + 1), *out = result;
    for (; *text != '\0'; text++) {
        if (text[0] == '\\' && (text[1] == 'r' || text[1] == 'n')) {
            *out++ = *++text == 'r' ? '\r' : '\n';
        } else {
            *out++ = *text;
        }
    }
    *out = '\0';
    return result;
}

enum { RATE = 256, WARMUP, REQUEST, ANSWER, LENGTH_ONLY, HOLD, PATIENCE, WATCH };

static void read_options(int argc, char **argv) {
    static const struct option names[] = {
        {"rate", 1, NULL, RATE},     {"warmup", 1, NULL, WARMUP},
        {"request", 1, NULL, REQUEST},   {"answer", 1, NULL, ANSWER},
        {"length-only", 0, NULL, LENGTH_ONLY}, {"hold", 0, NULL, HOLD},
        {"patience", 1, NULL, PATIENCE}, {"watch", 1, NULL, WATCH},
        {"help", 0, NULL, 'h'},          {NULL, 0, NULL, 0}};
    for (int o; (o = getopt_long(argc, argv, "c:r:d:s:p:h", names, NULL)) != -1;) {
        switch (o) {
        case 'c': options.connections = number("-c", optarg, 1, 1 << 20); break;
        case 'r': options.run = (struct span){number("-r", optarg, 1, 1e12), 0}; break;
        case 'd': options.run = (struct span){0, number("-d", optarg, 1e-3, 86400)}; break;
        case 's': options.size = number("-s", optarg, 1, 1 << 26); break;
        case 'p': options.depth = number("-p", optarg, 1, 1 << 16); break;
        case RATE: options.rate = number("--rate", optarg, 1e-3, 1e9); break;
        case WARMUP: options.warmup = warmup_span(optarg); break;
        case REQUEST: options.request = unescape(optarg); break;
        case ANSWER: options.answer_size = number("--answer", optarg, 1, 1 << 26); break;
        case LENGTH_ONLY: options.length_only = true; break;
        case HOLD: options.hold = true; break;
        case PATIENCE: options.patience = number("--patience", optarg, 0.1, 86400); break;
        case WATCH: options.watch = number("--watch", optarg, 1, 1 << 30); break;
        case 'h': fputs(usage, stdout); exit(0);
        default: fputs("load_client: --help lists the options\n", stderr); exit(2);
        }
    }
    if (argc - optind != 2) {
        fputs("load_client: HOST and PORT are needed; --help lists the options\n", stderr);
        exit(2);
    }
    if ((options.request != NULL) != (options.answer_size > 0)) {
        fputs("load_client: --request and --answer need each other\n", stderr);
        exit(2);
    }
}

static void resolve(const char *host, const char *port) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    number("PORT", port, 1, 65535);
    int error = getaddrinfo(host, port, &hints, &server);
    if (error != 0) {
        fail(host, gai_strerror(error));
    }
}

static void allocate(void) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < (rlim_t)options.connections + SPARE_DESCRIPTORS) {
        fprintf(stderr, "load_client: %d connections need more descriptors than the limit of %ju;"
                " raise it with `ulimit -Hn`\n", options.connections, (uintmax_t)files.rlim_cur);
        exit(1);
    }
    if (options.request != NULL) {
        options.size = strlen(options.request);
        options.length_only = true;
    } else {
        options.answer_size = options.size;
    }
    size_t length = options.size * (options.depth + 1) + RECV_SIZE;
    connections = calloc(options.connections, sizeof *connections);
    issue_times = calloc((size_t)options.connections * options.depth, sizeof *issue_times);
    pattern = malloc(length);
    if (connections == NULL || issue_times == NULL || pattern == NULL) {
        fail("memory", strerror(ENOMEM));
    }
    /* Noise, so that bytes out of place don't compare equal; the seed is fixed. */
    uint32_t noise = 2463534242u;
    for (size_t i = 0; i < length; i++) {
        noise ^= noise << 13, noise ^= noise >> 17, noise ^= noise << 5; /* xorshift32 */
        pattern[i] = i >= options.size       ? pattern[i - options.size]
                     : options.request != NULL ? options.request[i]
                                               : (char)noise;
    }
}

int main(int argc, char **argv) {
    read_options(argc, argv);
    resolve(argv[optind], argv[optind + 1]);
    allocate();
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0) {
        fail("epoll_create1", strerror(errno));
    }
    connect_all();
    if (options.hold) {
        printf("{\"connections\":%d}\n", alive);
        fflush(stdout);
        while (read(STDIN_FILENO, answer, sizeof answer) > 0) {
        }
        return 0;
    }
    run();
    print_result();
    return 0;
}

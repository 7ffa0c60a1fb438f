/*
 * tls_client: loads a TLS server on this machine and prints what it saw as one line of JSON.
 *
 *   handshake  connections one after the other on each of some slots: TCP, TLS, a request if one is
 *              asked for, close_notify, and the server's end of the stream; full or by ticket
 *   get        keep-alive requests, one under way on each connection
 *   hold       many connections that are held: the server's memory with all, less that with a tenth
 *   storm      requests on a fixed schedule, each counted from when it was due; then many new
 *              handshakes arrive at once, over and over
 *   port       prints a free port, below those that the kernel gives to outgoing connections
 *
 * What is measured begins and ends with nothing under way, so that the server's CPU belongs to what
 * is counted and to nothing else. Version, cipher, group and signature are fixed here, and the
 * certificate must be the one expected, so all servers are asked for the same work. Every answer is
 * compared with what is expected, byte by byte, and every handshake must have been resumed or full,
 * as asked. One error makes the run fail; a connection with an error is not opened again.
 *
 * In a storm the ClientHellos are made beforehand and the storm's thread has the least priority:
 * else the client's own arithmetic would hold up the requests that are timed. What it did hold up is
 * printed as lag.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define PROGRAM "tls_client"
#include "client.h"

enum { READ_SIZE = 64 * 1024, HEAD_SIZE = 2048, MAX_EVENTS = 512, MAX_WATCHED = 64 };
enum { CONNECT_WINDOW = 64, CONNECTIONS_PER_SOURCE = 4000, SOURCES = 200 };
enum { MAX_STORMS = 1000, SPARE_DESCRIPTORS = 32 };
#define LONGEST_RUN 900 /* seconds, whatever happens */
#define SETTLE_NANOS 20000000 /* what the server does behind the last answer */
#define STORM_PAUSE_NANOS 100000000

enum mode { HANDSHAKE, GET, HOLD, STORM, PORT };
enum hold { ANSWERED, SILENT, FOUR_BYTES, HELLO };

static const char *const mode_names[] = {"handshake", "get", "hold", "storm", "port", NULL};
static const char *const hold_names[] = {"answered", "silent", "4bytes", "hello", NULL};

static struct {
    enum mode mode;
    enum hold hold;
    int port;
    int connections;
    int storm;
    double seconds;
    double rate;
    double patience;
    bool resume;
    int version;
    const char *path; /* NULL: no request */
    const char *body_file;
    const char *certificate_file;
    pid_t watch;
} options = {.connections = 8, .storm = 1000, .seconds = 2, .rate = 2000, .patience = 10,
             .version = TLS1_3_VERSION};

/* ---- state ---- */

enum stage { CLOSED, CONNECTING, SHAKING, IDLE, ANSWERING, CLOSING };

struct load;

struct connection {
    struct load *load;
    int fd;
    SSL *ssl;
    enum stage stage;
    uint32_t interest;
    bool failed;
    bool notified; /* the server's close_notify has come */
    SSL_SESSION *session; /* to resume, the newest */
    bool offers; /* it was opened with a session; the one above may be newer */
    unsigned char *hello; /* a ClientHello made beforehand; NULL once it is sent */
    size_t hello_length;
    char *head;
    size_t head_length;
    bool head_complete;
    size_t body_length; /* received so far */
    uint64_t due, issued; /* on a schedule: requests whose time has come, and that were sent */
};

/* Connections of one thread. */
struct load {
    int epoll_fd;
    SSL_CTX *context;
    struct connection *connections;
    int count;
    void (*secured)(struct connection *);
    void (*answered)(struct connection *);
    void (*closed)(struct connection *);
    int under_way; /* what the phase waits for: connections or answers */
    uint64_t stop_at, last_progress;
    uint64_t opened; /* in all, for the source address */
    uint64_t handshakes, resumed, tickets, without_notify, answers, bytes, reads;
    char buffer[READ_SIZE];
};

static struct {
    atomic_ullong connect, tls, closed, resumption, certificate, ticket, answer, timeout;
} errors;
static char first_error[256];
static pthread_mutex_t error_lock = PTHREAD_MUTEX_INITIALIZER;

static char *request;
static int request_length;
static const char *body;
static size_t body_size;
static X509 *certificate;
static pid_t watched[MAX_WATCHED];
static int watched_count;

static void sleep_until(uint64_t nanos) {
    struct timespec t = {nanos / 1000000000u, nanos % 1000000000u};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) {
    }
}

static void settle(void) {
    sleep_until(now_nanos() + SETTLE_NANOS);
}

/* ---- the server's processes: what they have spent, what they hold ---- */

static pid_t parent_of(pid_t pid) {
    char path[64], line[1024];
    pid_t parent = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        if (fgets(line, sizeof line, file) != NULL && strrchr(line, ')') != NULL) {
            sscanf(strrchr(line, ')'), ") %*c %d", &parent);
        }
        fclose(file);
    }
    return parent;
}

static bool descends(pid_t pid) {
    while (pid > 1 && pid != options.watch) {
        pid = parent_of(pid);
    }
    return pid == options.watch;
}

/* nginx has a master and workers: the process and all that descend from it. */
static void find_watched(void) {
    DIR *proc = options.watch ? opendir("/proc") : NULL;
    for (struct dirent *e; proc != NULL && (e = readdir(proc)) != NULL;) {
        pid_t pid = atoi(e->d_name);
        if (pid > 0 && descends(pid)) {
            if (watched_count == MAX_WATCHED) {
                fail("--watch", "too many processes descend from it");
            }
            watched[watched_count++] = pid;
        }
    }
    if (proc != NULL) {
        closedir(proc);
    }
    if (options.watch != 0 && watched_count == 0) {
        fail("--watch", "there is no such process");
    }
}

struct snapshot {
    uint64_t nanos;
    double client;
    double server; /* seconds of utime and stime, by the process clocks: exact */
    double server_ticks; /* the same as /proc has it, in ticks of the kernel */
};

static struct snapshot take_snapshot(void) {
    struct timespec t;
    struct snapshot s = {.nanos = now_nanos()};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    s.client = t.tv_sec + t.tv_nsec / 1e9;
    for (int i = 0; i < watched_count; i++) {
        clockid_t clock;
        char path[64], line[1024] = "";
        unsigned long user, system;
        snprintf(path, sizeof path, "/proc/%d/stat", watched[i]);
        FILE *file = fopen(path, "r");
        if (file == NULL || fgets(line, sizeof line, file) == NULL || strrchr(line, ')') == NULL
            || sscanf(strrchr(line, ')'), ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                      &user, &system) != 2
            || clock_getcpuclockid(watched[i], &clock) != 0 || clock_gettime(clock, &t) != 0) {
            fail(path, "the watched process is gone");
        }
        fclose(file);
        s.server += t.tv_sec + t.tv_nsec / 1e9;
        s.server_ticks += (double)(user + system) / sysconf(_SC_CLK_TCK);
    }
    return s;
}

/* VmRSS of status is off by some pages per thread and CPU; smaps_rollup counts. */
static long server_rss_kib(void) {
    long sum = 0;
    for (int i = 0; i < watched_count; i++) {
        char path[64], line[256];
        long kib = -1;
        snprintf(path, sizeof path, "/proc/%d/smaps_rollup", watched[i]);
        FILE *file = fopen(path, "r");
        while (file != NULL && fgets(line, sizeof line, file) != NULL) {
            if (sscanf(line, "Rss: %ld", &kib) == 1) {
                break;
            }
        }
        if (file != NULL) {
            fclose(file);
        }
        if (kib < 0) {
            fail(path, "cannot be read");
        }
        sum += kib;
    }
    return sum;
}

/* The memory once it has come to rest: within a thousandth for three readings, or after 5 s. */
static long settled_rss_kib(void) {
    long last = 0;
    for (int same = 0, readings = 0; same < 3 && readings < 25; readings++) {
        sleep_until(now_nanos() + 200000000);
        long rss = server_rss_kib();
        same = labs(rss - last) <= rss / 1000 ? same + 1 : 0;
        last = rss;
    }
    return last;
}

/* ---- errors and ends ---- */

static void discard(struct connection *c) {
    c->stage = CLOSED;
    SSL_free(c->ssl);
    c->ssl = NULL;
    if (c->fd >= 0) {
        close(c->fd);
        c->fd = -1;
    }
}

static void note(const char *format, va_list arguments) {
    pthread_mutex_lock(&error_lock);
    if (first_error[0] == '\0') {
        vsnprintf(first_error, sizeof first_error, format, arguments);
        for (char *p = first_error; *p != '\0'; p++) {
            if (*p == '"' || *p == '\\' || iscntrl((unsigned char)*p)) {
                *p = '\''; /* it goes into JSON */
            }
        }
    }
    pthread_mutex_unlock(&error_lock);
}

static void count_error(atomic_ullong *kind, uint64_t count, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    note(format, arguments);
    va_end(arguments);
    *kind += count;
}

/* The connection has failed: it is closed, and not opened again. */
static void give_up(struct connection *c, atomic_ullong *kind, const char *format, ...) {
    bool counted = options.mode == HANDSHAKE || c->stage != IDLE;
    va_list arguments;
    va_start(arguments, format);
    note(format, arguments);
    va_end(arguments);
    (*kind)++;
    discard(c);
    c->failed = true;
    if (counted) {
        c->load->under_way--;
    }
}

static void watch_for(struct connection *c, uint32_t interest) {
    if (c->interest != interest) {
        struct epoll_event event = {interest, {.ptr = c}};
        if (epoll_ctl(c->load->epoll_fd, EPOLL_CTL_MOD, c->fd, &event) < 0) {
            fail("epoll_ctl", strerror(errno));
        }
        c->interest = interest;
    }
}

static const char *const stage_names[] = {
    "closed", "connecting", "handshake", "idle", "answer", "close"};

/* A call of OpenSSL's has not done what it should: it is to be waited, or it is over. */
static void wait_or_fail(struct connection *c, int result) {
    int error = SSL_get_error(c->ssl, result), cause = errno;
    if (error == SSL_ERROR_WANT_READ) {
        watch_for(c, EPOLLIN);
    } else if (error == SSL_ERROR_WANT_WRITE) {
        watch_for(c, EPOLLOUT);
    } else if (error == SSL_ERROR_SSL) {
        const char *reason = ERR_reason_error_string(ERR_peek_error());
        give_up(c, &errors.tls, "%s: %s", stage_names[c->stage], reason ? reason : "TLS failed");
    } else if (error == SSL_ERROR_ZERO_RETURN) {
        give_up(c, &errors.closed, "%s: the server closed", stage_names[c->stage]);
    } else {
        give_up(c, &errors.closed, "%s: %s", stage_names[c->stage],
                cause ? strerror(cause) : "end of stream");
    }
}

/* ---- requests and answers ---- */

static void issue(struct connection *c) {
    c->stage = ANSWERING;
    c->head_length = c->body_length = 0;
    c->head_complete = false;
    ERR_clear_error();
    int written = SSL_write(c->ssl, request, request_length);
    if (written == request_length) {
        watch_for(c, EPOLLIN);
    } else {
        give_up(c, &errors.closed, "the server takes no request: %s", strerror(errno));
    }
}

/* Returns whether the head is one of 200 with the length expected. */
static bool head_is_right(struct connection *c) {
    size_t length = body_size + 1;
    if (strncmp(c->head, "HTTP/1.1 200 ", 13) != 0) {
        return false;
    }
    for (char *line = c->head; (line = strstr(line, "\r\n")) != NULL;) {
        line += 2;
        if (strncasecmp(line, "content-length:", 15) == 0) {
            length = strtoull(line + 15, NULL, 10);
        } else if (strncasecmp(line, "transfer-encoding:", 18) == 0
                   || strncasecmp(line, "connection: close", 17) == 0) {
            return false;
        }
    }
    return length == body_size;
}

/* Takes bytes of an answer. Returns whether more of it is to come. */
static bool take(struct connection *c, const char *bytes, size_t n) {
    if (!c->head_complete) {
        size_t before = c->head_length;
        size_t room = HEAD_SIZE - 1 - before, copied = n < room ? n : room;
        memcpy(c->head + before, bytes, copied);
        c->head[before + copied] = '\0';
        char *end = strstr(c->head, "\r\n\r\n");
        if (end == NULL) {
            c->head_length += copied;
            if (copied < n) {
                give_up(c, &errors.answer, "no end of an answer's head in %d bytes", HEAD_SIZE);
                return false;
            }
            return true;
        }
        end[2] = '\0';
        if (!head_is_right(c)) {
            give_up(c, &errors.answer, "not 200 with %zu bytes, but: %.160s", body_size, c->head);
            return false;
        }
        size_t used = end + 4 - c->head - before;
        c->head_complete = true;
        bytes += used;
        n -= used;
    }
    if (n > body_size - c->body_length || memcmp(bytes, body + c->body_length, n) != 0) {
        give_up(c, &errors.answer, "wrong bytes in an answer, from %zu on", c->body_length);
        return false;
    }
    c->body_length += n;
    if (c->body_length < body_size) {
        return true;
    }
    struct load *load = c->load;
    load->answers++;
    load->last_progress = now_nanos();
    c->stage = IDLE;
    load->answered(c);
    return false;
}

static void receive(struct connection *c) {
    struct load *load = c->load;
    for (;;) {
        ERR_clear_error();
        int n = SSL_read(c->ssl, load->buffer, READ_SIZE); /* one record at most */
        if (n <= 0) {
            wait_or_fail(c, n);
            return;
        }
        load->bytes += n;
        load->reads++;
        if (c->stage != ANSWERING) {
            give_up(c, &errors.answer, "%d bytes that nobody has asked for", n);
            return;
        }
        if (!take(c, load->buffer, n)) {
            return;
        }
    }
}

/* ---- the life of a connection ---- */

static void say_goodbye(struct connection *c) {
    c->stage = CLOSING;
    ERR_clear_error();
    int result = SSL_shutdown(c->ssl);
    if (result < 0) {
        wait_or_fail(c, result);
    } else {
        watch_for(c, EPOLLIN);
    }
}

/* Waits for the server's close_notify or the end of the stream; tickets come before. */
static void read_to_end(struct connection *c) {
    struct load *load = c->load;
    ERR_clear_error();
    int n = SSL_read(c->ssl, load->buffer, READ_SIZE);
    if (n > 0) {
        give_up(c, &errors.answer, "%d bytes behind the last answer", n);
        return;
    }
    if (SSL_get_error(c->ssl, n) != SSL_ERROR_ZERO_RETURN) {
        wait_or_fail(c, n);
        return;
    }
    /*
     * The end of the stream without close_notify, as nginx has it, has overwritten that ours was
     * sent; and then SSL_free makes the session one that is not resumed.
     */
    SSL_set_shutdown(c->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    if (load->closed == NULL) {
        discard(c);
        load->under_way--;
    } else {
        load->last_progress = now_nanos();
        load->closed(c);
    }
}

static void check_certificate(struct connection *c) {
    X509 *theirs = SSL_get0_peer_certificate(c->ssl);
    if (certificate != NULL && (theirs == NULL || X509_cmp(theirs, certificate) != 0)) {
        give_up(c, &errors.certificate, "the server has another certificate");
    }
}

static void shake(struct connection *c) {
    ERR_clear_error();
    int result = SSL_do_handshake(c->ssl);
    if (result != 1) {
        wait_or_fail(c, result);
        return;
    }
    struct load *load = c->load;
    bool resumed = SSL_session_reused(c->ssl), wanted = c->offers;
    load->last_progress = now_nanos();
    check_certificate(c);
    if (c->failed) {
        return;
    }
    if (resumed != wanted) {
        give_up(c, &errors.resumption,
                resumed ? "what should be full was resumed" : "a ticket was not taken");
        return;
    }
    load->handshakes++;
    load->resumed += resumed;
    c->stage = IDLE;
    load->secured(c);
}

/*
 * Ports of one address run out: each that is closed waits a minute, and the fewer are left, the
 * longer connect() looks for one. All of 127/8 is this machine.
 */
static void choose_source(struct connection *c, uint64_t number) {
    bool held = options.mode == HOLD;
    uint32_t host = INADDR_LOOPBACK + (held ? number / CONNECTIONS_PER_SOURCE : number % SOURCES);
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(host)};
    int on = 1; /* or bind() would pick the port, which must then be free for all peers */
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(c->fd, (struct sockaddr *)&from, sizeof from) < 0) {
        fail("bind", strerror(errno));
    }
}

static void open_connection(struct connection *c) {
    struct load *load = c->load;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(options.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) {
        fail("socket", strerror(errno));
    }
    choose_source(c, load->opened++);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->stage = CONNECTING;
    c->notified = false;
    c->offers = c->session != NULL;
    c->interest = EPOLLOUT;
    struct epoll_event event = {c->interest, {.ptr = c}};
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) {
        give_up(c, &errors.connect, "connect: %s", strerror(errno));
    } else if (epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, c->fd, &event) < 0) {
        fail("epoll_ctl", strerror(errno));
    }
}

static SSL *new_ssl(struct connection *c) {
    SSL *ssl = SSL_new(c->load->context);
    if (ssl == NULL) {
        fail("SSL_new", ERR_reason_error_string(ERR_peek_error()));
    }
    SSL_set_app_data(ssl, c);
    SSL_set_connect_state(ssl);
    return ssl;
}

/* Makes a ClientHello that leaves later. */
static void prepare_hello(struct connection *c) {
    char *bytes;
    BIO *out = BIO_new(BIO_s_mem());
    c->ssl = new_ssl(c);
    SSL_set_bio(c->ssl, BIO_new(BIO_s_mem()), out);
    BIO_set_mem_eof_return(SSL_get_rbio(c->ssl), -1);
    SSL_do_handshake(c->ssl);
    c->hello_length = BIO_get_mem_data(out, &bytes);
    c->hello = malloc(c->hello_length);
    if (c->hello_length == 0 || c->hello == NULL) {
        fail("SSL_do_handshake", "there is no ClientHello");
    }
    memcpy(c->hello, bytes, c->hello_length);
}

static void on_connected(struct connection *c) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) {
        give_up(c, &errors.connect, "connect: %s", strerror(error));
        return;
    }
    c->stage = SHAKING;
    if (options.mode == HOLD && options.hold != ANSWERED) {
        c->load->secured(c);
        return;
    }
    if (c->hello != NULL) {
        ssize_t sent = send(c->fd, c->hello, c->hello_length, MSG_NOSIGNAL);
        size_t all = c->hello_length;
        free(c->hello);
        c->hello = NULL;
        SSL_set_fd(c->ssl, c->fd);
        if (sent != (ssize_t)all) {
            give_up(c, &errors.closed, "the server takes no ClientHello: %s", strerror(errno));
        } else {
            watch_for(c, EPOLLIN);
        }
        return;
    }
    c->ssl = new_ssl(c);
    SSL_set_fd(c->ssl, c->fd);
    if (c->session != NULL && SSL_set_session(c->ssl, c->session) != 1) {
        fail("SSL_set_session", ERR_reason_error_string(ERR_peek_error()));
    }
    shake(c);
}

static void on_event(struct connection *c) {
    switch (c->stage) {
    case CONNECTING: on_connected(c); break;
    case SHAKING:
        if (c->ssl != NULL) {
            shake(c);
        } else {
            watch_for(c, 0); /* the server's flight is there, and stays in the socket */
            c->stage = IDLE;
            c->load->under_way--;
            c->load->last_progress = now_nanos();
        }
        break;
    case IDLE:
    case ANSWERING: receive(c); break;
    case CLOSING: read_to_end(c); break;
    case CLOSED: break;
    }
}

/* Returns how many events there were. */
static int turn(struct load *load, int timeout_millis) {
    struct epoll_event events[MAX_EVENTS];
    int count = epoll_wait(load->epoll_fd, events, MAX_EVENTS, timeout_millis);
    if (count < 0 && errno != EINTR) {
        fail("epoll_wait", strerror(errno));
    }
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr != NULL) {
            on_event(events[i].data.ptr);
        }
    }
    return count;
}

static uint64_t error_count(void) {
    return errors.connect + errors.tls + errors.closed + errors.resumption + errors.certificate
           + errors.ticket + errors.answer + errors.timeout;
}

static bool patience_is_over(struct load *load) {
    if (now_nanos() - load->last_progress < options.patience * 1e9) {
        return false;
    }
    count_error(&errors.timeout, load->under_way, "no answer for %g s", options.patience);
    return true;
}

/* One error makes the run fail, so what would follow is not worth its time. */
static void end_if_failed(void) {
    if (error_count() > 0) {
        fprintf(stderr, "tls_client: %" PRIu64 " errors, the first: %s\n", error_count(),
                first_error);
        exit(1);
    }
}

static void drive(struct load *load) {
    load->last_progress = now_nanos();
    while (load->under_way > 0 && !patience_is_over(load)) {
        turn(load, 100);
    }
}

/* ---- set-up of a load ---- */

static int on_new_session(SSL *ssl, SSL_SESSION *session) {
    struct connection *c = SSL_get_app_data(ssl);
    c->load->tickets += SSL_SESSION_has_ticket(session);
    if (!options.resume || !SSL_SESSION_has_ticket(session)) {
        return 0;
    }
    SSL_SESSION_free(c->session);
    c->session = session;
    return 1;
}

static void on_alert(const SSL *ssl, int where, int value) {
    if (where == SSL_CB_READ_ALERT && (value & 0xff) == SSL_AD_CLOSE_NOTIFY) {
        struct connection *c = SSL_get_app_data(ssl);
        c->notified = true;
    }
}

static SSL_CTX *new_context(void) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context == NULL || !SSL_CTX_set_min_proto_version(context, options.version)
        || !SSL_CTX_set_max_proto_version(context, options.version)
        || !SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256")
        || !SSL_CTX_set_cipher_list(
            context, "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256")
        || !SSL_CTX_set1_groups_list(
            context, options.version == TLS1_3_VERSION ? "X25519" : "X25519:P-256")
        || !SSL_CTX_set1_sigalgs_list(context, "ECDSA+SHA256:RSA-PSS+SHA256:RSA+SHA256")) {
        fail("OpenSSL", ERR_reason_error_string(ERR_peek_error()));
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL); /* compared instead */
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    /* Some servers end the stream without close_notify; that is counted. */
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_session_cache_mode(
        context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, on_new_session);
    SSL_CTX_set_info_callback(context, on_alert);
    return context;
}

static struct load *new_load(int count) {
    struct load *load = calloc(1, sizeof *load);
    if (load == NULL || (load->connections = calloc(count, sizeof *load->connections)) == NULL) {
        fail("memory", strerror(ENOMEM));
    }
    load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (load->epoll_fd < 0) {
        fail("epoll_create1", strerror(errno));
    }
    load->context = new_context();
    load->count = count;
    for (int i = 0; i < count; i++) {
        struct connection *c = &load->connections[i];
        *c = (struct connection){.load = load, .fd = -1};
        c->head = options.path ? malloc(HEAD_SIZE) : NULL;
    }
    return load;
}

static void print_errors(void) {
    printf("\"errors\":%" PRIu64 ",\"errors_connect\":%llu,\"errors_tls\":%llu,"
           "\"errors_closed\":%llu,\"errors_resumption\":%llu,\"errors_certificate\":%llu,"
           "\"errors_ticket\":%llu,\"errors_answer\":%llu,\"errors_timeout\":%llu,"
           "\"first_error\":\"%s\"}\n",
           error_count(), errors.connect, errors.tls, errors.closed, errors.resumption,
           errors.certificate, errors.ticket, errors.answer, errors.timeout, first_error);
}

static void reset_counts(struct load *load) {
    load->handshakes = load->resumed = load->tickets = load->without_notify = 0;
    load->answers = load->bytes = load->reads = 0;
}

static void print_spent(const struct load *load, struct snapshot from, struct snapshot to,
                        uint64_t units, const char *unit, double scale) {
    double seconds = (to.nanos - from.nanos) / 1e9;
    printf("{\"mode\":\"%s\",\"seconds\":%.6f,\"handshakes\":%" PRIu64 ",\"resumed\":%" PRIu64
           ",\"tickets\":%" PRIu64 ",\"without_close_notify\":%" PRIu64 ",\"answers\":%" PRIu64
           ",\"bytes\":%" PRIu64 ",\"bytes_per_read\":%.1f,\"rate\":%.1f,",
           mode_names[options.mode], seconds, load->handshakes, load->resumed, load->tickets,
           load->without_notify, load->answers, load->bytes,
           load->reads ? (double)load->bytes / load->reads : 0, units / seconds);
    if (load->answers > 0) {
        printf("\"server_seconds_per_gb\":%.6f,",
               (to.server - from.server) / (load->answers * (double)body_size) * 1e9);
    }
    printf("\"client_cpu_seconds\":%.6f,\"server_cpu_seconds\":%.6f,\"server_tick_seconds\":%.2f,"
           "\"processes\":%d,\"%s\":%.4f,",
           to.client - from.client, to.server - from.server, to.server_ticks - from.server_ticks,
           watched_count, unit, units ? (to.server - from.server) / units * scale : 0);
    print_errors();
}

/* ---- handshake ---- */

static void reopen(struct connection *c) {
    struct load *load = c->load;
    load->without_notify += !c->notified;
    discard(c);
    if (options.resume && c->session == NULL) {
        give_up(c, &errors.ticket, "the server gave no ticket");
    } else if (now_nanos() < load->stop_at) {
        open_connection(c);
    } else {
        load->under_way--;
    }
}

static void handshakes_for(struct load *load, double seconds) {
    reset_counts(load);
    load->stop_at = now_nanos() + (uint64_t)(seconds * 1e9);
    for (int i = 0; i < load->count; i++) {
        if (!load->connections[i].failed) {
            load->under_way++;
            open_connection(&load->connections[i]);
        }
    }
    drive(load);
    settle();
}

static void run_handshakes(void) {
    struct load *load = new_load(options.connections);
    load->secured = options.path ? issue : say_goodbye;
    load->answered = say_goodbye;
    load->closed = reopen;
    handshakes_for(load, options.seconds / 5);
    end_if_failed();
    struct snapshot from = take_snapshot();
    handshakes_for(load, options.seconds);
    struct snapshot to = take_snapshot();
    to.nanos -= SETTLE_NANOS;
    if (error_count() == 0 && load->resumed != (options.resume ? load->handshakes : 0)) {
        fail("resumption", "not as asked"); /* cannot be, after the check of each */
    }
    print_spent(load, from, to, load->handshakes, "server_us_per_handshake", 1e6);
}

/* ---- get ---- */

static void issue_or_rest(struct connection *c) {
    if (now_nanos() < c->load->stop_at) {
        issue(c);
    } else {
        c->load->under_way--;
    }
}

static void rest(struct connection *c) {
    c->load->under_way--;
}

/* Opens connections from..to, few at a time, and waits until each is where it should be. */
static void open_all(struct load *load, int from, int to) {
    load->last_progress = now_nanos();
    for (int i = from; i < to || load->under_way > 0;) {
        while (i < to && load->under_way < CONNECT_WINDOW) {
            load->under_way++;
            open_connection(&load->connections[i++]);
        }
        turn(load, 100);
        if (patience_is_over(load)) {
            return;
        }
    }
}

static void close_all(struct load *load) {
    load->closed = NULL;
    for (int i = 0; i < load->count; i++) {
        struct connection *c = &load->connections[i];
        if (c->stage == IDLE && c->ssl != NULL) {
            load->under_way++;
            say_goodbye(c);
        }
    }
    drive(load);
}

static void requests_for(struct load *load, double seconds) {
    reset_counts(load);
    load->answered = issue_or_rest;
    load->stop_at = now_nanos() + (uint64_t)(seconds * 1e9);
    for (int i = 0; i < load->count; i++) {
        struct connection *c = &load->connections[i];
        if (c->stage == IDLE) {
            load->under_way++;
            issue(c);
        }
    }
    drive(load);
    settle();
}

static void run_requests(void) {
    struct load *load = new_load(options.connections);
    load->secured = issue;
    load->answered = rest;
    open_all(load, 0, load->count);
    end_if_failed();
    requests_for(load, options.seconds / 5);
    end_if_failed();
    struct snapshot from = take_snapshot();
    requests_for(load, options.seconds);
    struct snapshot to = take_snapshot();
    to.nanos -= SETTLE_NANOS;
    struct load counted = *load;
    close_all(load);
    print_spent(&counted, from, to, counted.answers, "server_us_per_request", 1e6);
}

/* ---- hold ---- */

static struct connection hello_maker;

static void send_part_of_hello(struct connection *c) {
    size_t length = options.hold == HELLO        ? hello_maker.hello_length
                    : options.hold == FOUR_BYTES ? 4
                                                 : 0;
    if (send(c->fd, hello_maker.hello, length, MSG_NOSIGNAL) != (ssize_t)length) {
        give_up(c, &errors.closed, "the server takes no ClientHello: %s", strerror(errno));
    } else if (options.hold == HELLO) {
        watch_for(c, EPOLLIN);
    } else {
        watch_for(c, 0);
        c->stage = IDLE;
        c->load->under_way--;
        if ((c - c->load->connections) % CONNECT_WINDOW == 0) {
            settle(); /* nothing tells that the server has accepted: its queue must not overflow */
        }
    }
}

/* Whether all are open still, and those with a whole ClientHello have the server's flight. */
static void check_held(struct load *load, int count) {
    for (int i = 0; i < count; i++) {
        struct connection *c = &load->connections[i];
        if (c->failed) {
            continue;
        }
        struct pollfd socket = {c->fd, POLLIN | POLLRDHUP, 0};
        unsigned char type = 0;
        poll(&socket, 1, 0);
        if (socket.revents & (POLLRDHUP | POLLHUP | POLLERR)) {
            count_error(&errors.closed, 1, "a held connection was closed");
        } else if (options.hold == HELLO) {
            if (recv(c->fd, &type, 1, MSG_PEEK | MSG_DONTWAIT) != 1 || type != 0x16) {
                count_error(&errors.tls, 1, "a ClientHello is not answered by a handshake record");
            }
        } else if (socket.revents != 0) {
            count_error(&errors.answer, 1, "the server says something on a held connection");
        }
    }
}

static void run_hold(void) {
    struct load *load = new_load(options.connections);
    hello_maker.load = load;
    prepare_hello(&hello_maker);
    load->secured = options.hold == ANSWERED ? issue : send_part_of_hello;
    load->answered = rest;
    int base = options.connections / 10;
    long empty = settled_rss_kib();
    open_all(load, 0, base);
    end_if_failed();
    long before = settled_rss_kib();
    uint64_t began = now_nanos();
    open_all(load, base, load->count);
    end_if_failed();
    double seconds = (now_nanos() - began) / 1e9;
    long after = settled_rss_kib();
    check_held(load, load->count);
    close_all(load);
    printf("{\"mode\":\"hold\",\"held\":\"%s\",\"connections\":%d,\"base\":%d,\"seconds\":%.3f,"
           "\"answers\":%" PRIu64 ",\"rss_empty_kib\":%ld,\"rss_base_kib\":%ld,\"rss_kib\":%ld,"
           "\"processes\":%d,\"server_bytes_per_connection\":%.1f,",
           hold_names[options.hold], load->count, base, seconds, load->answers, empty, before,
           after, watched_count, (after - before) * 1024.0 / (load->count - base));
    print_errors();
}

/* ---- storm ---- */

struct sample {
    uint64_t due;
    double millis;
};

struct window {
    uint64_t from, to;
};

static struct load *timed, *storm;
static uint64_t begun_at, scheduled;
static struct sample *samples, *lags;
static size_t sample_count, lag_count, sample_room;
static struct window storms[MAX_STORMS];
static int storm_count;
static uint64_t quiet_until, last_storm_at;
static atomic_bool storms_over;
static int timer_fd;

static uint64_t due_at(uint64_t number) {
    return begun_at + (uint64_t)(number * 1e9 / options.rate);
}

/* Sends the oldest request that is due on a connection. */
static void issue_due(struct connection *c, bool on_time) {
    uint64_t due = due_at(c->issued * timed->count + (c - timed->connections));
    if (on_time && lag_count < sample_room) {
        lags[lag_count++] = (struct sample){due, (now_nanos() - due) / 1e6};
    }
    timed->under_way++;
    issue(c);
}

static void on_timed_answer(struct connection *c) {
    uint64_t due = due_at(c->issued++ * timed->count + (c - timed->connections));
    timed->under_way--;
    if (sample_count < sample_room) {
        samples[sample_count++] = (struct sample){due, (timed->last_progress - due) / 1e6};
    }
    if (c->issued < c->due) {
        issue_due(c, false);
    }
}

static void follow_schedule(void) {
    uint64_t now = now_nanos();
    while (due_at(scheduled) <= now) {
        struct connection *c = &timed->connections[scheduled++ % timed->count];
        c->due++;
        if (c->stage == IDLE) {
            issue_due(c, true);
        }
    }
    uint64_t next = due_at(scheduled);
    struct itimerspec when = {.it_value = {next / 1000000000u, next % 1000000000u}};
    timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static void end_storm_connection(struct connection *c) {
    discard(c);
    c->load->under_way--;
}

static void in_storm_secured(struct connection *c) {
    storms[storm_count].to = now_nanos();
    say_goodbye(c);
}

static void prepare_storm(void) {
    for (int i = 0; i < storm->count; i++) {
        if (storm->connections[i].ssl == NULL) {
            prepare_hello(&storm->connections[i]);
        }
    }
}

static void *raise_storms(void *unused) {
    (void)unused;
    setpriority(PRIO_PROCESS, syscall(SYS_gettid), 19);
    sleep_until(quiet_until);
    do {
        storms[storm_count].from = storms[storm_count].to = now_nanos();
        storm->under_way = storm->count;
        for (int i = 0; i < storm->count; i++) {
            open_connection(&storm->connections[i]);
        }
        drive(storm);
        storm_count++;
        if (error_count() > 0) {
            break;
        }
        sleep_until(now_nanos() + STORM_PAUSE_NANOS);
        prepare_storm();
        sleep_until(now_nanos() + STORM_PAUSE_NANOS);
    } while (now_nanos() < last_storm_at && storm_count < MAX_STORMS);
    storms_over = true;
    return NULL;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool within(uint64_t due, bool stormy) {
    if (!stormy) {
        return due >= begun_at + STORM_PAUSE_NANOS && due < quiet_until;
    }
    for (int i = 0; i < storm_count; i++) {
        if (due >= storms[i].from && due <= storms[i].to) {
            return true;
        }
    }
    return false;
}

/* Prints count, p50, p99 and the largest of those due in the quiet time, or in storms. */
static void print_times(const char *name, const struct sample *all, size_t count, bool stormy) {
    double *times = malloc(count * sizeof *times + sizeof *times);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (within(all[i].due, stormy)) {
            times[n++] = all[i].millis;
        }
    }
    qsort(times, n, sizeof *times, by_size);
    times[n] = 0; /* where there are none */
    printf("\"%s_count\":%zu,\"%s_p50_ms\":%.4f,\"%s_p99_ms\":%.4f,\"%s_max_ms\":%.4f,", name, n,
           name, times[n / 2], name, times[(size_t)(n * 0.99)], name, times[n ? n - 1 : 0]);
    free(times);
}

static void run_storm(void) {
    timed = new_load(options.connections);
    storm = new_load(options.storm);
    timed->secured = issue;
    timed->answered = rest;
    storm->secured = in_storm_secured;
    storm->closed = end_storm_connection;
    open_all(timed, 0, timed->count);
    end_if_failed();
    prepare_storm();
    sample_room = (size_t)(options.rate * (options.seconds + 4 * options.patience)) + 1;
    samples = calloc(sample_room, sizeof *samples);
    lags = calloc(sample_room, sizeof *lags);
    timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event tick = {EPOLLIN | EPOLLET, {.ptr = NULL}};
    if (samples == NULL || lags == NULL || timer_fd < 0
        || epoll_ctl(timed->epoll_fd, EPOLL_CTL_ADD, timer_fd, &tick) < 0) {
        fail("set-up", strerror(errno));
    }
    prctl(PR_SET_TIMERSLACK, 1);
    timed->answered = on_timed_answer;
    begun_at = timed->last_progress = now_nanos();
    quiet_until = begun_at + (uint64_t)(options.seconds / 2 * 1e9);
    last_storm_at = begun_at + (uint64_t)(options.seconds * 1e9);
    pthread_t thread;
    if (pthread_create(&thread, NULL, raise_storms, NULL) != 0) {
        fail("pthread_create", strerror(errno));
    }
    while (!storms_over && !patience_is_over(timed)) {
        follow_schedule();
        turn(timed, 100);
    }
    pthread_join(thread, NULL);
    drive(timed); /* what was due and waits for its connection is sent, and counts */
    close_all(timed);
    double length = 0;
    for (int i = 0; i < storm_count; i++) {
        length += (storms[i].to - storms[i].from) / 1e9;
    }
    printf("{\"mode\":\"storm\",\"storms\":%d,\"handshakes\":%" PRIu64
           ",\"storm_seconds\":%.4f,\"answers\":%" PRIu64 ",",
           storm_count, storm->handshakes, storm_count ? length / storm_count : 0, timed->answers);
    print_times("quiet", samples, sample_count, false);
    print_times("storm", samples, sample_count, true);
    print_times("quiet_lag", lags, lag_count, false);
    print_times("storm_lag", lags, lag_count, true);
    print_errors();
}

/* ---- port ---- */

static int print_port(void) {
    unsigned first = 20000, count = 12000, start = now_nanos() / 1000 % count;
    for (unsigned i = 0; i < count; i++) {
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons(first + (start + i) % count),
                                      .sin_addr.s_addr = htonl(INADDR_ANY)};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool is_free = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
        close(fd);
        if (is_free) {
            printf("%d\n", ntohs(address.sin_port));
            return 0;
        }
    }
    fail("port", "none is free");
    return 1;
}

/* ---- options ---- */

static const char usage[] =
    "Usage: tls_client handshake|get|hold|storm [options] PORT\n"
    "       tls_client port\n"
    "  -c N             connections at once (8)\n"
    "  -d SECONDS       measure for so long, after a fifth of it as warm-up; storm: half of it is\n"
    "                   quiet (2)\n"
    "  --get PATH       send this request; needs --body\n"
    "  --body FILE      what each answer must be\n"
    "  --certificate F  the certificate that the server must have, PEM\n"
    "  --resume         handshake: by ticket; each slot's first handshake is full, in the warm-up\n"
    "  --tls 1.2|1.3    (1.3)\n"
    "  --hold STAGE     hold: answered, silent (nothing sent), 4bytes (of a ClientHello), hello\n"
    "                   (a whole ClientHello, and nothing behind it)\n"
    "  --storm N        storm: handshakes that arrive at once (1000)\n"
    "  --rate N         storm: requests per second over all connections (2000)\n"
    "  --patience S     give up after S seconds without an answer (10)\n"
    "  --watch PID      measure this process and all that descend from it\n"
    "The server is at 127.0.0.1. Exit code 1 where there was any error.\n";

static int choice(const char *option, const char *text, const char *const *names) {
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(text, names[i]) == 0) {
            return i;
        }
    }
    bad_option(option, text, "one that --help names");
    return 0;
}

enum { PATH = 256, BODY, CERTIFICATE, RESUME, TLS, HELD, STORMS, RATE, PATIENCE, WATCH };

static void read_options(int argc, char **argv) {
    static const struct option names[] = {
        {"get", 1, NULL, PATH},         {"body", 1, NULL, BODY},
        {"resume", 0, NULL, RESUME},    {"certificate", 1, NULL, CERTIFICATE},
        {"tls", 1, NULL, TLS},          {"hold", 1, NULL, HELD},
        {"storm", 1, NULL, STORMS},     {"rate", 1, NULL, RATE},
        {"patience", 1, NULL, PATIENCE}, {"watch", 1, NULL, WATCH},
        {"help", 0, NULL, 'h'},         {NULL, 0, NULL, 0}};
    static const char *const versions[] = {"1.2", "1.3", NULL};
    for (int o; (o = getopt_long(argc, argv, "c:d:h", names, NULL)) != -1;) {
        switch (o) {
        case 'c': options.connections = number("-c", optarg, 1, 1 << 20); break;
        case 'd': options.seconds = number("-d", optarg, 0.1, 300); break;
        case PATH: options.path = optarg; break;
        case BODY: options.body_file = optarg; break;
        case CERTIFICATE: options.certificate_file = optarg; break;
        case RESUME: options.resume = true; break;
        case TLS:
            options.version = choice("--tls", optarg, versions) ? TLS1_3_VERSION : TLS1_2_VERSION;
            break;
        case HELD: options.hold = choice("--hold", optarg, hold_names); break;
        case STORMS: options.storm = number("--storm", optarg, 1, 100000); break;
        case RATE: options.rate = number("--rate", optarg, 1, 100000); break;
        case PATIENCE: options.patience = number("--patience", optarg, 0.1, 300); break;
        case WATCH: options.watch = number("--watch", optarg, 1, 1 << 30); break;
        case 'h': fputs(usage, stdout); exit(0);
        default: fputs("tls_client: --help lists the options\n", stderr); exit(2);
        }
    }
    options.mode = optind < argc ? choice("MODE", argv[optind], mode_names) : PORT;
    if (argc - optind != (options.mode == PORT ? 1 : 2)) {
        fputs("tls_client: MODE and PORT are needed; --help lists the options\n", stderr);
        exit(2);
    }
    bool asks = options.mode == GET || options.mode == STORM
                || (options.mode == HOLD && options.hold == ANSWERED);
    if ((options.path == NULL) != (options.body_file == NULL) || (asks && options.path == NULL)) {
        fputs("tls_client: --get and --body are needed, and need each other\n", stderr);
        exit(2);
    }
    if (options.mode == HOLD && (options.watch == 0 || options.connections < 10)) {
        fputs("tls_client: hold needs --watch, and 10 connections or more\n", stderr);
        exit(2);
    }
    if (options.mode != PORT) {
        options.port = number("PORT", argv[optind + 1], 1, 65535);
    }
}

static void read_files(void) {
    struct stat status;
    if (options.certificate_file != NULL) {
        FILE *file = fopen(options.certificate_file, "r");
        certificate = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
        if (certificate == NULL) {
            fail(options.certificate_file, "no certificate can be read from it");
        }
        fclose(file);
    }
    if (options.body_file == NULL) {
        return;
    }
    int fd = open(options.body_file, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0 || status.st_size == 0
        || (body = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED) {
        fail(options.body_file, "cannot be read, or is empty");
    }
    body_size = status.st_size;
    request_length = asprintf(&request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", options.path);
}

static void raise_descriptor_limit(void) {
    struct rlimit files;
    rlim_t needed = options.connections + (options.mode == STORM ? options.storm : 0)
                    + SPARE_DESCRIPTORS;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < needed) {
        fprintf(stderr, "tls_client: more descriptors are needed than the limit of %ju; raise it"
                " with `ulimit -Hn`\n", (uintmax_t)files.rlim_cur);
        exit(1);
    }
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes to sockets that a server may have reset */
    read_options(argc, argv);
    if (options.mode == PORT) {
        return print_port();
    }
    alarm(LONGEST_RUN);
    raise_descriptor_limit();
    read_files();
    find_watched();
    switch (options.mode) {
    case HANDSHAKE: run_handshakes(); break;
    case GET: run_requests(); break;
    case HOLD: run_hold(); break;
    default: run_storm(); break;
    }
    fflush(stdout);
    end_if_failed();
    return 0;
}

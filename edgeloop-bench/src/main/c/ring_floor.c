/*
 * ring_floor: the least an io_uring echo server can cost, as the floor that others are held against.
 * One thread and one ring, see ring.h, with one multishot accept. A socket whose peer has finished is
 * closed when its last echo is out. Everything beyond this is what a server adds.
 *
 * Usage: ring_floor [port]    (0 or none: the kernel picks one; it is printed)
 */
#define _GNU_SOURCE
#include "server.h"
#include "ring.h"

static int listen_fd;

static void accept_next(void) {
    struct io_uring_sqe *sqe = submission(IORING_OP_ACCEPT, listen_fd, ACCEPT, 0);
    sqe->ioprio = IORING_ACCEPT_MULTISHOT;
    sqe->accept_flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
}

static void accepted(struct io_uring_cqe *cqe) {
    if (cqe->res >= 0) {
        int on = 1;
        setsockopt(cqe->res, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        receive_on(cqe->res);
    }
    if (!(cqe->flags & IORING_CQE_F_MORE)) {
        accept_next();
    }
}

/* Those on which nothing was sent in this turn: what was sent before is out. */
static void close_ended(void) {
    unsigned n = ended_count;
    ended_count = 0;
    for (unsigned i = 0; i < n; i++) {
        if (sent_in[ended[i]] == turn) {
            ended[ended_count++] = ended[i];
        } else {
            close(ended[i]);
        }
    }
}

int main(int argc, char **argv) {
    int port = port_argument("ring_floor", argc, argv);
    raise_descriptor_limit();
    listen_fd = listen_on(port, 0);
    open_ring();
    accept_next();
    for (;;) {
        enter(later_count + ended_count + starved_count > 0 ? 0 : 1);
        take_turn(accepted);
        close_ended();
    }
}

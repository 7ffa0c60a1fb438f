/*
 * An echo on an io_uring, in the form that was the cheapest of those tried. Who answers with it and
 * who begins is the program's that includes this, once, below server.h.
 *   - one multishot recv per connection, into a ring of buffers;
 *   - each echo is a send from that buffer, and all of a turn go out in the one call that also
 *     waits for what comes next; a send that takes all has no completion;
 *   - a buffer goes back to the kernel when that call has returned;
 *   - who found no buffer receives again when some have come back, and no more of them than buffers.
 * Two sends on one socket at once could pass each other, where the first is short: of what comes for
 * one socket in one turn each piece but the first waits for the next. A peer that does not take its
 * echo is waited for.
 */
#include <errno.h>
#include <linux/io_uring.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    SUBMISSIONS = 4096,
    COMPLETIONS = 16384,
    BUFFERS = 1024,
    BUFFER_SIZE = 2048,
    MAX_FD = 1 << 20
};
enum { ACCEPT = 1, RECV = 2, SEND = 3 };

static int ring;
static unsigned *sq_tail, sq_mask, *cq_head, *cq_tail, cq_mask;
static struct io_uring_sqe *sqes;
static struct io_uring_cqe *cqes;
static unsigned written, taken;
static unsigned long received_bytes;

static struct io_uring_buf_ring *buffers;
static char *memory;
static unsigned short buffers_tail;
static unsigned used[BUFFERS], used_count;
static int starved[MAX_FD];
static unsigned starved_first, starved_count;

/* The turn in which something was sent on a descriptor last, and what waits for its own. */
static unsigned turn = 1, sent_in[MAX_FD];
static struct echo {
    int fd;
    unsigned bid, length;
} later[BUFFERS];
static unsigned later_count;
static int ended[MAX_FD];
static unsigned ended_count;

static int enter(unsigned wait) {
    __atomic_store_n(sq_tail, written, __ATOMIC_RELEASE);
    int n = syscall(SYS_io_uring_enter, ring, written - taken, wait, IORING_ENTER_GETEVENTS, NULL, 0);
    if (n < 0 && errno != EINTR && errno != EBUSY) {
        die("io_uring_enter");
    }
    taken += n > 0 ? n : 0;
    return n;
}

static struct io_uring_sqe *submission(int opcode, int fd, int kind, unsigned extra) {
    while (written - taken > sq_mask) {
        enter(0);
    }
    struct io_uring_sqe *sqe = &sqes[written++ & sq_mask];
    memset(sqe, 0, sizeof *sqe);
    sqe->opcode = opcode;
    sqe->fd = fd;
    sqe->user_data = (unsigned long long)extra << 32 | (unsigned long long)kind << 28 | (unsigned)fd;
    return sqe;
}

static void receive_on(int fd) {
    struct io_uring_sqe *sqe = submission(IORING_OP_RECV, fd, RECV, 0);
    sqe->ioprio = IORING_RECV_MULTISHOT;
    sqe->flags = IOSQE_BUFFER_SELECT;
}

static void send_on(int fd, unsigned bid, unsigned length) {
    struct io_uring_sqe *sqe = submission(IORING_OP_SEND, fd, SEND, bid << 16 | length);
    sqe->addr = (unsigned long)(memory + (size_t)bid * BUFFER_SIZE);
    sqe->len = length;
    sqe->msg_flags = MSG_NOSIGNAL | MSG_DONTWAIT | MSG_WAITALL;
    sqe->flags = IOSQE_CQE_SKIP_SUCCESS;
}

/* A send was short: what is left goes out before anything else happens. */
static void send_rest(int fd, unsigned bid, unsigned length, int sent) {
    unsigned done = sent > 0 ? sent : 0;
    while (done < length) {
        ssize_t n = send(fd, memory + (size_t)bid * BUFFER_SIZE + done, length - done, MSG_NOSIGNAL);
        if (n >= 0) {
            done += n;
        } else if (errno == EAGAIN) {
            struct pollfd room = {fd, POLLOUT, 0};
            poll(&room, 1, -1);
        } else if (errno != EINTR) {
            return; /* its recv tells of the end */
        }
    }
}

static void give_back(unsigned bid) {
    struct io_uring_buf *entry = &buffers->bufs[buffers_tail++ & (BUFFERS - 1)];
    entry->addr = (unsigned long)(memory + (size_t)bid * BUFFER_SIZE);
    entry->len = BUFFER_SIZE;
    entry->bid = bid;
}

static void echo(struct echo e) {
    if (sent_in[e.fd] == turn) {
        later[later_count++] = e;
    } else {
        sent_in[e.fd] = turn;
        used[used_count++] = e.bid;
        send_on(e.fd, e.bid, e.length);
    }
}

/* What was left for this turn; of one socket again no more than a piece. */
static void send_later(void) {
    unsigned n = later_count;
    later_count = 0;
    for (unsigned i = 0; i < n; i++) {
        echo(later[i]);
    }
}

static void received(int fd, int result, unsigned flags) {
    if (result > 0) {
        received_bytes += result;
        echo((struct echo){fd, flags >> IORING_CQE_BUFFER_SHIFT, result});
    } else if (result == -ENOBUFS) {
        starved[(starved_first + starved_count++) & (MAX_FD - 1)] = fd;
        return;
    } else if (result != -EINTR) {
        ended[ended_count++] = fd;
        return;
    }
    if (!(flags & IORING_CQE_F_MORE)) {
        receive_on(fd);
    }
}

static void open_ring(void) {
    struct io_uring_params p = {0};
    p.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE
              | IORING_SETUP_CLAMP | IORING_SETUP_SUBMIT_ALL;
    p.cq_entries = COMPLETIONS;
    ring = syscall(SYS_io_uring_setup, SUBMISSIONS, &p);
    if (ring < 0) {
        die("io_uring_setup");
    }
    size_t bytes = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
    size_t sq_bytes = p.sq_off.array + p.sq_entries * sizeof(unsigned);
    bytes = bytes > sq_bytes ? bytes : sq_bytes;
    int prot = PROT_READ | PROT_WRITE;
    char *rings = mmap(NULL, bytes, prot, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
    sqes = mmap(NULL, p.sq_entries * sizeof *sqes, prot, MAP_SHARED | MAP_POPULATE, ring,
                IORING_OFF_SQES);
    size_t ring_bytes = BUFFERS * sizeof(struct io_uring_buf);
    buffers = mmap(NULL, ring_bytes + BUFFERS * (size_t)BUFFER_SIZE, prot,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (rings == MAP_FAILED || (void *)sqes == MAP_FAILED || (void *)buffers == MAP_FAILED) {
        die("mmap");
    }
    memory = (char *)buffers + ring_bytes;
    sq_tail = (unsigned *)(rings + p.sq_off.tail);
    sq_mask = p.sq_entries - 1;
    cq_head = (unsigned *)(rings + p.cq_off.head);
    cq_tail = (unsigned *)(rings + p.cq_off.tail);
    cq_mask = p.cq_entries - 1;
    cqes = (struct io_uring_cqe *)(rings + p.cq_off.cqes);
    unsigned *array = (unsigned *)(rings + p.sq_off.array);
    for (unsigned i = 0; i < p.sq_entries; i++) {
        array[i] = i;
    }
    struct io_uring_buf_reg reg = {.ring_addr = (unsigned long)buffers, .ring_entries = BUFFERS};
    if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_PBUF_RING, &reg, 1) < 0) {
        die("io_uring_register");
    }
    for (unsigned i = 0; i < BUFFERS; i++) {
        give_back(i);
    }
    __atomic_store_n(&buffers->tail, buffers_tail, __ATOMIC_RELEASE);
}

/* What the last call has brought; the next one does what is written meanwhile. */
static void take_turn(void (*other)(struct io_uring_cqe *)) {
    turn++;
    unsigned head = *cq_head, tail = __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE);
    for (unsigned i = 0; i < used_count; i++) {
        give_back(used[i]);
    }
    unsigned fed = used_count > 0 ? used_count : BUFFERS; /* none came back: none was out */
    used_count = 0;
    send_later();
    for (unsigned i = head; i != tail; i++) {
        struct io_uring_cqe *cqe = &cqes[i & cq_mask];
        int fd = cqe->user_data & 0xfffffff, kind = cqe->user_data >> 28 & 0xf;
        if (kind == RECV) {
            received(fd, cqe->res, cqe->flags);
        } else if (kind == SEND) {
            send_rest(fd, cqe->user_data >> 48, cqe->user_data >> 32 & 0xffff, cqe->res);
        } else {
            other(cqe);
        }
    }
    __atomic_store_n(cq_head, tail, __ATOMIC_RELEASE);
    __atomic_store_n(&buffers->tail, buffers_tail, __ATOMIC_RELEASE);
    for (; fed > 0 && starved_count > 0; fed--, starved_count--) {
        receive_on(starved[starved_first++ & (MAX_FD - 1)]);
    }
}

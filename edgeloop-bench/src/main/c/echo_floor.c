/*
 * echo_floor: the least an epoll echo server can cost, as the floor that others are held against.
 *
 * One thread, one epoll instance, and Edgeloop's own drain policy, so that a difference in CPU is
 * not a difference in system calls:
 *   - accept4 until EAGAIN;
 *   - one epoll_ctl per connection, IN|OUT|RDHUP edge-triggered, for its whole life;
 *   - recv into the one buffer and send at once, until recv says EAGAIN;
 *   - what a slow reader doesn't take is kept, and nothing more is read from it until it is gone.
 * There are no timers and no statistics: everything beyond this is what a server adds.
 *
 * Usage: echo_floor [port [short]]    (0 or none: the kernel picks one; it is printed)
 * With "short" a recv that brings less than it could is the last one, unless the peer has ended.
 */
#define _GNU_SOURCE
#include "server.h"
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_SIZE = 64 * 1024, MAX_EVENTS = 1024, MAX_FD = 1 << 20 };

/* What one peer has not taken yet. At most one buffer's worth, since reading stops meanwhile. */
struct unsent {
    size_t offset;
    size_t length;
    char bytes[];
};

static char buffer[BUFFER_SIZE];
static int short_read_ends;
static struct unsent *unsent_of[MAX_FD]; /* by descriptor; pages never touched cost nothing */

static void close_connection(int fd) {
    free(unsent_of[fd]);
    unsent_of[fd] = NULL;
    close(fd); /* also takes it out of the epoll instance: there is no second descriptor */
}

/* Sends until all is gone or the kernel is full. Returns the bytes sent, -1 if the peer is gone. */
static ssize_t send_some(int fd, const char *bytes, size_t length) {
    size_t sent = 0;
    while (sent < length) {
        ssize_t n = send(fd, bytes + sent, length - sent, MSG_NOSIGNAL);
        if (n >= 0) {
            sent += n;
        } else if (errno == EAGAIN) {
            break;
        } else if (errno != EINTR) {
            return -1;
        }
    }
    return sent;
}

/* Both return 1 if the connection may be read, 0 if it must wait for EPOLLOUT or is closed. */
static int send_unsent(int fd) {
    struct unsent *rest = unsent_of[fd];
    ssize_t n = send_some(fd, rest->bytes + rest->offset, rest->length - rest->offset);
    if (n < 0) {
        close_connection(fd);
        return 0;
    }
    rest->offset += n;
    if (rest->offset < rest->length) {
        return 0;
    }
    free(rest);
    unsent_of[fd] = NULL;
    return 1;
}

static int echo(int fd, size_t length) {
    ssize_t n = send_some(fd, buffer, length);
    if (n == (ssize_t)length) {
        return 1;
    }
    if (n < 0) {
        close_connection(fd);
        return 0;
    }
    struct unsent *rest = malloc(sizeof *rest + length - n);
    if (rest == NULL) {
        die("malloc");
    }
    rest->offset = 0;
    rest->length = length - n;
    memcpy(rest->bytes, buffer + n, rest->length);
    unsent_of[fd] = rest;
    return 0;
}

static void on_ready(int fd, unsigned events) {
    if (unsent_of[fd] != NULL && !send_unsent(fd)) {
        return;
    }
    for (;;) {
        ssize_t n = recv(fd, buffer, BUFFER_SIZE, 0);
        if (n > 0) {
            if (!echo(fd, n)) {
                return;
            }
            if (short_read_ends && n < BUFFER_SIZE
                && !(events & (EPOLLRDHUP | EPOLLERR | EPOLLHUP))) {
                return;
            }
        } else if (n < 0 && errno == EAGAIN) {
            return;
        } else if (n == 0 || errno != EINTR) {
            close_connection(fd);
            return;
        }
    }
}

static void accept_all(int epoll_fd, int listen_fd) {
    for (;;) {
        int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EAGAIN) {
                return;
            }
            if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO) {
                continue;
            }
            die("accept4"); /* out of descriptors: a floor that sheds load would measure nothing */
        }
        if (fd >= MAX_FD) {
            close(fd);
            continue;
        }
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* fails if the peer has gone */
        struct epoll_event event = {EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.fd = fd}};
        if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
            die("epoll_ctl");
        }
    }
}

int main(int argc, char **argv) {
    int port = port_argument("echo_floor", argc, argv);
    short_read_ends = argc > 2 && strcmp(argv[2], "short") == 0;
    raise_descriptor_limit();
    int listen_fd = listen_on(port, SOCK_NONBLOCK);
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event listening = {EPOLLIN | EPOLLET, {.fd = listen_fd}};
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listen_fd, &listening) < 0) {
        die("epoll");
    }
    static struct epoll_event events[MAX_EVENTS];
    for (;;) {
        int count = epoll_wait(epoll_fd, events, MAX_EVENTS, -1);
        if (count < 0 && errno != EINTR) {
            die("epoll_wait");
        }
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listen_fd) {
                accept_all(epoll_fd, listen_fd);
            } else {
                on_ready(fd, events[i].events);
            }
        }
    }
}

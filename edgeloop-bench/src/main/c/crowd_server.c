/*
 * crowd_server: an echo server as servers were written before epoll, to see what a crowd of
 * connections costs in which few talk. By select(2), by poll(2), or with a thread each.
 *
 * select and poll are told all descriptors at each call, and look at each of them; select's set has
 * room for descriptors below FD_SETSIZE, 1,024, alone. The sockets block: what a peer does not take
 * holds up the others, which nobody here does.
 *
 * Usage: crowd_server select|poll|threads    (the kernel picks a port; it is printed)
 */
#define _GNU_SOURCE
#include "server.h"
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_SIZE = 8 * 1024, STACK_SIZE = 64 * 1024, MAX_FD = 1 << 20 };

static int accept_one(int listen_fd) {
    int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
    int on = 1;
    if (fd < 0) {
        die("accept4");
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* 0 if the peer has gone. */
static int echo(int fd, char *buffer) {
    ssize_t n = recv(fd, buffer, BUFFER_SIZE, 0);
    return n > 0 && send(fd, buffer, n, MSG_NOSIGNAL) == n;
}

static void by_select(int listen_fd) {
    static char buffer[BUFFER_SIZE];
    fd_set all;
    int last = listen_fd;
    FD_ZERO(&all);
    FD_SET(listen_fd, &all);
    for (;;) {
        fd_set ready = all;
        if (select(last + 1, &ready, NULL, NULL, NULL) < 0) {
            die("select");
        }
        for (int fd = 0; fd <= last; fd++) {
            if (!FD_ISSET(fd, &ready)) {
                continue;
            }
            if (fd != listen_fd) {
                if (!echo(fd, buffer)) {
                    FD_CLR(fd, &all);
                    close(fd);
                }
                continue;
            }
            int fresh = accept_one(listen_fd);
            if (fresh >= FD_SETSIZE) {
                fprintf(stderr, "select ends here: descriptor %d, FD_SETSIZE %d\n", fresh, FD_SETSIZE);
                exit(1);
            }
            FD_SET(fresh, &all);
            last = fresh > last ? fresh : last;
        }
    }
}

static void by_poll(int listen_fd) {
    static char buffer[BUFFER_SIZE];
    static struct pollfd all[MAX_FD];
    int count = 1;
    all[0] = (struct pollfd){.fd = listen_fd, .events = POLLIN};
    for (;;) {
        if (poll(all, count, -1) < 0) {
            die("poll");
        }
        if (all[0].revents != 0) {
            all[count++] = (struct pollfd){.fd = accept_one(listen_fd), .events = POLLIN};
        }
        for (int i = 1; i < count; i++) {
            if (all[i].revents != 0 && !echo(all[i].fd, buffer)) {
                close(all[i].fd);
                all[i--] = all[--count];
            }
        }
    }
}

static void *serve(void *argument) {
    char buffer[BUFFER_SIZE];
    int fd = (int)(long)argument;
    while (echo(fd, buffer)) {
    }
    close(fd);
    return NULL;
}

static void by_threads(int listen_fd) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    for (;;) {
        pthread_t thread;
        int fd = accept_one(listen_fd);
        if (pthread_create(&thread, &attributes, serve, (void *)(long)fd) != 0) {
            fprintf(stderr, "no more threads\n");
            exit(1);
        }
    }
}

int main(int argc, char **argv) {
    const char *how = argc == 2 ? argv[1] : "";
    void (*run)(int) = strcmp(how, "select") == 0    ? by_select
                       : strcmp(how, "poll") == 0    ? by_poll
                       : strcmp(how, "threads") == 0 ? by_threads
                                                     : NULL;
    if (run == NULL) {
        fprintf(stderr, "usage: crowd_server select|poll|threads\n");
        return 2;
    }
    raise_descriptor_limit();
    run(listen_on(0, 0));
}

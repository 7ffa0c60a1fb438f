/* What the C programs on a port have in common: how they begin. Each of them includes this once. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { BACKLOG = 4096 };

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void raise_descriptor_limit(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

/* The port that is asked for, where one is: 0 lets the kernel pick one. Not all of them ask. */
static inline int port_argument(const char *program, int argc, char **argv) {
    char *end = "";
    long port = argc > 1 ? strtol(argv[1], &end, 10) : 0;
    if (*end != '\0' || port < 0 || port > 65535) {
        fprintf(stderr, "%s: port must be 0 to 65535, not '%s'\n", program, argv[1]);
        exit(2);
    }
    return port;
}

/* Listens on loopback, and prints the port. flags are those of socket(2), as SOCK_NONBLOCK. */
static inline int listen_on(int port, int flags) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    int on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0
        || bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, BACKLOG) < 0
        || getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
        die("listen");
    }
    printf("Listening on port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

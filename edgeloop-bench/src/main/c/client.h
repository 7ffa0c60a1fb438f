/* What the C clients have in common. PROGRAM is what their messages begin with. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void fail(const char *what, const char *detail) {
    fprintf(stderr, PROGRAM ": %s: %s\n", what, detail);
    exit(1);
}

static uint64_t now_nanos(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}

static void bad_option(const char *option, const char *value, const char *expected) {
    fprintf(stderr, PROGRAM ": %s must be %s, not '%s'\n", option, expected, value);
    exit(2);
}

static double number(const char *option, const char *text, double least, double most) {
    char *rest, range[64];
    double value = strtod(text, &rest);
    if (rest == text || *rest != '\0' || !(value >= least && value <= most)) {
        snprintf(range, sizeof range, "a number from %.15g to %.15g", least, most);
        bad_option(option, text, range);
    }
    return value;
}

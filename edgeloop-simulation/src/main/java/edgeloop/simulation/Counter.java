package edgeloop.simulation;

import edgeloop.sys.EpollEvents;
import edgeloop.sys.Errno;

/** An eventfd(2), or a timerfd_create(2), whose count is the times that it expired. */
final class Counter extends OpenFile {
    static final long NEVER = Long.MAX_VALUE;

    /** The most that an eventfd counts to. */
    static final long MAX = -2; // 2^64 - 2

    final boolean isTimer;
    long count;

    private boolean filled;

    /** When a timer expires. */
    long expiry = NEVER;

    Counter(boolean isTimer) {
        this.isTimer = isTimer;
    }

    @Override
    int readiness() {
        return count != 0 ? EpollEvents.EPOLLIN : 0;
    }

    /** Others have counted it up to its maximum; not twice before the program has signalled. */
    void fill() {
        if (!filled) {
            filled = true;
            count = MAX;
        }
    }

    int signal() {
        if (count == MAX) {
            return -Errno.EAGAIN;
        }
        filled = false;
        count++;
        edge();
        return Long.BYTES;
    }

    int drain() {
        if (count == 0) {
            return -Errno.EAGAIN;
        }
        count = 0;
        return Long.BYTES;
    }

    void expireAt(long now) {
        if (expiry <= now) {
            expiry = NEVER;
            count++;
            edge();
        }
    }
}

package edgeloop.buffer;

import java.util.function.IntConsumer;

/**
 * A descriptor with several users on one reactor's thread, closed when the last lets go of it: a
 * file may be taken out of a cache while it is still being sent.
 */
public final class SharedDescriptor {
    private final IntConsumer closer;
    private final int fd;
    private int users = 1;

    /**
     * A descriptor whose one user is the caller.
     *
     * @param closer closes the descriptor at last
     */
    public SharedDescriptor(IntConsumer closer, int fd) {
        this.closer = closer;
        this.fd = fd;
    }

    public int fd() {
        assert users > 0 : "descriptor " + fd + " is closed";
        return fd;
    }

    void retain() {
        assert users > 0 : "descriptor " + fd + " is closed";
        users++;
    }

    /** To be called once for each time that it was taken. */
    public void release() {
        assert users > 0 : "descriptor " + fd + " is closed";
        users--;
        if (users == 0) {
            closer.accept(fd);
        }
    }
}

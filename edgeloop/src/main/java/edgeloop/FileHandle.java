package edgeloop;

import edgeloop.buffer.SharedDescriptor;
import edgeloop.sys.FileStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An open file, to be sent by {@link Connection#transfer} over any number of connections of one
 * reactor. To be used on the reactor's thread alone. Got from {@link Directory#open}.
 *
 * <p>What the methods tell is of the moment when the file was opened; {@link Directory#stillHas}
 * tells whether it is so still.
 */
public final class FileHandle implements AutoCloseable {
    private final Directory origin;
    private @Nullable SharedDescriptor descriptor;
    private final boolean directory;
    private final long device;
    private final long inode;
    private final long size;
    private final long modifiedSeconds;
    private final int modifiedNanos;
    private final long changedNanos;

    FileHandle(Directory origin, int fd, FileStatus status) {
        this.origin = origin;
        this.descriptor = new SharedDescriptor(origin.reactor()::close, fd);
        this.directory = status.isDirectory();
        this.device = status.device();
        this.inode = status.inode();
        this.size = status.size();
        this.modifiedSeconds = status.modifiedSeconds();
        this.modifiedNanos = status.modifiedNanos();
        this.changedNanos = status.changedNanos();
    }

    /** Whether {@code status} is of the same file, unchanged. */
    boolean is(FileStatus status) {
        return status.inode() == inode
                && status.device() == device
                && status.size() == size
                && status.modifiedSeconds() == modifiedSeconds
                && status.modifiedNanos() == modifiedNanos
                && status.changedNanos() == changedNanos;
    }

    SharedDescriptor descriptor(Reactor user) {
        SharedDescriptor open = descriptor;
        if (open == null) {
            throw new IllegalStateException("the file is closed");
        }
        if (user != origin.reactor()) {
            throw new IllegalArgumentException("the file is another reactor's");
        }
        return open;
    }

    /** {@return whether this is a directory, which can't be sent} */
    public boolean isDirectory() {
        return directory;
    }

    /** {@return the length in bytes} */
    public long size() {
        return size;
    }

    /** {@return when the content changed last; the first or last instant where that is beyond} */
    public Instant modified() {
        if (modifiedSeconds < Instant.MIN.getEpochSecond()) {
            return Instant.MIN;
        }
        return modifiedSeconds > Instant.MAX.getEpochSecond()
                ? Instant.MAX
                : Instant.ofEpochSecond(modifiedSeconds, modifiedNanos);
    }

    /**
     * A number for what the file was when it was opened: made of its inode, its length, and the
     * times of the last change of its content and of anything about it (which nobody can set). It
     * tells neither of these to whoever sees it.
     *
     * @return the same for the same file unchanged; for another one, or after a change, the same
     *     with a probability of 2^-64. Two changes within one tick of the kernel's clock (at most
     *     10 ms) are one before Linux 6.13
     */
    public long version() {
        long version = mix(inode);
        version = mix(version + size);
        version = mix(version + modifiedSeconds);
        version = mix(version + modifiedNanos);
        return mix(version + changedNanos);
    }

    /** S. Vigna's splitmix64: each bit of the result depends on each of {@code z}. */
    private static long mix(long z) {
        long x = z + 0x9e3779b97f4a7c15L;
        x = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }

    /**
     * Asks the open file (statx(2) of its descriptor) whether it is still as it was when it was
     * opened: of the same length, not modified, not renamed over or deleted.
     *
     * @return false also if it can't be found out
     */
    public boolean isUnchanged() {
        return origin.isUnchanged(fd(), this);
    }

    /**
     * Reads a part of the file (pread(2)) to the start of {@code target}. A part that is not in the
     * page cache makes the reactor wait for the disk.
     *
     * @param position where it begins, in bytes from 0
     * @param target is filled as far as the file goes
     * @return the bytes read: fewer than {@code target} takes only where the file ends
     * @throws SyscallException if the disk fails, or this is a directory
     */
    public int read(long position, byte[] target) throws SyscallException {
        return origin.read(fd(), position, target);
    }

    /**
     * Reads the next names in a directory (getdents64(2)), some hundreds of them. Left out are "."
     * and "..", and what the file system knows to be neither a file nor a directory nor a link.
     *
     * @return the names in no order, as the bytes they are on disk; empty after the last
     * @throws SyscallException if the disk fails, or this is no directory
     */
    public List<byte[]> names() throws SyscallException {
        return origin.names(fd());
    }

    private int fd() {
        return descriptor(origin.reactor()).fd();
    }

    /** Lets go of the file. It is closed when all that is to be sent of it is sent. */
    @Override
    public void close() {
        origin.reactor().checkThread();
        if (descriptor != null) {
            descriptor.release();
            descriptor = null;
        }
    }
}

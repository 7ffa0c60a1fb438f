package edgeloop.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/**
 * A {@code struct statx}, statx(2): what a file is, how long, and when it changed. Unlike {@code
 * struct stat} it is the same on every architecture.
 */
public final class FileStatus {
    /** The size of a {@code struct statx}. */
    public static final int BYTES = 256;

    private static final int MODE_OFFSET = 28;
    private static final int INO_OFFSET = 32;
    private static final int SIZE_OFFSET = 40;
    private static final int CTIME_OFFSET = 96;
    private static final int MTIME_OFFSET = 112;
    private static final int NSEC_OFFSET = 8;
    private static final int DEV_OFFSET = 136;

    private final MemorySegment memory;

    /** Lays the struct over the first {@value #BYTES} bytes of {@code memory}. */
    public FileStatus(MemorySegment memory) {
        this.memory = memory.asSlice(0, BYTES);
    }

    MemorySegment memory() {
        return memory;
    }

    /** Fills in what a kernel that is none has to say. */
    public void set(int mode, long inode, long size, long modifiedNanos, long changedNanos) {
        memory.fill((byte) 0);
        memory.set(JAVA_SHORT, MODE_OFFSET, (short) mode);
        memory.set(JAVA_LONG, INO_OFFSET, inode);
        memory.set(JAVA_LONG, SIZE_OFFSET, size);
        setTime(MTIME_OFFSET, modifiedNanos);
        setTime(CTIME_OFFSET, changedNanos);
    }

    private void setTime(int at, long nanos) {
        memory.set(JAVA_LONG, at, Math.floorDiv(nanos, 1_000_000_000L));
        memory.set(JAVA_INT, at + NSEC_OFFSET, (int) Math.floorMod(nanos, 1_000_000_000L));
    }

    public boolean isRegularFile() {
        return type() == FileConstants.S_IFREG;
    }

    public boolean isDirectory() {
        return type() == FileConstants.S_IFDIR;
    }

    private int type() {
        return memory.get(JAVA_SHORT, MODE_OFFSET) & FileConstants.S_IFMT;
    }

    public long inode() {
        return memory.get(JAVA_LONG, INO_OFFSET);
    }

    /** Major and minor number of the device that the file is on. */
    public long device() {
        return memory.get(JAVA_LONG, DEV_OFFSET);
    }

    /** The length in bytes. */
    public long size() {
        return memory.get(JAVA_LONG, SIZE_OFFSET);
    }

    /** When the content changed last, in whole seconds since 1970. */
    public long modifiedSeconds() {
        return memory.get(JAVA_LONG, MTIME_OFFSET);
    }

    /** When the content changed last, in nanoseconds beyond {@link #modifiedSeconds}. */
    public int modifiedNanos() {
        return memory.get(JAVA_INT, MTIME_OFFSET + NSEC_OFFSET);
    }

    /** When content or attributes changed last, in nanoseconds since 1970, modulo 2^64. */
    public long changedNanos() {
        return memory.get(JAVA_LONG, CTIME_OFFSET) * 1_000_000_000L
                + memory.get(JAVA_INT, CTIME_OFFSET + NSEC_OFFSET);
    }
}

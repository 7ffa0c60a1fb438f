package edgeloop.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A {@code struct msghdr} and its array of {@code struct iovec}, sendmsg(2): pieces of memory that
 * go out in one call. One per reactor, filled anew for each call.
 *
 * <p>{@value #CAPACITY} pieces are far below the kernel's limit of 1,024 ({@code IOV_MAX}), beyond
 * which it answers EINVAL.
 */
public final class IoVector {
    public static final int CAPACITY = 64;

    /** The bytes of memory that an {@code IoVector} is laid over. */
    public static final int BYTES = 64 + CAPACITY * 16;

    // struct msghdr with 8-byte pointers: name, namelen, iov, iovlen, control, controllen, flags.
    private static final int MSG_IOV = 16;
    private static final int MSG_IOVLEN = 24;
    private static final int IOV_ARRAY = 64;

    private final MemorySegment memory;
    private final MemorySegment[] pieces = new MemorySegment[CAPACITY];
    private int size;

    public IoVector(MemorySegment memory) {
        this.memory = memory.asSlice(0, BYTES);
        this.memory.set(JAVA_LONG, MSG_IOV, memory.address() + IOV_ARRAY);
    }

    public void clear() {
        size = 0;
    }

    public int size() {
        return size;
    }

    public boolean isFull() {
        return size == CAPACITY;
    }

    /** Adds {@code length} bytes of {@code piece} from {@code offset}. */
    public void add(MemorySegment piece, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, piece.byteSize());
        long entry = IOV_ARRAY + size * 16L;
        memory.set(JAVA_LONG, entry, piece.address() + offset);
        memory.set(JAVA_LONG, entry + 8, length);
        pieces[size] = piece;
        size++;
    }

    /** The memory of piece {@code index}, from its first byte to be sent to its last. */
    public MemorySegment piece(int index) {
        MemorySegment piece = pieces[Objects.checkIndex(index, size)];
        long entry = IOV_ARRAY + index * 16L;
        return piece.asSlice(
                memory.get(JAVA_LONG, entry) - piece.address(), memory.get(JAVA_LONG, entry + 8));
    }

    /** The address of the {@code struct msghdr}, complete. */
    long messageAddress() {
        memory.set(JAVA_LONG, MSG_IOVLEN, size);
        return memory.address();
    }
}

package edgeloop.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.StringJoiner;

/**
 * An array of {@code struct epoll_event}, epoll_wait(2): for each event its mask and the 64 bits of
 * data that were registered with the descriptor.
 *
 * <p>The struct is packed on x86-64 (12 bytes) and on no other architecture (16 bytes).
 */
public final class EpollEvents {
    public static final int EPOLLIN = 0x1;
    public static final int EPOLLPRI = 0x2;
    public static final int EPOLLOUT = 0x4;
    public static final int EPOLLERR = 0x8;
    public static final int EPOLLHUP = 0x10;
    public static final int EPOLLRDHUP = 0x2000;
    public static final int EPOLLEXCLUSIVE = 1 << 28;
    public static final int EPOLLONESHOT = 1 << 30;
    public static final int EPOLLET = 1 << 31;

    static final int CTL_ADD = 1;
    static final int CTL_DEL = 2;
    static final int CTL_MOD = 3;

    private static final boolean PACKED = isPacked(System.getProperty("os.arch", ""));

    /** The size of one {@code struct epoll_event} on this machine. */
    static final int STRIDE = stride(PACKED);

    private static final int DATA_OFFSET = dataOffset(PACKED);

    private final MemorySegment memory;
    private final int capacity;

    /**
     * Lays the array over {@code memory}.
     *
     * @param memory at least {@link #bytesFor(int) bytesFor(capacity)} long
     */
    public EpollEvents(MemorySegment memory, int capacity) {
        this.memory = memory.asSlice(0, bytesFor(capacity));
        this.capacity = capacity;
    }

    /** The bytes that {@code capacity} events take. */
    public static long bytesFor(int capacity) {
        return (long) capacity * STRIDE;
    }

    static boolean isPacked(String architecture) {
        return architecture.equals("amd64") || architecture.equals("x86_64");
    }

    static int stride(boolean packed) {
        return packed ? 12 : 16;
    }

    static int dataOffset(boolean packed) {
        return packed ? 4 : 8;
    }

    public int capacity() {
        return capacity;
    }

    /** The mask of event {@code index}. */
    public int events(int index) {
        return memory.get(JAVA_INT_UNALIGNED, (long) index * STRIDE);
    }

    /** What was registered with the descriptor that event {@code index} is about. */
    public long data(int index) {
        return memory.get(JAVA_LONG_UNALIGNED, (long) index * STRIDE + DATA_OFFSET);
    }

    /** Writes one event, as the kernel does. */
    public void set(int index, int events, long data) {
        memory.set(JAVA_INT_UNALIGNED, (long) index * STRIDE, events);
        memory.set(JAVA_LONG_UNALIGNED, (long) index * STRIDE + DATA_OFFSET, data);
    }

    MemorySegment memory() {
        return memory;
    }

    /** Names the bits of a mask, such as {@code EPOLLIN|EPOLLRDHUP}. */
    public static String describe(int events) {
        StringJoiner names = new StringJoiner("|").setEmptyValue("0");
        int rest = events;
        for (Bit bit : Bit.values()) {
            if ((rest & bit.mask) != 0) {
                names.add(bit.name());
                rest &= ~bit.mask;
            }
        }
        return rest == 0
                ? names.toString()
                : names.add("0x" + Integer.toHexString(rest)).toString();
    }

    private enum Bit {
        EPOLLIN(EpollEvents.EPOLLIN),
        EPOLLPRI(EpollEvents.EPOLLPRI),
        EPOLLOUT(EpollEvents.EPOLLOUT),
        EPOLLERR(EpollEvents.EPOLLERR),
        EPOLLHUP(EpollEvents.EPOLLHUP),
        EPOLLRDHUP(EpollEvents.EPOLLRDHUP),
        EPOLLEXCLUSIVE(EpollEvents.EPOLLEXCLUSIVE),
        EPOLLONESHOT(EpollEvents.EPOLLONESHOT),
        EPOLLET(EpollEvents.EPOLLET);

        final int mask;

        Bit(int mask) {
            this.mask = mask;
        }
    }
}

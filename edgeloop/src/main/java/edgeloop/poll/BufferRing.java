package edgeloop.poll;

import static edgeloop.sys.RingConstants.BUF_ADDR;
import static edgeloop.sys.RingConstants.BUF_BID;
import static edgeloop.sys.RingConstants.BUF_BYTES;
import static edgeloop.sys.RingConstants.BUF_LEN;
import static edgeloop.sys.RingConstants.BUF_REG_BGID;
import static edgeloop.sys.RingConstants.BUF_REG_BYTES;
import static edgeloop.sys.RingConstants.BUF_REG_RING_ADDR;
import static edgeloop.sys.RingConstants.BUF_REG_RING_ENTRIES;
import static edgeloop.sys.RingConstants.BUF_RING_TAIL;
import static edgeloop.sys.RingConstants.IORING_REGISTER_PBUF_RING;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import edgeloop.sys.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The buffers of a ring, which the kernel takes one of for each piece of input, of whatever socket:
 * one that is idle holds none. io_uring_register(2), {@code IORING_REGISTER_PBUF_RING}.
 */
final class BufferRing {
    /** A power of two. */
    static final int COUNT = 64;

    /** What is more than fits one is not for these; a piece of 64 bytes costs no more. */
    static final int BUFFER_BYTES = 16 * 1024;

    static final int GROUP = 0;

    private static final VarHandle SHORT = JAVA_SHORT.varHandle();

    /** The ring's entries, and from the next page on the buffers. */
    private static final int BUFFERS_OFFSET = 4096;

    private final Syscalls syscalls;
    private final MemorySegment memory;
    private final MemorySegment[] buffers = new MemorySegment[COUNT];
    private short tail;

    private BufferRing(Syscalls syscalls, MemorySegment memory) {
        this.syscalls = syscalls;
        this.memory = memory;
        for (int i = 0; i < COUNT; i++) {
            long offset = BUFFERS_OFFSET + (long) i * BUFFER_BYTES;
            buffers[i] = memory.asSlice(offset, BUFFER_BYTES);
            giveBack(i);
        }
        publish();
    }

    /**
     * Maps the memory of the buffers.
     *
     * @throws OutOfMemoryError if the kernel refuses it
     */
    static BufferRing map(Syscalls syscalls) {
        return new BufferRing(syscalls, syscalls.map(BUFFERS_OFFSET + COUNT * BUFFER_BYTES));
    }

    /** Makes them those of a ring. 0 or {@code -errno}. */
    int register(int ring) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment registration = arena.allocate(BUF_REG_BYTES, 8);
            registration.set(JAVA_LONG, BUF_REG_RING_ADDR, memory.address());
            registration.set(JAVA_INT, BUF_REG_RING_ENTRIES, COUNT);
            registration.set(JAVA_SHORT, BUF_REG_BGID, (short) GROUP);
            return syscalls.ringRegister(ring, IORING_REGISTER_PBUF_RING, registration, 1);
        }
    }

    MemorySegment buffer(int number) {
        return buffers[number];
    }

    /** Gives a buffer back; the kernel has it when it is told, {@link #publish}. */
    void giveBack(int number) {
        long entry = (tail & COUNT - 1) * (long) BUF_BYTES;
        memory.set(JAVA_LONG, entry + BUF_ADDR, buffers[number].address());
        memory.set(JAVA_INT, entry + BUF_LEN, BUFFER_BYTES);
        memory.set(JAVA_SHORT, entry + BUF_BID, (short) number);
        tail++;
    }

    void publish() {
        SHORT.setRelease(memory, (long) BUF_RING_TAIL, tail);
    }

    /** What munmap(2) answers. The ring must have been closed. */
    int unmap() {
        return syscalls.unmap(memory);
    }
}

package edgeloop;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.BufferUnderflowException;
import java.nio.ByteOrder;
import java.nio.charset.Charset;

/**
 * The bytes that a peer has sent and a handler has not read yet, in order and in one piece.
 *
 * <p>Reading moves the buffer forward. What a handler leaves unread is at the start of the buffer
 * of its next call, with what has come since behind it, so a parser can wait for the rest of a
 * message by returning. The {@code get} methods look at a byte by its distance from the first
 * unread one and move nothing.
 *
 * <p>The buffer is the reactor's and belongs to the handler during the call alone: after it, and on
 * any other thread, it must not be used. Multi-byte numbers are big-endian, the network's order.
 */
public final class IoBuffer {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final MemorySegment memory;
    private int position;
    private int limit;

    IoBuffer(MemorySegment memory) {
        this.memory = memory;
    }

    /** Makes the first {@code length} bytes of the memory unread. */
    void reset(int length) {
        position = 0;
        limit = length;
    }

    MemorySegment memory() {
        return memory;
    }

    int position() {
        return position;
    }

    /** The unread bytes. */
    public int remaining() {
        return limit - position;
    }

    public boolean hasRemaining() {
        return position < limit;
    }

    /**
     * The byte {@code index} bytes from the first unread one.
     *
     * @throws IndexOutOfBoundsException if it is not below {@link #remaining()}
     */
    public byte getByte(int index) {
        return memory.get(JAVA_BYTE, at(index, Byte.BYTES));
    }

    /** The two bytes from {@code index} as a number; see {@link #getByte}. */
    public short getShort(int index) {
        return memory.get(SHORT, at(index, Short.BYTES));
    }

    /** The four bytes from {@code index} as a number; see {@link #getByte}. */
    public int getInt(int index) {
        return memory.get(INT, at(index, Integer.BYTES));
    }

    /** The eight bytes from {@code index} as a number; see {@link #getByte}. */
    public long getLong(int index) {
        return memory.get(LONG, at(index, Long.BYTES));
    }

    private int at(int index, int length) {
        if (index < 0 || index > remaining() - length) {
            throw new IndexOutOfBoundsException(
                    length + " bytes at " + index + " of " + remaining() + " unread");
        }
        return position + index;
    }

    /**
     * Reads one byte.
     *
     * @throws BufferUnderflowException if none is left
     */
    public byte readByte() {
        return memory.get(JAVA_BYTE, advance(Byte.BYTES));
    }

    /** Reads two bytes as a number; see {@link #readByte}. */
    public short readShort() {
        return memory.get(SHORT, advance(Short.BYTES));
    }

    /** Reads four bytes as a number; see {@link #readByte}. */
    public int readInt() {
        return memory.get(INT, advance(Integer.BYTES));
    }

    /** Reads eight bytes as a number; see {@link #readByte}. */
    public long readLong() {
        return memory.get(LONG, advance(Long.BYTES));
    }

    /** Reads {@code length} bytes; see {@link #readByte}. */
    public byte[] readBytes(int length) {
        int from = advance(length);
        return memory.asSlice(from, length).toArray(JAVA_BYTE);
    }

    /** Reads {@code length} bytes to {@code target} from {@code offset}; see {@link #readByte}. */
    public void readBytes(byte[] target, int offset, int length) {
        MemorySegment.copy(memory, JAVA_BYTE, advance(length), target, offset, length);
    }

    /** Reads {@code length} bytes as text; see {@link #readByte}. */
    public String readString(int length, Charset charset) {
        return new String(readBytes(length), charset);
    }

    /** Passes over {@code length} bytes; see {@link #readByte}. */
    public void skip(int length) {
        int _ = advance(length);
    }

    private int advance(int length) {
        if (length < 0) {
            throw new IllegalArgumentException("a negative length: " + length);
        }
        if (length > remaining()) {
            throw new BufferUnderflowException();
        }
        int from = position;
        position += length;
        return from;
    }

    /**
     * Looks for a byte.
     *
     * @return its distance from the first unread byte, or -1 if no unread byte is equal to it
     */
    public int indexOf(byte wanted) {
        return indexOf(wanted, 0);
    }

    /**
     * Looks for a byte from {@code from} bytes behind the first unread one, so that what was
     * searched at the last call is not searched again.
     *
     * @return its distance from the first unread byte, or -1
     */
    public int indexOf(byte wanted, int from) {
        if (from < 0) {
            throw new IndexOutOfBoundsException(from);
        }
        for (int at = position + from; at < limit; at++) {
            if (memory.get(JAVA_BYTE, at) == wanted) {
                return at - position;
            }
        }
        return -1;
    }

    @Override
    public String toString() {
        return "IoBuffer[" + remaining() + " unread]";
    }
}

package edgeloop;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.BufferUnderflowException;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that a peer has sent and a handler has not read yet, in order and in one piece.
 *
 * <p>Reading moves the buffer forward. What a handler leaves unread is at the start of the buffer
 * of its next call, with what has come since behind it, so a parser can wait for the rest of a
 * message by returning. The {@code get} methods look at a byte by its distance from the first
 * unread one and move nothing.
 *
 * <p>The buffer is the reactor's and belongs to the handler during the call alone. When that has
 * returned, the buffer, its slices and theirs are dead: every method throws {@link
 * IllegalStateException}, but for {@link #toString} and {@link #invalidate}. What is to be kept is
 * copied, by {@link #readBytes(int)}. On any other thread a buffer must not be used at all.
 *
 * <p>A slice stays dead for ever. The object that a callback was given serves another one after 63
 * others have been served, for as long as that runs; where assertions are on, or with {@code
 * -Dedgeloop.debug=true}, it stays dead as well.
 *
 * <p>Multi-byte numbers are big-endian, the network's order.
 */
public final class IoBuffer {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** The limit of a dead buffer. Below each position, so that no check of a range succeeds. */
    private static final int DEAD = -1;

    private MemorySegment memory = MemorySegment.NULL;
    private int position;
    private int limit;

    /** The slices of this, the newest first, and the next older one of those of the same buffer. */
    private @Nullable IoBuffer slices;

    private @Nullable IoBuffer olderSlice;

    IoBuffer() {}

    /**
     * A buffer of its own with a copy of {@code bytes}, for the tests of a parser.
     *
     * @param bytes what is to be unread in it
     * @return the buffer, which may be kept until {@link #invalidate}
     */
    public static IoBuffer copyOf(byte[] bytes) {
        MemorySegment memory = Arena.ofAuto().allocate(Math.max(bytes.length, 1));
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
        IoBuffer buffer = new IoBuffer();
        buffer.reset(memory, bytes.length);
        return buffer;
    }

    /** Makes the first {@code length} bytes of {@code source} unread, and this alive. */
    void reset(MemorySegment source, int length) {
        memory = source;
        position = 0;
        limit = length;
    }

    /**
     * Ends this buffer, its slices and theirs: they are dead from now on. The buffers of {@link
     * ConnectionHandler}'s methods end by themselves when these return. This is for a protocol that
     * hands a slice to a callback of its own, and wants to be sure that it is not kept. A handler
     * that does it to the buffer it was given fails. Does nothing to a dead buffer.
     */
    public void invalidate() {
        kill();
        IoBuffer next = takeSlices(null);
        while (next != null) {
            IoBuffer slice = next;
            slice.kill();
            next = slice.takeSlices(slice.olderSlice);
            slice.olderSlice = null;
        }
    }

    private void kill() {
        position = 0;
        limit = DEAD;
    }

    /** This one's slices, now without it, and {@code others} behind them. */
    private @Nullable IoBuffer takeSlices(@Nullable IoBuffer others) {
        IoBuffer first = slices;
        if (first == null) {
            return others;
        }
        slices = null;
        IoBuffer oldest = first;
        while (oldest.olderSlice != null) {
            oldest = oldest.olderSlice;
        }
        oldest.olderSlice = others;
        return first;
    }

    private static IllegalStateException dead() {
        return new IllegalStateException(
                "the buffer is dead: it is valid until the callback that it was given to returns;"
                        + " what is to be kept is to be copied");
    }

    MemorySegment memory() {
        return memory;
    }

    int position() {
        return position;
    }

    /** {@return the number of unread bytes} */
    public int remaining() {
        int left = limit - position;
        if (left < 0) {
            throw dead();
        }
        return left;
    }

    /** {@return whether any byte is unread} */
    public boolean hasRemaining() {
        return remaining() > 0;
    }

    /**
     * {@return the byte {@code index} bytes from the first unread one}
     *
     * @param index from 0 to below {@link #remaining()}
     * @throws IndexOutOfBoundsException if there is no such byte
     */
    public byte getByte(int index) {
        return memory.get(JAVA_BYTE, at(index, Byte.BYTES));
    }

    /**
     * {@return the two bytes from {@code index} as a number}
     *
     * @param index the first one's distance from the first unread byte
     * @throws IndexOutOfBoundsException if there are not as many
     */
    public short getShort(int index) {
        return memory.get(SHORT, at(index, Short.BYTES));
    }

    /**
     * {@return the four bytes from {@code index} as a number}
     *
     * @param index the first one's distance from the first unread byte
     * @throws IndexOutOfBoundsException if there are not as many
     */
    public int getInt(int index) {
        return memory.get(INT, at(index, Integer.BYTES));
    }

    /**
     * {@return the eight bytes from {@code index} as a number}
     *
     * @param index the first one's distance from the first unread byte
     * @throws IndexOutOfBoundsException if there are not as many
     */
    public long getLong(int index) {
        return memory.get(LONG, at(index, Long.BYTES));
    }

    private int at(int index, int length) {
        if (index < 0 || index > limit - position - length) {
            throw new IndexOutOfBoundsException(
                    length + " bytes at " + index + " of " + remaining() + " unread");
        }
        return position + index;
    }

    /**
     * Reads one byte.
     *
     * @return the first unread one
     * @throws BufferUnderflowException if none is left
     */
    public byte readByte() {
        return memory.get(JAVA_BYTE, advance(Byte.BYTES));
    }

    /**
     * Reads two bytes.
     *
     * @return them as a number
     * @throws BufferUnderflowException if fewer are left
     */
    public short readShort() {
        return memory.get(SHORT, advance(Short.BYTES));
    }

    /**
     * Reads four bytes.
     *
     * @return them as a number
     * @throws BufferUnderflowException if fewer are left
     */
    public int readInt() {
        return memory.get(INT, advance(Integer.BYTES));
    }

    /**
     * Reads eight bytes.
     *
     * @return them as a number
     * @throws BufferUnderflowException if fewer are left
     */
    public long readLong() {
        return memory.get(LONG, advance(Long.BYTES));
    }

    /**
     * Reads {@code length} bytes.
     *
     * @param length from 0
     * @return a copy of them
     * @throws BufferUnderflowException if fewer are left
     */
    public byte[] readBytes(int length) {
        int from = advance(length);
        return memory.asSlice(from, length).toArray(JAVA_BYTE);
    }

    /**
     * Reads {@code length} bytes to a part of {@code target}.
     *
     * @param target the array that is written to
     * @param offset where the part begins, from 0
     * @param length from 0
     * @throws BufferUnderflowException if fewer are left
     * @throws IndexOutOfBoundsException if the part is not within the array
     */
    public void readBytes(byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, target.length);
        MemorySegment.copy(memory, JAVA_BYTE, advance(length), target, offset, length);
    }

    /**
     * Reads {@code length} bytes as text.
     *
     * @param length from 0
     * @param charset what the text is encoded in; what it cannot decode becomes U+FFFD
     * @return the text
     * @throws BufferUnderflowException if fewer are left
     */
    public String readString(int length, Charset charset) {
        return new String(readBytes(length), charset);
    }

    /**
     * Reads a line of text in UTF-8. Its end, LF or CR LF, is passed over and not part of it.
     *
     * @return the line, perhaps empty; null, with nothing read, if the end of it has yet to come
     */
    public @Nullable String readLine() {
        int end = indexOf((byte) '\n');
        if (end < 0) {
            return null;
        }
        int length = end > 0 && getByte(end - 1) == '\r' ? end - 1 : end;
        String line = readString(length, UTF_8);
        skip(end + 1 - length);
        return line;
    }

    /**
     * Reads {@code length} bytes as a buffer of their own, without a copy. A parser hands on what
     * belongs to one message by it.
     *
     * @param length from 0
     * @return them; dead when this buffer is, or when it is {@linkplain #invalidate invalidated}
     * @throws BufferUnderflowException if fewer are left
     */
    public IoBuffer readSlice(int length) {
        int from = advance(length);
        IoBuffer slice = new IoBuffer();
        slice.memory = memory;
        slice.position = from;
        slice.limit = from + length;
        slice.olderSlice = newestLivingSlice();
        slices = slice;
        return slice;
    }

    /** Those that have been invalidated need not be kept account of any more. */
    private @Nullable IoBuffer newestLivingSlice() {
        IoBuffer slice = slices;
        while (slice != null && slice.limit == DEAD) {
            IoBuffer older = slice.olderSlice;
            slice.olderSlice = null;
            slice = older;
        }
        return slice;
    }

    /**
     * Passes over {@code length} bytes.
     *
     * @param length from 0
     * @throws BufferUnderflowException if fewer are left
     */
    public void skip(int length) {
        int _ = advance(length);
    }

    private int advance(int length) {
        if (length < 0 || length > limit - position) {
            throw notThere(length);
        }
        int from = position;
        position += length;
        return from;
    }

    private RuntimeException notThere(int length) {
        if (limit == DEAD) {
            return dead();
        }
        return length < 0
                ? new IllegalArgumentException("a negative length: " + length)
                : new BufferUnderflowException();
    }

    /**
     * Looks for a byte.
     *
     * @param wanted the byte
     * @return its distance from the first unread byte, or -1 if no unread byte is equal to it
     */
    public int indexOf(byte wanted) {
        return indexOf(wanted, 0);
    }

    /**
     * Looks for a byte from {@code from} bytes behind the first unread one, so that what was
     * searched at the last call is not searched again.
     *
     * @param wanted the byte
     * @param from where to begin, from 0
     * @return its distance from the first unread byte, or -1 if none from there on is equal to it
     */
    public int indexOf(byte wanted, int from) {
        int end = remaining();
        if (from < 0) {
            throw new IndexOutOfBoundsException(from);
        }
        for (int index = from; index < end; index++) {
            if (memory.get(JAVA_BYTE, position + index) == wanted) {
                return index;
            }
        }
        return -1;
    }

    @Override
    public String toString() {
        return limit == DEAD ? "IoBuffer[dead]" : "IoBuffer[" + remaining() + " unread]";
    }
}

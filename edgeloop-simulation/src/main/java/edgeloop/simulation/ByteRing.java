package edgeloop.simulation;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/** The bytes that are on their way in one direction of a connection, bounded by its buffer. */
final class ByteRing {
    private final byte[] bytes;
    private final int mask;
    private final int capacity;
    private int start;
    private int size;

    /**
     * @param bytes where to keep them; its length is a power of two
     * @param capacity the most bytes at a time, up to that length
     */
    ByteRing(byte[] bytes, int capacity) {
        this.bytes = bytes;
        this.mask = bytes.length - 1;
        this.capacity = capacity;
    }

    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }

    int space() {
        return capacity - size;
    }

    void write(MemorySegment source, long offset, int length) {
        int at = start + size & mask;
        int first = Math.min(length, bytes.length - at);
        MemorySegment.copy(source, JAVA_BYTE, offset, bytes, at, first);
        if (first < length) {
            MemorySegment.copy(source, JAVA_BYTE, offset + first, bytes, 0, length - first);
        }
        size += length;
    }

    void write(byte[] source, int offset, int length) {
        int at = start + size & mask;
        int first = Math.min(length, bytes.length - at);
        System.arraycopy(source, offset, bytes, at, first);
        System.arraycopy(source, offset + first, bytes, 0, length - first);
        size += length;
    }

    void read(MemorySegment target, long offset, int length) {
        int first = Math.min(length, bytes.length - start);
        MemorySegment.copy(bytes, start, target, JAVA_BYTE, offset, first);
        if (first < length) {
            MemorySegment.copy(bytes, 0, target, JAVA_BYTE, offset + first, length - first);
        }
        skip(length);
    }

    void read(byte[] target, int offset, int length) {
        int first = Math.min(length, bytes.length - start);
        System.arraycopy(bytes, start, target, offset, first);
        System.arraycopy(bytes, 0, target, offset + first, length - first);
        skip(length);
    }

    private void skip(int length) {
        start = start + length & mask;
        size -= length;
    }

    /** Loses all but the first {@code length} bytes. */
    void truncate(int length) {
        size = length;
    }
}

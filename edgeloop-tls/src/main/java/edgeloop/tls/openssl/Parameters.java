package edgeloop.tls.openssl;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** An array of OSSL_PARAM(3). */
final class Parameters {
    // struct ossl_param_st, openssl/core.h.
    private static final long KEY = 0;
    private static final long TYPE = 8;
    private static final long DATA = 16;
    private static final long SIZE = 24;
    private static final long BYTES = 40;

    private static final int UTF8_STRING = 4;
    private static final int OCTET_STRING = 5;

    private final MemorySegment array;

    private Parameters(MemorySegment array) {
        this.array = array;
    }

    /** Those of HMAC with SHA-256, EVP_MAC-HMAC(7). */
    static Parameters ofHmac(Arena arena, MemorySegment key) {
        MemorySegment array = arena.allocate(3 * BYTES, 8); // the last ends the array
        MemorySegment digest = arena.allocateFrom("SHA256");
        set(array, 0, arena.allocateFrom("key"), OCTET_STRING, key, key.byteSize());
        set(array, 1, arena.allocateFrom("digest"), UTF8_STRING, digest, digest.byteSize() - 1);
        return new Parameters(array);
    }

    private static void set(
            MemorySegment array,
            int index,
            MemorySegment key,
            int type,
            MemorySegment data,
            long size) {
        long at = index * BYTES;
        array.set(JAVA_LONG, at + KEY, key.address());
        array.set(JAVA_INT, at + TYPE, type);
        array.set(JAVA_LONG, at + DATA, data.address());
        array.set(JAVA_LONG, at + SIZE, size);
    }

    long address() {
        return array.address();
    }
}

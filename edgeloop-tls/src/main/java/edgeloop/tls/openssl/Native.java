package edgeloop.tls.openssl;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Calls OpenSSL: the only class that links native code. Pointers are longs. No handle is {@link
 * Linker.Option#critical}: OpenSSL calls back, which a critical call must not.
 */
@SuppressWarnings("restricted") // the linker and what it gives are what this is for
public final class Native {
    /** The names of OpenSSL 3: those without a number are of packages for developers. */
    private static final String SSL = System.getProperty("edgeloop.tls.libssl", "libssl.so.3");

    private static final String CRYPTO =
            System.getProperty("edgeloop.tls.libcrypto", "libcrypto.so.3");

    /**
     * One shape for all, as the linker makes classes for each: a function takes its arguments from
     * the first registers, and does not look at the others; of an int, at the lower half of one.
     */
    private static final FunctionDescriptor SHAPE =
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private static final Linker LINKER = Linker.nativeLinker();
    private static final @Nullable String MISSING;
    private static final SymbolLookup LIBRARIES;
    private static final Map<String, MethodHandle> RARE = new ConcurrentHashMap<>();

    /** What C has given the address of. */
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    static {
        SymbolLookup found = _ -> java.util.Optional.empty();
        String missing = null;
        try {
            SymbolLookup crypto = SymbolLookup.libraryLookup(CRYPTO, Arena.global());
            found = SymbolLookup.libraryLookup(SSL, Arena.global()).or(crypto);
            if (found.find("SSL_CTX_set_tlsext_ticket_key_evp_cb").isEmpty()) {
                missing = "OpenSSL 3 is needed, and " + SSL + " is older";
            }
        } catch (IllegalArgumentException e) {
            missing =
                    "OpenSSL 3 is not here ("
                            + SSL
                            + ", in Debian's package libssl3): install it, or use the JDK's TLS";
        }
        LIBRARIES = found;
        MISSING = missing;
    }

    private Native() {}

    /** Why there is no OpenSSL, in one line; null if there is. */
    static @Nullable String missing() {
        return MISSING;
    }

    /** A function that is called often: the constant that this is assigned to is what is fast. */
    static MethodHandle function(String name) {
        return LINKER.downcallHandle(LIBRARIES.findOrThrow(name), SHAPE);
    }

    /** Calls a function that is called rarely; what it answers, of an int at the lower half. */
    public static long call(String name, long... arguments) {
        MethodHandle handle = RARE.computeIfAbsent(name, Native::function);
        long[] six = Arrays.copyOf(arguments, 6);
        return call(handle, six[0], six[1], six[2], six[3], six[4], six[5]);
    }

    /** Calls a function; as fast as by itself where the handle is a constant: this is inlined. */
    static long call(MethodHandle handle, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) handle.invokeExact(a, b, c, d, e, f);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** A downcall throws nothing of its own, so what comes here is an error of the JVM or a bug. */
    private static RuntimeException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException exception ? exception : new IllegalStateException(e);
    }

    /**
     * The address of a function that C calls, for as long as the process lives.
     *
     * @param method of {@code type}'s, static; must not throw, which would end the JVM
     */
    public static long callback(
            MethodHandles.Lookup lookup, String method, MemoryLayout... parameters) {
        FunctionDescriptor shape = FunctionDescriptor.of(JAVA_INT, parameters);
        try {
            MethodType type = shape.toMethodType();
            MethodHandle target = lookup.findStatic(lookup.lookupClass(), method, type);
            return LINKER.upcallStub(target, shape, Arena.global()).address();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- Memory that C has given the address of -----------------------------------------------

    static long readLong(long address) {
        return ALL.get(JAVA_LONG, address);
    }

    static void writeLong(long address, long value) {
        ALL.set(JAVA_LONG, address, value);
    }

    static int readInt(long address) {
        return ALL.get(JAVA_INT, address);
    }

    static boolean areEqual(long first, long second, int length) {
        return MemorySegment.mismatch(ALL, first, first + length, ALL, second, second + length) < 0;
    }

    static int readByte(long address) {
        return Byte.toUnsignedInt(ALL.get(JAVA_BYTE, address));
    }

    static void writeByte(long address, int value) {
        ALL.set(JAVA_BYTE, address, (byte) value);
    }

    /** Copies to where C wants it. */
    public static void copy(MemorySegment source, long target, long length) {
        MemorySegment.copy(source, 0, ALL, target, length);
    }

    static byte[] bytes(long address, long length) {
        return ALL.asSlice(address, length).toArray(JAVA_BYTE);
    }

    static MemorySegment memory(long address, long length) {
        return ALL.asSlice(address, length);
    }

    /** A string that ends with a zero byte; null for a null pointer. */
    static @Nullable String string(long address) {
        return address == 0 ? null : ALL.getString(address, StandardCharsets.UTF_8);
    }
}

package edgeloop.simulation;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import edgeloop.tls.openssl.Native;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * OpenSSL that does the same each time: what it takes for chance on a thread is drawn by a seed
 * (RAND_set_rand_method(3)), and its certificate is made with that, too. Threads without a seed
 * have real chance.
 */
final class SeededOpenSsl {
    private static final String SHARED = "edgeloop.simulation.openssl";
    private static final SecureRandom REAL = new SecureRandom();

    /**
     * What is one for the process, of types of the JDK alone: a program that is tested in a changed
     * copy has copies of the classes here too, and OpenSSL has one source of chance.
     *
     * @param chance by thread, where it is seeded
     * @param files the certificate and its key, in PEM, for as long as the process lives
     */
    private record Shared(ThreadLocal<@Nullable LongSupplier> chance, List<Path> files) {
        Object[] asArray() {
            return new Object[] {chance, files};
        }

        @SuppressWarnings("unchecked") // it is what was put there
        static Shared of(Object found) {
            Object[] array = (Object[]) found;
            return new Shared(
                    (ThreadLocal<@Nullable LongSupplier>) array[0], (List<Path>) array[1]);
        }
    }

    private static final Shared ALL =
            Shared.of(System.getProperties().computeIfAbsent(SHARED, _ -> install().asArray()));

    private static @Nullable ThreadLocal<@Nullable LongSupplier> installed;

    private SeededOpenSsl() {}

    /** From now on this thread's chance is what {@code choices} draw. */
    static void seed(Choices choices) {
        ALL.chance.set(choices::nextLong);
    }

    /** A certificate for everybody, the same in each process. */
    static Path certificate() {
        return ALL.files.get(0);
    }

    /** Its key. */
    static Path key() {
        return ALL.files.get(1);
    }

    private static Shared install() {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        long bytes = Native.callback(lookup, "bytes", JAVA_LONG, JAVA_INT);
        long status = Native.callback(lookup, "status");
        // struct rand_meth_st: seed, bytes, cleanup, add, pseudorand, status.
        MemorySegment method = Arena.global().allocate(ADDRESS, 6);
        method.setAtIndex(JAVA_LONG, 1, bytes);
        method.setAtIndex(JAVA_LONG, 4, bytes);
        method.setAtIndex(JAVA_LONG, 5, status);
        ThreadLocal<@Nullable LongSupplier> chance = newThreadLocal();
        installed = chance;
        long _ = Native.call("RAND_set_rand_method", method.address());
        chance.set(Choices.ofSeed(1)::nextLong);
        try {
            return new Shared(chance, make());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            chance.remove();
        }
    }

    @SuppressWarnings("ThreadLocalUsage") // it is kept where all copies of this class find it
    private static ThreadLocal<@Nullable LongSupplier> newThreadLocal() {
        return new ThreadLocal<>();
    }

    @SuppressWarnings({"unused", "UnusedMethod"}) // OpenSSL does
    private static int bytes(long target, int length) {
        byte[] drawn = new byte[length];
        ThreadLocal<@Nullable LongSupplier> chance = installed;
        LongSupplier choices = chance == null ? null : chance.get();
        if (choices == null) {
            REAL.nextBytes(drawn);
        } else {
            for (int i = 0; i < length; i += Long.BYTES) {
                long value = choices.getAsLong();
                for (int j = i; j < Math.min(length, i + Long.BYTES); j++) {
                    drawn[j] = (byte) value;
                    value >>>= Byte.SIZE;
                }
            }
        }
        Native.copy(MemorySegment.ofArray(drawn), target, length);
        return 1;
    }

    @SuppressWarnings({"unused", "UnusedMethod"})
    private static int status() {
        return 1;
    }

    // ---- The certificate ----------------------------------------------------------------------

    private static List<Path> make() throws IOException {
        Path folder = Files.createTempDirectory("edgeloop-simulation");
        Path certificate = folder.resolve("certificate.pem");
        Path key = folder.resolve("key.pem");
        folder.toFile().deleteOnExit();
        try (Arena arena = Arena.ofConfined()) {
            long pair = newKey(arena);
            long x509 = newCertificate(arena, pair);
            write(arena, certificate, "PEM_write_bio_X509", x509);
            write(arena, key, "PEM_write_bio_PrivateKey", pair, 0, 0, 0, 0); // not encrypted
            long _ = Native.call("X509_free", x509);
            long _ = Native.call("EVP_PKEY_free", pair);
        }
        certificate.toFile().deleteOnExit(); // last in, first out
        key.toFile().deleteOnExit();
        return List.of(certificate, key);
    }

    /** What answers an int does so at the lower half. */
    private static void checkInt(long result, String what) {
        if ((int) result == 0) {
            throw new IllegalStateException(what);
        }
    }

    private static long check(long result, String what) {
        if (result == 0) {
            throw new IllegalStateException(what);
        }
        return result;
    }

    private static long newKey(Arena arena) {
        long name = arena.allocateFrom("EC").address();
        long context = check(Native.call("EVP_PKEY_CTX_new_from_name", 0, name, 0), "key");
        MemorySegment key = arena.allocate(JAVA_LONG);
        long _ = Native.call("EVP_PKEY_keygen_init", context);
        long group = arena.allocateFrom("P-256").address();
        checkInt(Native.call("EVP_PKEY_CTX_set_group_name", context, group), "group");
        checkInt(Native.call("EVP_PKEY_keygen", context, key.address()), "keygen");
        long _ = Native.call("EVP_PKEY_CTX_free", context);
        return key.get(JAVA_LONG, 0);
    }

    private static long newCertificate(Arena arena, long key) {
        long x509 = check(Native.call("X509_new"), "X509_new");
        long _ = Native.call("X509_set_version", x509, 2);
        long _ = Native.call("ASN1_INTEGER_set", Native.call("X509_get_serialNumber", x509), 1);
        setTime(arena, Native.call("X509_getm_notBefore", x509), "20200101000000Z");
        setTime(arena, Native.call("X509_getm_notAfter", x509), "21200101000000Z");
        long name = newName(arena);
        long _ = Native.call("X509_set_subject_name", x509, name);
        long _ = Native.call("X509_set_issuer_name", x509, name);
        long _ = Native.call("X509_NAME_free", name);
        long _ = Native.call("X509_set_pubkey", x509, key);
        checkInt(Native.call("X509_sign", x509, key, Native.call("EVP_sha256")), "X509_sign");
        return x509;
    }

    /** CN=simulated, in DER; what would add a part of a name has more arguments than registers. */
    private static long newName(Arena arena) {
        byte[] der = HexFormat.of().parseHex("3014311230100603550403" + "0c0973696d756c61746564");
        MemorySegment place = arena.allocate(JAVA_LONG);
        MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, der);
        place.set(JAVA_LONG, 0, bytes.address());
        return check(Native.call("d2i_X509_NAME", 0, place.address(), der.length), "name");
    }

    private static void setTime(Arena arena, long time, String value) {
        long text = arena.allocateFrom(value).address();
        checkInt(Native.call("ASN1_TIME_set_string", time, text), value);
    }

    private static void write(Arena arena, Path file, String function, long what, long... more)
            throws IOException {
        long bio = Native.call("BIO_new", Native.call("BIO_s_mem"));
        long[] arguments = new long[2 + more.length];
        arguments[0] = bio;
        arguments[1] = what;
        checkInt(Native.call(function, arguments), function);
        MemorySegment bytes = arena.allocate(1 << 14);
        int length = (int) Native.call("BIO_read", bio, bytes.address(), bytes.byteSize());
        Files.write(file, bytes.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        long _ = Native.call("BIO_free", bio);
    }
}

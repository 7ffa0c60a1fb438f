package edgeloop.tls.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of session tickets (RFC 5077 section 4), which all reactors of a server share. A new one
 * is made every hour, and those before it still open tickets for as long as one is valid. So a
 * stolen key opens what was said in a few hours, and no reload and no change of keys ends a
 * session.
 */
final class TicketKeys {
    /** How long new tickets are made with one key. */
    static final Duration PERIOD = Duration.ofHours(1);

    /** How long a ticket is valid: SSL_CTX_set_timeout(3). */
    static final Duration LIFETIME = Duration.ofHours(2);

    private static final int MOST = 1 + (int) LIFETIME.dividedBy(PERIOD);

    private static final int NAME_BYTES = 16;
    private static final int IV_BYTES = 16;
    private static final int AES_BYTES = 32;
    private static final int HMAC_BYTES = 32;

    // What the callback answers; SSL_CTX_set_tlsext_ticket_key_evp_cb(3).
    private static final int FAILED = -1;
    private static final int NOT_FOUND = 0;
    private static final int OK = 1;
    private static final int OK_RENEW = 2;

    /** Linked, and fetched, when the first key is made. */
    private static final class Functions {
        static final MethodHandle RAND_BYTES = Native.function("RAND_bytes");
        static final MethodHandle EVP_ENCRYPT_INIT = Native.function("EVP_EncryptInit_ex");
        static final MethodHandle EVP_DECRYPT_INIT = Native.function("EVP_DecryptInit_ex");
        static final MethodHandle EVP_MAC_SET = Native.function("EVP_MAC_CTX_set_params");

        /** An EVP_CIPHER, which would else be looked up by its name for each ticket. */
        static final long AES_256_CBC = fetch("AES-256-CBC");

        private Functions() {}

        private static long fetch(String name) {
            try (Arena arena = Arena.ofConfined()) {
                return Native.call("EVP_CIPHER_fetch", 0, arena.allocateFrom(name).address());
            }
        }
    }

    /** One key, in memory that OpenSSL reads: its name, the two secrets, the MAC's parameters. */
    private static final class Key {
        private final Arena arena = Arena.ofAuto();
        private final MemorySegment secret = arena.allocate(NAME_BYTES + AES_BYTES + HMAC_BYTES);
        private final Parameters mac;

        Key() {
            int length = NAME_BYTES + AES_BYTES + HMAC_BYTES;
            if (!drawBytes(secret.address(), length)) {
                throw new IllegalStateException("RAND_bytes: " + OpenSsl.takeError("failed"));
            }
            this.mac = Parameters.ofHmac(arena, secret.asSlice(NAME_BYTES + AES_BYTES, HMAC_BYTES));
        }

        long aes() {
            return secret.address() + NAME_BYTES;
        }

        boolean isNamed(long name) {
            return MemorySegment.mismatch(
                            Native.memory(name, NAME_BYTES), 0, NAME_BYTES, secret, 0, NAME_BYTES)
                    < 0;
        }
    }

    /** Whether one who resumes gets a new ticket, which is good for as long again. */
    private final boolean renews;

    /** The newest first. */
    private volatile List<Key> keys = List.of();

    private volatile long newestNanos;

    /**
     * @param renews not where clients are verified: a session would outlive their certificates
     */
    TicketKeys(boolean renews) {
        this.renews = renews;
    }

    /** Makes a new key where it is time for one. Any reactor's thread may call. */
    void rotate(long nowNanos) {
        if (keys.isEmpty() || nowNanos - newestNanos > PERIOD.toNanos()) {
            add(nowNanos);
        }
    }

    private synchronized void add(long nowNanos) {
        if (!keys.isEmpty() && nowNanos - newestNanos <= PERIOD.toNanos()) {
            return; // another reactor was here first
        }
        List<Key> all = new ArrayList<>();
        all.add(new Key());
        all.addAll(keys.subList(0, Math.min(keys.size(), MOST - 1)));
        newestNanos = nowNanos;
        keys = List.copyOf(all);
    }

    /** What the callback is asked; must not throw. */
    int use(long ssl, long name, long iv, long cipher, long mac, boolean encrypts) {
        List<Key> all = keys;
        if (encrypts) {
            Key key = all.getFirst();
            Native.copy(key.secret.asSlice(0, NAME_BYTES), name, NAME_BYTES);
            boolean made =
                    drawBytes(iv, IV_BYTES)
                            && begin(Functions.EVP_ENCRYPT_INIT, cipher, iv, mac, key);
            return made ? OK : FAILED;
        }
        Key key = find(all, name);
        if (key == null) {
            return NOT_FOUND;
        }
        if (!begin(Functions.EVP_DECRYPT_INIT, cipher, iv, mac, key)) {
            return FAILED;
        }
        // TLS 1.3 sends no new ticket else, and one is for one connection: RFC 8446 appendix C.4.
        boolean renew = renews && (key != all.getFirst() || OpenSsl.isTls13(ssl));
        return renew ? OK_RENEW : OK;
    }

    private static @Nullable Key find(List<Key> all, long name) {
        for (Key key : all) {
            if (key.isNamed(name)) {
                return key;
            }
        }
        return null;
    }

    private static boolean drawBytes(long target, int length) {
        return (int) Native.call(Functions.RAND_BYTES, target, length, 0, 0, 0, 0) == 1;
    }

    private static boolean begin(MethodHandle function, long cipher, long iv, long mac, Key key) {
        long secrets = key.mac.address();
        long aes = Functions.AES_256_CBC;
        return (int) Native.call(Functions.EVP_MAC_SET, mac, secrets, 0, 0, 0, 0) == 1
                && (int) Native.call(function, cipher, aes, 0, key.aes(), iv, 0) == 1;
    }
}

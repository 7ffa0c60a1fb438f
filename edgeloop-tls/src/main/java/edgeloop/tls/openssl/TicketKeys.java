package edgeloop.tls.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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

    /** One key, in memory that OpenSSL reads: its name, the two secrets, the MAC's parameters. */
    private static final class Key {
        private final Arena arena = Arena.ofAuto();
        private final MemorySegment secret = arena.allocate(NAME_BYTES + AES_BYTES + HMAC_BYTES);
        private final Parameters mac;

        Key() {
            int length = NAME_BYTES + AES_BYTES + HMAC_BYTES;
            if ((int) Native.call("RAND_bytes", secret.address(), length) != 1) {
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

    /** The newest first. */
    private volatile List<Key> keys = List.of();

    private volatile long newestNanos;

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
                    (int) Native.call("RAND_bytes", iv, IV_BYTES) == 1
                            && begin("EVP_EncryptInit_ex", cipher, iv, mac, key);
            return made ? OK : FAILED;
        }
        Key key = find(all, name);
        if (key == null) {
            return NOT_FOUND;
        }
        if (!begin("EVP_DecryptInit_ex", cipher, iv, mac, key)) {
            return FAILED;
        }
        // TLS 1.3 sends no new ticket else, and one is for one connection: RFC 8446 appendix C.4.
        boolean renew = key != all.getFirst() || OpenSslContext.isTls13(ssl);
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

    private static boolean begin(String function, long cipher, long iv, long mac, Key key) {
        long aes = Native.call("EVP_aes_256_cbc");
        return (int) Native.call("EVP_MAC_CTX_set_params", mac, key.mac.address()) == 1
                && (int) Native.call(function, cipher, aes, 0, key.aes(), iv) == 1;
    }
}

package edgeloop.tls.openssl;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandles;

/**
 * What OpenSSL calls back, always within a call of ours on the same thread. There is one function
 * of each kind for the process; whom it is for is said by a number. What they throw would end the
 * JVM, so they do not.
 */
final class Callbacks {
    // What an extension's callback answers, openssl/tls1.h.
    private static final int OK = 0;
    private static final int ALERT_FATAL = 2;
    private static final int NOACK = 3;

    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    static final long SERVER_NAME = of("serverName", JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final long STATUS = of("status", JAVA_LONG, JAVA_LONG);
    static final long KEY_LOG = of("keyLog", JAVA_LONG, JAVA_LONG);
    static final long PROTOCOL =
            of("protocol", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
    static final long TICKET_KEY =
            of("ticketKey", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);

    private Callbacks() {}

    private static long of(String method, MemoryLayout... parameters) {
        return Native.callback(LOOKUP, method, parameters);
    }

    /** SSL_CTX_set_tlsext_servername_callback(3). */
    @SuppressWarnings({"unused", "UnusedMethod"}) // OpenSSL does
    private static int serverName(long ssl, long alert, long certificatesId) {
        try {
            Certificates all = OpenSslContext.certificates(certificatesId);
            long name = OpenSsl.serverName(ssl);
            if (all == null || name == 0) {
                return NOACK;
            }
            long context = all.isOne() ? 0 : all.sslContextFor(Native.string(name));
            if (context != 0) {
                long _ = Native.call("SSL_set_SSL_CTX", ssl, context);
            }
            return OK;
        } catch (Throwable t) {
            return ALERT_FATAL;
        }
    }

    /** SSL_CTX_set_tlsext_status_cb(3). */
    @SuppressWarnings({"unused", "UnusedMethod"})
    private static int status(long ssl, long certificatesId) {
        try {
            Certificates all = OpenSslContext.certificates(certificatesId);
            return all == null ? NOACK : all.staple(ssl);
        } catch (Throwable t) {
            return NOACK;
        }
    }

    /** SSL_CTX_set_keylog_callback(3), which takes no answer. */
    @SuppressWarnings({"unused", "UnusedMethod"})
    private static int keyLog(long ssl, long line) {
        try {
            OpenSslContext context = OpenSslContext.of(ssl);
            String text = Native.string(line);
            if (context != null && text != null) {
                context.logKey(text);
            }
        } catch (Throwable t) {
            // what is for debugging must not end what is debugged
        }
        return 0;
    }

    /**
     * SSL_CTX_set_alpn_select_cb(3): the first of ours that the client has too.
     *
     * @param ours its length as an int, and then the list
     */
    @SuppressWarnings({"unused", "UnusedMethod"})
    private static int protocol(
            long ssl, long chosen, long chosenLength, long theirs, int length, long ours) {
        try {
            long end = ours + Integer.BYTES + Native.readInt(ours);
            for (long at = ours + Integer.BYTES; at < end; at += 1 + Native.readByte(at)) {
                for (long to = theirs; to < theirs + length; to += 1 + Native.readByte(to)) {
                    if (Native.readByte(at) == Native.readByte(to)
                            && Native.areEqual(at, to, 1 + Native.readByte(at))) {
                        Native.writeLong(chosen, at + 1);
                        Native.writeByte(chosenLength, Native.readByte(at));
                        return OK;
                    }
                }
            }
            return ALERT_FATAL; // no_application_protocol, RFC 7301 section 3.2
        } catch (Throwable t) {
            return ALERT_FATAL;
        }
    }

    /** SSL_CTX_set_tlsext_ticket_key_evp_cb(3). */
    @SuppressWarnings({"unused", "UnusedMethod"})
    private static int ticketKey(
            long ssl, long name, long iv, long cipher, long mac, int encrypts) {
        try {
            OpenSslContext context = OpenSslContext.of(ssl);
            return context == null
                    ? -1
                    : context.ticketKeys().use(ssl, name, iv, cipher, mac, encrypts != 0);
        } catch (Throwable t) {
            return -1;
        }
    }
}

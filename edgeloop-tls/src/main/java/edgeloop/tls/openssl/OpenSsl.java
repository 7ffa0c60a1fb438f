package edgeloop.tls.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** What of OpenSSL is called for each connection, by its names and those of its man pages. */
public final class OpenSsl {
    /** SSL_get_error(3). */
    static final int ERROR_SSL = 1;

    static final int ERROR_WANT_READ = 2;
    static final int ERROR_SYSCALL = 5;
    static final int ERROR_ZERO_RETURN = 6;

    private static final int TLS_1_3 = 0x304;

    /** SSL_set_shutdown(3): both have said their last. */
    private static final int SENT_AND_RECEIVED_SHUTDOWN = 3;

    // BIO_ctrl(3), openssl/bio.h.
    private static final int BIO_CTRL_PENDING = 10;
    private static final int BIO_C_SET_BUF_MEM = 114;
    private static final int BIO_C_SET_BUF_MEM_EOF_RETURN = 130;

    private static final long LONGEST_ERROR = 256;

    /** Linked when the first connection needs them. */
    private static final class Functions {
        static final MethodHandle SSL_NEW = Native.function("SSL_new");
        static final MethodHandle SSL_FREE = Native.function("SSL_free");
        static final MethodHandle SSL_SET_ACCEPT_STATE = Native.function("SSL_set_accept_state");
        static final MethodHandle SSL_DO_HANDSHAKE = Native.function("SSL_do_handshake");
        static final MethodHandle SSL_READ = Native.function("SSL_read");
        static final MethodHandle SSL_WRITE = Native.function("SSL_write");
        static final MethodHandle SSL_HAS_PENDING = Native.function("SSL_has_pending");
        static final MethodHandle SSL_GET_ERROR = Native.function("SSL_get_error");
        static final MethodHandle SSL_SESSION_REUSED = Native.function("SSL_session_reused");
        static final MethodHandle SSL_SHUTDOWN = Native.function("SSL_shutdown");
        static final MethodHandle SSL_SET_SHUTDOWN = Native.function("SSL_set_shutdown");
        static final MethodHandle SSL_GET_SSL_CTX = Native.function("SSL_get_SSL_CTX");
        static final MethodHandle SSL_CTX_GET_EX_DATA = Native.function("SSL_CTX_get_ex_data");
        static final MethodHandle SSL_GET_SERVERNAME = Native.function("SSL_get_servername");
        static final MethodHandle SSL_VERSION = Native.function("SSL_version");
        static final MethodHandle SSL_SET_RBIO = Native.function("SSL_set0_rbio");
        static final MethodHandle SSL_SET_WBIO = Native.function("SSL_set0_wbio");
        static final MethodHandle BIO_CTRL = Native.function("BIO_ctrl");
        static final MethodHandle BIO_UP_REF = Native.function("BIO_up_ref");

        private Functions() {}
    }

    private OpenSsl() {}

    /** {@return why there is no OpenSSL, in one line; null if there is} */
    public static @Nullable String missing() {
        return Native.missing();
    }

    /** {@return its own name and version, such as {@code OpenSSL 3.0.19 27 Jan 2026}} */
    public static String version() {
        String version = Native.string(Native.call("OpenSSL_version", 0));
        return version == null ? "OpenSSL" : version;
    }

    /** {@return the same without its date} A name and a version are its first two words. */
    public static String name() {
        return version().replaceFirst("^(\\S+ \\S+) .*", "$1");
    }

    // ---- Connections --------------------------------------------------------------------------

    static long newSsl(long context) {
        return Native.call(Functions.SSL_NEW, context, 0, 0, 0, 0, 0);
    }

    static void free(long ssl) {
        long _ = Native.call(Functions.SSL_FREE, ssl, 0, 0, 0, 0, 0);
    }

    static void accept(long ssl) {
        long _ = Native.call(Functions.SSL_SET_ACCEPT_STATE, ssl, 0, 0, 0, 0, 0);
    }

    static int handshake(long ssl) {
        return (int) Native.call(Functions.SSL_DO_HANDSHAKE, ssl, 0, 0, 0, 0, 0);
    }

    static int read(long ssl, long target, int length) {
        return (int) Native.call(Functions.SSL_READ, ssl, target, length, 0, 0, 0);
    }

    static int write(long ssl, long source, int length) {
        return (int) Native.call(Functions.SSL_WRITE, ssl, source, length, 0, 0, 0);
    }

    static int error(long ssl, int result) {
        return (int) Native.call(Functions.SSL_GET_ERROR, ssl, result, 0, 0, 0, 0);
    }

    /** Whether it holds input, decoded or not, that was read from its BIO and not from it. */
    static boolean hasPending(long ssl) {
        return (int) Native.call(Functions.SSL_HAS_PENDING, ssl, 0, 0, 0, 0, 0) != 0;
    }

    static boolean isResumed(long ssl) {
        return (int) Native.call(Functions.SSL_SESSION_REUSED, ssl, 0, 0, 0, 0, 0) != 0;
    }

    static boolean isTls13(long ssl) {
        return (int) Native.call(Functions.SSL_VERSION, ssl, 0, 0, 0, 0, 0) == TLS_1_3;
    }

    /** The number that the connection's SSL_CTX was given. */
    static long owner(long ssl) {
        long context = Native.call(Functions.SSL_GET_SSL_CTX, ssl, 0, 0, 0, 0, 0);
        return Native.call(Functions.SSL_CTX_GET_EX_DATA, context, 0, 0, 0, 0, 0);
    }

    /** The address of the name that a client asks for; 0 if it asks for none. */
    static long serverName(long ssl) {
        return Native.call(Functions.SSL_GET_SERVERNAME, ssl, 0, 0, 0, 0, 0);
    }

    /** Says close_notify. */
    static void shutDown(long ssl) {
        if ((int) Native.call(Functions.SSL_SHUTDOWN, ssl, 0, 0, 0, 0, 0) < 0) {
            String _ = takeError(""); // the connection ends in any case
        }
    }

    /** Has a session pass for one that both have ended, and not for one that was broken off. */
    static void passForEnded(long ssl) {
        long both = SENT_AND_RECEIVED_SHUTDOWN;
        long _ = Native.call(Functions.SSL_SET_SHUTDOWN, ssl, both, 0, 0, 0, 0);
    }

    /** Has a connection read from one BIO and write to another, which others share with it. */
    static void setBios(long ssl, long input, long output) {
        long _ = Native.call(Functions.BIO_UP_REF, input, 0, 0, 0, 0, 0);
        long _ = Native.call(Functions.BIO_UP_REF, output, 0, 0, 0, 0, 0);
        long _ = Native.call(Functions.SSL_SET_RBIO, ssl, input, 0, 0, 0, 0);
        long _ = Native.call(Functions.SSL_SET_WBIO, ssl, output, 0, 0, 0, 0);
    }

    // ---- BIOs of memory -----------------------------------------------------------------------

    /** One that says that it is empty, and not at its end, when it is. */
    static long newBio() {
        long bio = Native.call("BIO_new", Native.call("BIO_s_mem"));
        if (bio == 0) {
            throw new OutOfMemoryError("OpenSSL has no memory for a BIO");
        }
        long _ = control(bio, BIO_C_SET_BUF_MEM_EOF_RETURN, -1, 0);
        return bio;
    }

    /** The bytes that a BIO has for its reader. */
    static int pending(long bio) {
        return (int) control(bio, BIO_CTRL_PENDING, 0, 0);
    }

    /** Has a BIO read from, or write to, a BUF_MEM that is not its own. */
    static void setBuffer(long bio, long bufMem) {
        long _ = control(bio, BIO_C_SET_BUF_MEM, 0, bufMem);
    }

    private static long control(long bio, int command, long number, long pointer) {
        return Native.call(Functions.BIO_CTRL, bio, command, number, pointer, 0, 0);
    }

    // ---- Errors -------------------------------------------------------------------------------

    /**
     * Empties the thread's queue of errors, of which the first is what went wrong.
     *
     * <p>One that stayed there would be taken for that of another connection.
     *
     * @return it in words, such as {@code no shared cipher}; {@code instead} if there is none
     */
    static String takeError(String instead) {
        long first = Native.call("ERR_get_error");
        if (first == 0) {
            return instead;
        }
        String reason = Native.string(Native.call("ERR_reason_error_string", first));
        if (reason == null) {
            reason = errorCode(first);
        }
        long _ = Native.call("ERR_clear_error");
        return reason;
    }

    private static String errorCode(long error) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(LONGEST_ERROR);
            long _ = Native.call("ERR_error_string_n", error, text.address(), LONGEST_ERROR);
            return text.getString(0);
        }
    }
}

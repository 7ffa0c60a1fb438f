package edgeloop;

import edgeloop.sys.Errno;

/** Why a connection ended; given to {@link ConnectionHandler#onClose}. */
public sealed interface CloseReason {

    /** The peer sent its FIN, and what was to be sent has been handed to the kernel. */
    record PeerClosed() implements CloseReason {}

    /** {@link Connection#close}, {@link Connection#abort} or the server's shutdown. */
    record LocallyClosed() implements CloseReason {}

    /**
     * The reactor ended before the connection had: after {@link ServerOptions#drainTimeout}, by
     * {@link Server#shutdownNow}, or because it failed. The peer gets a reset.
     */
    record CutOff() implements CloseReason {}

    /**
     * A system call on the connection failed.
     *
     * @param errno the positive errno value, errno(3); {@code ENODATA} where a file that was being
     *     sent turned out to be shorter than what was to be sent of it
     */
    record Failed(int errno) implements CloseReason {
        /** {@return the symbol of the errno value, such as {@code ECONNRESET}} */
        public String errnoName() {
            return Errno.name(errno);
        }

        @Override
        public String toString() {
            return "Failed[" + errnoName() + "]";
        }
    }

    /**
     * A timeout ran out.
     *
     * @param limit which one
     */
    record TimedOut(Limit limit) implements CloseReason {
        /** The timeouts of a connection. */
        public enum Limit {
            /** No byte moved in either direction for {@link ConnectionOptions#idleTimeout}. */
            IDLE,
            /**
             * The peer took nothing for {@link ConnectionOptions#writeTimeout}, or fell behind
             * {@link ConnectionOptions#minOutputRate} by as much.
             */
            WRITE,
            /**
             * The peer had finished, and for {@link ConnectionOptions#halfCloseTimeout} no byte was
             * read, and none written for it.
             */
            HALF_CLOSE,
            /** The remote side did not answer for {@link ClientOptions#connectTimeout}. */
            CONNECT,
            /** The TLS handshake took longer than it may. */
            HANDSHAKE
        }
    }

    /**
     * Something that connections share ran short, and others need what this one held.
     *
     * @param resource which it was
     */
    record Overload(Resource resource) implements CloseReason {
        /** What can run short. */
        public enum Resource {
            /**
             * Memory for waiting input and output, {@link ServerOptions#maxBufferBytes}: this one
             * held most of it without moving, or needed some where nobody else held any. What
             * waited is lost, and the peer gets a reset.
             */
            MEMORY,
            /**
             * Descriptors: this one had been idle for longest, as {@link ConnectionHandler#isIdle}
             * has it. Nothing is lost, and the peer gets a FIN.
             */
            DESCRIPTORS
        }
    }

    /**
     * TLS could not be established with the peer, or the peer broke it.
     *
     * @param message why, such as the alert that the peer sent
     */
    record TlsFailed(String message) implements CloseReason {}

    /**
     * The peer sent its FIN, and not the close_notify that TLS has for the end of what it says: it
     * may have said more, which somebody on the way kept back (RFC 8446 section 6.1). Its handler
     * is not told of an end. Many clients end so, in the middle of nothing; so this is no {@link
     * #isError}, and a protocol that tells its messages' ends by itself has nothing to fear.
     */
    record Truncated() implements CloseReason {}

    /**
     * The peer broke the protocol.
     *
     * @param message what it did
     */
    record ProtocolError(String message) implements CloseReason {}

    /**
     * The handler, or a task of the connection, threw an exception.
     *
     * @param cause what was thrown
     */
    record HandlerFailed(Throwable cause) implements CloseReason {}

    /** {@return whether the connection ended otherwise than by a close of either side} */
    default boolean isError() {
        return switch (this) {
            case PeerClosed _, LocallyClosed _, Truncated _ -> false;
            case Overload overload -> overload.resource() != Overload.Resource.DESCRIPTORS;
            default -> true;
        };
    }
}

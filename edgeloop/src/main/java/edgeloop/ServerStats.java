package edgeloop;

/**
 * What a server has done up to one moment. All but the first three count from its start.
 *
 * @param activeConnections open connections
 * @param pendingConnections connections that are established but not accepted yet: the length of
 *     the listening socket's queue
 * @param bufferBytes native memory held for input and output that waits, in use or pooled
 * @param accepted connections accepted, without those rejected
 * @param rejected connections closed on arrival, because of {@link ServerOptions#maxConnections}
 * @param rejectedPerIp connections closed on arrival, because of {@link
 *     ServerOptions#maxConnectionsPerIp}
 * @param acceptErrors accept(2) calls that failed, or connections that could not be registered
 * @param acceptPauses times that accepting paused for want of descriptors or memory
 * @param requests bursts of input: what came in one piece, was read by the handler to its end, and
 *     whose output is all handed to the kernel
 * @param bytesRead bytes received
 * @param bytesWritten bytes handed to the kernel
 * @param peerClosed connections ended by the peer's FIN
 * @param locallyClosed connections ended by this side
 * @param resets connections ended by ECONNRESET or EPIPE
 * @param failures connections ended by another errno
 * @param timeouts connections ended by a timeout
 * @param protocolErrors connections ended because the peer broke the protocol
 * @param handlerFailures connections ended by an exception
 * @param cutOff connections that the end of the server cut off, {@link CloseReason.CutOff}
 * @param unaccepted connections that waited to be accepted when the server ended, and were reset; a
 *     {@linkplain Server#shutdown shutdown} accepts those that wait when it begins
 * @param cutOffBytes bytes of those cut off that were lost: received and not answered, here or in
 *     the kernel, or written and not acknowledged by the peer
 * @param cutOffForMemory connections ended because of {@link ServerOptions#maxBufferBytes}
 * @param closedForDescriptors idle connections ended because descriptors ran short; no error
 * @param handshakes how the TLS handshakes ended; all zero without TLS
 */
public record ServerStats(
        int activeConnections,
        int pendingConnections,
        long bufferBytes,
        long accepted,
        long rejected,
        long rejectedPerIp,
        long acceptErrors,
        long acceptPauses,
        long requests,
        long bytesRead,
        long bytesWritten,
        long peerClosed,
        long locallyClosed,
        long resets,
        long failures,
        long timeouts,
        long protocolErrors,
        long handlerFailures,
        long cutOff,
        long unaccepted,
        long cutOffBytes,
        long cutOffForMemory,
        long closedForDescriptors,
        HandshakeStats handshakes) {

    /**
     * {@return all that went wrong: failed accepts, connections that ended by an error, and those
     * that the end cut off or never accepted}
     */
    public long errors() {
        return acceptErrors
                + resets
                + failures
                + timeouts
                + protocolErrors
                + handlerFailures
                + cutOff
                + unaccepted
                + cutOffForMemory;
    }
}
